"""The invariants of faults.md as far as one order can break them, each a function from a case to what does not hold.

What no single order shows (a stuck message, a log that was rewritten) is in `reconcile`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from paraph.automation.models import RunState
from paraph.billing.models import Invoice, Kind
from paraph.billing.models import State as Invoiced
from paraph.evidence import audit, epochs, ledger, tree
from paraph.lib import canonical
from paraph.lib.one_moment import one_moment
from paraph.lib.vault import VaultClosed
from paraph.operate import cases, particulars
from paraph.operate.cases import Case, Finding, by
from paraph.signoff.methods.wet_ink import PAPER
from paraph.signoff.models import Ask, Choice, Match, ReturnState, Rule, Signature, State, Verdict
from paraph.work.models import Status

CHOICES = {
    "item.approved": Choice.APPROVED,
    "item.rejected": Choice.REJECTED,
    "item.cleared": Choice.PENDING,
}
INVITED = ("invitation.sent", "invitation.handed_over", "invitation.in_person", "invitation.renewed")
UNCHECKED = "this could not be checked"
# A rule has waited for each of these since the first release, so an entry without a run was forgotten.
ALWAYS_HEARD = ("signature.given", "signoff.completed")
# What only a signed request may lead to.
NEEDS_CONSENT = (Status.APPROVED, Status.PARTLY_APPROVED)


def acts_are_kept(case: Case) -> Iterator[Finding]:
    """I1: every signature, decision and sealed copy has its entry, and can be read."""
    told = {one.pk: one for one in case.told("signature.given", "copy.sealed")}
    for signature in case.signatures:
        entry = told.get(signature.entry_id)
        if entry is None or entry.content["fact"]["signature"] != str(signature.pk):
            yield case.finding("I1", f"signature {signature.pk} has no entry in the ledger")
        if _record(signature) is None:
            yield case.finding("I1", f"the record of signature {signature.pk} cannot be read")
    for copy in case.copies:
        if copy.entry_id not in told:
            yield case.finding("I1", f"the sealed copy {copy.blob} has no entry in the ledger")
    uploads = {one.pk for one in case.told("copy.uploaded")}
    for returned in case.returns:
        if returned.sent_at and returned.sent_entry_id not in uploads:
            yield case.finding("I1", f"return {returned.pk} has no entry in the ledger")
    decided, recorded = _decisions(case)
    for item in decided:
        if len(decided[item]) > len(recorded.get(item, [])):
            yield case.finding("I1", f"a decision on item {item} has no entry in the ledger")


def state_is_told(case: Case) -> Iterator[Finding]:
    """I2: no state without its entry, and no entry without its state."""
    if case.order is None or not case.told("order.opened"):
        missing = "row" if case.order is None else "entry that opened it"
        yield case.finding("I2", f"the {missing} is missing")
        return
    status = _folded(case)
    if case.order.status != status:
        yield case.finding("I2", f"its status is {case.order.status}, the ledger says {status}")
    for what, rows, facts in _pairs(case):
        if rows != facts:
            yield case.finding("I2", f"{what}: rows {_some(rows - facts)}, entries {_some(facts - rows)}")
    decided, recorded = _decisions(case)
    for item in recorded:
        rows_of = decided.get(item, [])
        if rows_of != recorded[item] and len(rows_of) <= len(recorded[item]):
            yield case.finding("I2", f"the decisions on item {item} are not those of the ledger")


def one_invoice_an_approval(case: Case) -> Iterator[Finding]:
    """I3: no approval is asked for twice, and nothing that was not approved is asked for at all."""
    live = [one for one in case.invoices if one.kind == Kind.INVOICE and one.state != Invoiced.VOIDED]
    consented = {one.pk for one in case.signoffs if one.is_signed}
    for signoff, found in by(live, lambda one: one.signoff_id).items():
        if len(found) > 1:
            yield case.finding("I3", f"{len(found)} invoices for sign-off {signoff}")
        if signoff not in consented:
            yield case.finding("I3", f"an invoice for sign-off {signoff}, which is not complete")


def effects_happened_once(case: Case) -> Iterator[Finding]:
    """I4: each consequence was carried out, and once."""
    heard = {one.entry_id for one in case.runs}
    passed = max((one.entry.index for one in case.runs), default=-1)
    for entry in case.told(*ALWAYS_HEARD):
        if entry.pk not in heard and entry.index < passed:
            yield case.finding("I4", f"no rule heard of entry {entry.index} ({entry.kind})")
    for run in case.runs:
        if run.state == RunState.DEAD and run.error != "loop":
            yield case.finding("I4", f"rule {run.rule} was given up for entry {run.entry.index}: {run.error}")
    twice = [
        *_twice((f"rule {one.rule}", one.entry_id) for one in case.runs),
        *_twice(
            (f"notice {one.content['fact']['notice']}", one.cause_id) for one in case.told("notice.sent")
        ),
        *_twice(("a status", one.cause_id) for one in case.told("order.status_changed") if one.cause_id),
        *_twice((f"message {one.key}", None) for one in case.letters),
    ]
    for what, _cause in twice:
        yield case.finding("I4", f"{what} twice for one cause")


def entries_are_proven(case: Case) -> Iterator[Finding]:
    """I5: each entry is what was hashed, and the newest signature's is under the newest checkpoint."""
    for entry in case.entries:
        if tree.leaf_hash(bytes(entry.leaf)) != bytes(entry.leaf_hash):
            yield case.finding("I5", f"entry {entry.index} was changed")
            continue
        for text in audit.complaints(str(entry.content.get("log")), entry, None):
            yield case.finding("I5", f"entry {entry.index}: {text}")
    if case.checkpoint is None:
        return
    begins = epochs.start(case.checkpoint.log.origin)  # what a restore closed, `audit` proves
    signed = [one for one in case.told("signature.given") if begins <= one.index < case.checkpoint.size]
    for entry in signed[-1:]:
        try:
            ledger.prove(entry, case.checkpoint)
        except (tree.NotProven, ValueError) as problem:
            yield case.finding("I5", f"entry {entry.index} is not proven: {problem}")


def bytes_are_those_told(case: Case) -> Iterator[Finding]:
    """I6: the digests of the ledger are those of the files. (`reconcile` reads the bytes, after the moment.)"""
    issued = {one["invoice"]: one["digest"] for one in case.facts("invoice.issued")}
    for invoice in case.invoices:
        if issued.get(str(invoice.pk), invoice.digest) != invoice.digest:
            yield case.finding("I6", f"invoice {invoice.number} is not what the ledger says")
    told = {one.pk: one.content["fact"]["digest"] for one in case.told("copy.sealed")}
    for copy in case.copies:
        if told.get(copy.entry_id, copy.digest) != copy.digest:
            yield case.finding(
                "I6", f"the sealed copy is {copy.digest}, the ledger says {told[copy.entry_id]}"
            )


def approval_has_consent(case: Case) -> Iterator[Finding]:
    """I9: nothing counts as approved unless everybody who must has signed."""
    signed = {one.party_id for one in case.signatures}
    complete = [one for one in case.signoffs if one.is_signed]
    for signoff in complete:
        asked = [one for one in case.parties if one.signoff_id == signoff.pk and one.ask == Ask.AUTHORISE]
        enough = any if signoff.rule == Rule.ANY_ONE else all
        if not asked or not enough(one.pk in signed for one in asked):
            yield case.finding("I9", f"sign-off {signoff.pk} is {signoff.state} without every signature")
    if case.order and case.order.status in NEEDS_CONSENT and not complete:
        yield case.finding("I9", f"its status is {case.order.status}, and no sign-off is complete")


def paper_was_looked_at(case: Case) -> Iterator[Finding]:
    """I9: no signature on paper without a return that was in order, or that a member accepted."""
    filed = {one.party_id: str(one.pk) for one in case.returns if one.state == ReturnState.FILED}
    good = {one["returned"] for one in case.facts("copy.matched") if one["outcome"] == Match.COMPLETE}
    good |= {one["returned"] for one in case.facts("copy.accepted")}
    for signature in case.signatures:
        if signature.method == PAPER and filed.get(signature.party_id) not in good:
            yield case.finding("I9", f"nobody looked at the paper of signature {signature.pk}")
    signed = {one.party_id for one in case.signatures if one.method == PAPER}
    for party in filed.keys() - signed:
        yield case.finding("I9", f"return {filed[party]} is filed, and there is no signature by it")


def seen_is_sealed(case: Case) -> Iterator[Finding]:
    """I10: what the customer saw is what the signature, its entry and its record name."""
    frozen = {one["digest"] for one in case.facts("subject.frozen")}
    for snapshot in case.snapshots:
        if canonical.digest(bytes(snapshot.content)) != snapshot.digest or snapshot.digest not in frozen:
            yield case.finding("I10", f"{snapshot} is not what was fixed")
    told = {one["signature"]: one for one in case.facts("signature.given")}
    for signature in case.signatures:
        fact, record = told.get(str(signature.pk)), _record(signature)
        if not fact or not record:
            continue  # I1 says so
        named = {fact["snapshot"], record["subject"]["digest"], signature.snapshot.digest}
        digests = {fact["record"], signature.record_digest, canonical.digest(signature.record_bytes)}
        if len(named) > 1 or len(digests) > 1:
            yield case.finding("I10", f"signature {signature.pk} names another snapshot or record")


CHECKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    acts_are_kept,
    state_is_told,
    one_invoice_an_approval,
    effects_happened_once,
    entries_are_proven,
    bytes_are_those_told,
    approval_has_consent,
    paper_was_looked_at,
    seen_is_sealed,
    *particulars.CHECKS,
)


def broken(case: Case) -> list[Finding]:
    """Every invariant this order breaks. A check that could not be made has not passed (I9)."""
    found = []
    for check in CHECKS:
        try:
            found += list(check(case))
        except DatabaseError:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever somebody spoilt is what is looked for
            found.append(case.finding("I9", f"{UNCHECKED} ({check.__name__}): {_told(problem)}"))
    return found


def look_at(pks: list[UUID], *, prove: bool = True) -> set[Finding]:
    """What these orders break, by their rows, entries and files. One that cannot even be read hides no other."""
    try:
        with one_moment():
            found = cases.load(pks, cases.gone(pks), prove=prove)
            wrong = {finding for case in found for finding in broken(case)}
        # Files do not change, and reading them takes time.
        return wrong | {finding for case in found for finding in cases.unreadable(case)}
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001 - as above
        if len(pks) > 1:
            return {finding for pk in pks for finding in look_at([pk], prove=prove)}
        return {Case(pks[0]).finding("I9", f"{UNCHECKED}: {_told(problem)}")}


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:200]


def _folded(case: Case) -> str:
    """The status by the ledger alone."""
    status = str(Status.OPEN)
    for entry in case.told("order.status_changed", "order.reported", "order.reopened"):
        status = str(Status.COMPLETED) if entry.kind == "order.reported" else entry.content["fact"]["after"]
    return status


def _pairs(case: Case) -> Iterator[tuple[str, set[str], set[str]]]:
    """What there is as rows, and what the ledger says there is."""

    def ids(rows: Iterable[Any]) -> set[str]:
        return {str(one.pk) for one in rows}

    def named(name: str, *kinds: str) -> set[str]:
        return {str(one[name]) for one in case.facts(*kinds)}

    states = by(case.signoffs, lambda one: one.state)
    over = [one for one in case.signoffs if one.is_signed]
    deleted = [one for one in case.comments if one.deleted_at]
    yield "signatures", ids(case.signatures), named("signature", "signature.given")
    yield "complete requests", ids(over), named("signoff", "signoff.completed")
    yield "withdrawn requests", ids(states.get(State.WITHDRAWN, [])), named("signoff", "signoff.withdrawn")
    yield "declined requests", ids(states.get(State.DECLINED, [])), named("signoff", "signoff.declined")
    yield "sealed copies", {str(one.signoff_id) for one in case.copies}, named("signoff", "copy.sealed")
    yield "invitations", ids(case.invitations), named("invitation", *INVITED)
    yield "comments", ids(case.comments), named("comment", "comment.added")
    resolved = [one for one in case.disputes if not one.is_open]
    yield "disputes", ids(case.disputes), named("dispute", "dispute.raised")
    yield "resolved disputes", ids(resolved), named("dispute", "dispute.resolved")
    yield "photos", ids(case.photos), named("photo", "photo.added")
    gone = [one for one in case.work_photos if one.removed_at]
    yield "photos of the work", ids(case.work_photos), named("photo", "order_photo.added")
    yield "removed photos of the work", ids(gone), named("photo", "order_photo.removed")
    yield "confirmed checklists", ids(case.checklists), named("confirmation", "checklist.confirmed")
    settled = by(case.verifications, lambda one: one.verdict)
    yield "doubts", ids(case.verifications), named("verification", "signature.doubted")
    yield "verified", ids(settled.get(Verdict.VERIFIED, [])), named("verification", "signature.verified")
    yield "not accepted", ids(settled.get(Verdict.REJECTED, [])), named("verification", "signature.rejected")
    yield "attempts", ids(case.attempts), named("attempt", "attempt.recorded")
    issued = [one for one in case.invoices if one.number]
    sent = [one for one in case.returns if one.sent_at]
    back = [one for one in sent if one.state == ReturnState.SENT_BACK]
    yield "returns", ids(sent), named("returned", "copy.uploaded")
    yield "returns that were read", ids(one for one in sent if one.outcome), named("returned", "copy.matched")
    yield "returns sent back", ids(back), named("returned", "copy.sent_back")
    yield "invoices", _of_kind(case.invoices, Kind.INVOICE), named("invoice", "invoice.drafted")
    yield "issued invoices", _of_kind(issued, Kind.INVOICE), named("invoice", "invoice.issued")
    yield "credit notes", _of_kind(case.invoices, Kind.CREDIT), named("credit_note", "invoice.voided")
    yield "deleted comments", ids(deleted), named("comment", "comment.deleted")


def _of_kind(invoices: Iterable[Invoice], kind: str) -> set[str]:
    return {str(one.pk) for one in invoices if one.kind == kind}


def _decisions(case: Case) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The choices by item, in order: as the rows have them, and as the ledger has them."""
    rows = by(case.decisions, lambda one: str(one.item_id))
    told = by(case.told(*CHOICES), lambda one: one.content["fact"]["item"])
    return (
        {item: [str(one.choice) for one in found] for item, found in rows.items()},
        {item: [str(CHOICES[one.kind]) for one in found] for item, found in told.items()},
    )


def _record(signature: Signature) -> dict[str, Any] | None:
    try:
        return signature.record
    except (VaultClosed, ValueError):
        return None


def _twice(found: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [one for one, times in Counter(found).items() if times > 1]


def _some(ids: set[str]) -> str:
    """A few of them: a sentence has an end."""
    return ", ".join(sorted(ids)[:3]) or "none"
