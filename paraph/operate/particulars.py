"""What rows say beyond that they are there, held against the entries that told it: sums, numbers, states, times.

`invariants` counts what there is. Here somebody changed a row that is rightly there: an amount, a name of a method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from paraph.billing import amounts, charges
from paraph.billing.models import Invoice, Kind
from paraph.billing.models import State as Invoiced
from paraph.capture.models import State as Captured
from paraph.evidence.facts import FACTS
from paraph.evidence.models import Entry, Log
from paraph.lib import clock
from paraph.lib.vault import VaultClosed
from paraph.operate.cases import Case, Finding
from paraph.people.models import Member
from paraph.signoff.models import State

# What the state of a request rests on, besides being complete.
TOLD_STATES = {
    State.SUPERSEDED: "signoff.superseded",
    State.EXPIRED: "signoff.expired",
    State.DISPUTED: "dispute.raised",
}
ENDED = {
    "capture.received": Captured.RECEIVED,
    "capture.filed": Captured.FILED,
    "capture.held": Captured.HELD,
    "capture.refused": Captured.REFUSED,
    "capture.discarded": Captured.DISCARDED,
}


def invoices_say_what_was_told(case: Case) -> Iterator[Finding]:
    """I2: number, amount, due date and state of an invoice are those of the ledger, its sums those of its lines."""
    issued = {one["invoice"]: one for one in case.facts("invoice.issued")}
    credited = {one["credit_note"]: one for one in case.facts("invoice.voided")}
    over = {one["invoice"] for one in case.facts("invoice.voided", "invoice.discarded")}
    sent = {one["invoice"] for one in case.facts("invoice.sent")}
    for invoice in case.invoices:
        pk, name = str(invoice.pk), f"invoice {invoice.number or invoice.pk}"
        told = issued.get(pk) or credited.get(pk)
        if told and _issued(invoice) != {key: told[key] for key in _issued(invoice) if key in told}:
            yield case.finding("I2", f"{name} is not numbered, dated or summed as the ledger says")
        if told and told.get("xml") and told["xml"] != f"sha256:{invoice.xml}":
            yield case.finding("I6", f"the e-invoice of {name} is not the one the ledger names")
        state = Invoiced.ISSUED if told else Invoiced.DRAFT
        state = Invoiced.VOIDED if pk in over else Invoiced.SENT if pk in sent else state
        if invoice.state != state:
            yield case.finding("I2", f"{name} is {invoice.state}, the ledger says {state}")
        if not _adds_up(invoice):
            yield case.finding("I2", f"the sums of {name} are not those of its lines")


def signatures_say_what_was_told(case: Case) -> Iterator[Finding]:
    """I2: how, when and for which lines each signature was given: what is billed follows from them."""
    told = {one["signature"]: one for one in case.facts("signature.given")}
    for one in case.signatures:
        fact = told.get(str(one.pk))
        if fact and sorted(fact["items"]) != sorted(map(str, one.items)):
            yield case.finding("I2", f"signature {one.pk} covers other lines than the ledger says")
        if fact and (fact["method"], fact["signed_at"]) != (one.method, clock.iso(one.signed_at)):
            yield case.finding(
                "I2", f"signature {one.pk}: how or when it was given is not what the ledger says"
            )


def requests_stand_as_told(case: Case) -> Iterator[Finding]:
    """I2: no request is over, or counts as signed, by its row alone."""
    sealed = {one.signoff_id for one in case.copies}
    told = {state: {one["signoff"] for one in case.facts(kind)} for state, kind in TOLD_STATES.items()}
    for one in case.signoffs:
        if one.state in {State.COMPLETE, State.SEALED} and not one.is_signed:
            yield case.finding("I2", f"request {one.pk} is {one.state}, and was never completed")
        elif one.state == State.SEALED and one.pk not in sealed:
            yield case.finding("I2", f"request {one.pk} is sealed, and there is no sealed copy")
        elif one.state in told and str(one.pk) not in told[State(one.state)]:
            yield case.finding("I2", f"request {one.pk} is {one.state}, of which the ledger knows nothing")


def links_live_as_told(case: Case) -> Iterator[Finding]:
    """I2: no link lives longer than the ledger says, and one that was revoked is."""
    ends = {one["invitation"]: one["expires_at"] for one in case.facts(*_lives())}
    revoked = {one["invitation"] for one in case.facts("invitation.revoked")}
    for one in case.invitations:
        pk = str(one.pk)
        if pk in ends and ends[pk] != (clock.iso(one.expires_at) if one.expires_at else None):
            yield case.finding("I2", f"invitation {pk} ends at another time than the ledger says")
        if pk in revoked and one.revoked_at is None:
            yield case.finding("I2", f"invitation {pk} was revoked, and is open")


def comments_are_those_made(case: Case) -> Iterator[Finding]:
    """I2: what stands in the thread is what was said."""
    said = {one.content["fact"]["comment"]: one for one in case.told("comment.added")}
    for comment in case.comments:
        entry = said.get(str(comment.pk))
        if entry is None or comment.deleted_at:
            continue
        try:
            personal = entry.secrets
        except (VaultClosed, ObjectDoesNotExist):
            continue  # the entry's own trouble
        if personal is not None and personal.get("fact", {}).get("text") != comment.text:
            yield case.finding("I2", f"comment {comment.pk} says something else than was recorded")


def captures_are_kept(case: Case) -> Iterator[Finding]:
    """I8: what a phone sent is there, once, as it came, and became what the ledger says."""
    there = {str(one.pk): one for one in case.captures}
    last: dict[str, str] = {}
    filed: dict[str, Any] = {}
    for entry in case.told(*ENDED):
        fact = entry.content["fact"]
        last[fact["capture"]] = ENDED[entry.kind]
        if entry.kind == "capture.filed":
            filed[fact["capture"]] = fact["signature"]
        capture = there.get(fact["capture"])
        if capture and capture.header_digest != fact.get("digest", capture.header_digest):
            yield case.finding("I8", f"capture no. {capture.number} is not the one that arrived")
    for pk, state in last.items():
        capture = there.get(pk)
        if capture is None:
            yield case.finding("I8", f"capture {pk} is gone")
        elif capture.state != state:
            yield case.finding(
                "I8", f"capture no. {capture.number} is {capture.state}, the ledger says {state}"
            )
        elif pk in filed and filed[pk] != (str(capture.signature_id) if capture.signature_id else None):
            yield case.finding("I8", f"capture no. {capture.number} names another signature than was filed")


def members_stand_as_told() -> Iterator[Finding]:
    """I2: nobody has a role, or is in or out, by a row alone."""
    logs = list(Log.objects.values_list("name", flat=True))
    last = {}
    for entry in Entry.objects.filter(log__in=logs, kind="access.changed").order_by("log", "index"):
        try:
            fact = entry.content["fact"]
            last[fact["member"]] = (fact["role"], fact["active"], fact["without"])
        except (ValueError, KeyError, TypeError):
            continue  # the log's own trouble
    for one in Member.objects.filter(pk__in=[pk for pk in last if pk]).order_by("pk"):
        if last[str(one.pk)] != (one.role, one.active, one.without):
            says = f"member {one.pk} has another role, or other rights, than the ledger says"
            yield Finding("I2", f"member:{one.pk}", says)


@cache
def _lives() -> tuple[str, ...]:
    """The kinds of all facts that say until when a link lives; the last one counts."""
    told = {kind: {one.name for one in fields(fact)} for kind, fact in FACTS.items()}
    return tuple(kind for kind, names in told.items() if {"invitation", "expires_at"} <= names)


def _issued(invoice: Invoice) -> dict[str, Any]:
    """What the ledger says of an issued invoice, from its row; of a credit note it says less."""
    if invoice.kind == Kind.CREDIT:
        return {"credit_number": invoice.number, "digest": invoice.digest}
    due = invoice.due_on.isoformat() if invoice.due_on else ""
    return {"number": invoice.number, "gross": invoice.gross, "currency": invoice.currency, "due_on": due}


def _adds_up(invoice: Invoice) -> bool:
    lines = charges.of_invoice(invoice)
    sums = amounts.sums(lines, invoice.untaxed)
    stored = (invoice.net, invoice.tax, invoice.gross, invoice.taxes)
    right = all(one.net == amounts.net(one.quantity, one.unit_price) for one in lines)
    return right and stored == (sums.net, sums.tax, sums.gross, sums.taxes)


CHECKS = (
    invoices_say_what_was_told,
    signatures_say_what_was_told,
    requests_stand_as_told,
    links_live_as_told,
    comments_are_those_made,
    captures_are_kept,
)
