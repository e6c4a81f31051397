"""Where each line stands with the customer: decided, authorised, or changed since it was signed for.

The secret: a signature names a snapshot, and what it authorises is worked out each time by comparing that snapshot
with the order. So no change of the shop can leave an authorisation behind, recorded or not; and when the order says
again what was signed, the signature covers it again (docs/decisions/0015). A signed service report authorises the work,
too; the report itself counts only what was said about a report (docs/decisions/0032).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from paraph.lib import differ
from paraph.lib.compiled import Compiled
from paraph.lib.differ import Change
from paraph.signoff import confirmed
from paraph.signoff.models import CONSENTED, Choice, Decision, Signature, SignOff, State, View
from paraph.work import estimate
from paraph.work.models import WorkOrder
from paraph.work.properties import KEY

# What the customer did to a line, beside what the shop wrote on it. Remarks do not change what is agreed.
REMARKS = "notes"
GIVEN = frozenset({"decision", "authorised", REMARKS})


@dataclass(frozen=True)
class Standing:
    """Where one item stands with the customer.

    `authorised`: signed for, and unchanged since. `changed`: signed for, but the shop changed it afterwards, so the
    signature does not cover it any more; `changes` says how, and `choice` is what was decided since. `settled`:
    rejected under somebody's signature, and unchanged since. `signature` is the newest one for this line, `signed` the
    line as it stood there. `refused`: rejected under a signed service report, so it was done, and not accepted.
    """

    choice: str = Choice.PENDING
    authorised: bool = False
    changed: bool = False
    settled: bool = False
    refused: bool = False
    signature: Signature | None = None
    at: datetime | None = None
    by: str = ""
    signed: dict[str, Any] | None = None
    changes: tuple[Change, ...] = ()


def standing(order: WorkOrder, view: str = "") -> dict[str, Standing]:
    """Return where each item of the order stands, by item id. Items nobody decided on are pending.

    What was decided about a service report counts once that is signed. For the view *report* nothing else counts, and
    lines that were rejected before the work are not in the answer: they were not done.
    """
    told = confirmed.describe(order)
    decisions: list[Decision] = _DECISIONS.objects(order.pk)
    found = consents(order)
    if view != View.REPORT:
        counted = [one for one in decisions if not one.signoff.of_report or is_complete(one.signoff)]
        return _stand(told, told["items"], found, counted)
    before = _stand(
        told,
        told["items"],
        [one for one in found if not one.of_report],
        [one for one in decisions if not one.signoff.of_report],
    )
    return _stand(
        told,
        [one for one in told["items"] if not before[one["id"]].settled],
        [one for one in found if one.of_report],
        [one for one in decisions if one.signoff.of_report],
    )


def standing_of(signoff: SignOff, order: WorkOrder) -> dict[str, Standing]:
    """Where each item stands with what a request asks: to accept a service report, or to authorise the work."""
    return standing(order, View.REPORT if signoff.of_report else "")


def _stand(
    told: dict[str, Any],
    items: Iterable[dict[str, Any]],
    found: Iterable[Consent],
    decisions: Iterable[Decision],
) -> dict[str, Standing]:
    """Where lines stand under these consents, the oldest first, and by these decisions."""
    now = {one["id"]: one for one in items}
    decided = {str(one.item_id): one for one in decisions}
    stand = {key: _decided(decided.get(key)) for key in now}
    for consent in found:
        same_head = not head_changes(consent, told)
        for key, line in now.items():
            under = _signed if consent.of(key) else _rejected
            stand[key] = under(consent, stand[key], decided.get(key), line, same_head=same_head)
    return stand


@dataclass(frozen=True)
class Consent:
    """All signatures of one request, oldest first."""

    signatures: tuple[Signature, ...]

    @property
    def signoff(self) -> SignOff:
        """The request."""
        return self.signatures[0].signoff

    @property
    def is_complete(self) -> bool:
        """Whether everybody who must has signed."""
        return is_complete(self.signoff)

    @property
    def of_report(self) -> bool:
        """Whether they stand under a service report."""
        return self.signoff.of_report

    @property
    def last(self) -> Signature:
        """The newest of them."""
        return self.signatures[-1]

    @property
    def ids(self) -> list[str]:
        """The ids of the lines signed for, in the order of their numbers."""
        signed = {key for one in self.signatures for key in one.items}
        return [one["id"] for one in self.last.snapshot.facts["items"] if one["id"] in signed]

    def of(self, key: str) -> list[Signature]:
        """The signatures that name a line."""
        return [one for one in self.signatures if key in one.items]


def is_complete(signoff: SignOff) -> bool:
    """Whether everybody who must has signed it."""
    return signoff.completed_at is not None and signoff.state in CONSENTED


def consents(order: WorkOrder) -> list[Consent]:
    """The requests of an order that were signed by everybody who must, oldest first; one query.

    One of two signatures authorises nothing yet: the sign-off must be complete.
    """
    return [one for one in given(order) if one.is_complete]


def given(order: WorkOrder) -> list[Consent]:
    """All signatures of an order by request, oldest first, without those not accepted; one query."""
    found: dict[Any, list[Signature]] = {}
    for one in _SIGNATURES.objects(order.pk):
        found.setdefault(one.signoff_id, []).append(one)
    return [Consent(tuple(of_one)) for of_one in found.values()]


def _every_decision(order: UUID) -> QuerySet[Decision]:
    """Whoever decided where a manager did not accept the signature is in doubt (decision 4)."""
    found = Decision.objects.filter(signoff__order=order).exclude(signoff__state=State.REJECTED)
    return found.select_related("party__contact", "signoff").order_by("id")


def _every_signature(order: UUID) -> QuerySet[Signature]:
    found = Signature.objects.filter(signoff__order=order).exclude(signoff__state=State.REJECTED)
    return found.select_related("snapshot", "party__contact", "signoff").order_by("signed_at", "entry")


# Every page and every step asks both.
_DECISIONS, _SIGNATURES = (Compiled(one, UUID(int=1)) for one in (_every_decision, _every_signature))


def line_of(signature: Signature, key: str) -> dict[str, Any] | None:
    """A line as it stood when it was signed, without what the customer did to it; None when it was not there."""
    return next((bare(one) for one in signature.snapshot.facts["items"] if one["id"] == key), None)


def line_changes(
    signature: Signature, key: str, now: dict[str, Any] | None, *, priced: bool = True
) -> list[Change]:
    """What a line says differently since a signature that covers it.

    `now` is the line as `orders.describe` tells it, None when it is gone; it is compared as the signed view would tell
    it. A signature that saw no prices is not touched by them; `priced=False` leaves them out for a reader who may see
    none (S3-04).
    """
    facts, before = signature.snapshot.facts, line_of(signature, key)
    priced = priced and is_priced(facts)
    after = now and describe_line(now, priced=priced, worked=facts["view"] == View.REPORT)
    return differ.changes(before if priced else before and without_prices(before), after, ("items", key))


def is_priced(content: Mapping[str, Any]) -> bool:
    """Whether what a view shows has prices in it (S3-04, S3-05)."""
    return "sums" in content


def head_changes(consent: Consent, told: dict[str, Any]) -> list[Change]:
    """What the work is done on, where, for whom, in which money, and properties, if no longer what was signed.

    `told` is `confirmed.describe`. Title, notes, and names corrected elsewhere are words around the same work; so is a
    property that nobody signed for, because the order did not have it then.
    """
    signed = consent.last.snapshot.facts["order"]
    told = {**told, KEY: _known_to(signed, told)}
    before, after = _head(signed), _head(told)
    if "id" not in signed["customer"]:  # signed under a release that did not keep the ids
        before["customer"] = after["customer"]
        before["site"] = after["site"] if bool(signed["site"]) == bool(told["site"]) else before["site"]
    return [
        change
        for key in before
        if before[key] != after[key]
        for change in differ.changes({key: signed[key]}, {key: told[key]}, ("order",))
    ]


def _known_to(signed: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    """The properties of today that were signed, too."""
    known = {one["property"] for one in signed.get(KEY, ())}
    return [one for one in told.get(KEY, ()) if one["property"] in known]


def describe_line(item: dict[str, Any], *, priced: bool, worked: bool = False) -> dict[str, Any]:
    """What a view says of a line: all that is agreed, and nothing internal. `item` is of `orders.describe`.

    `worked`: the hours that were worked, None while nobody recorded them, in place of those estimated.
    """
    told = {
        key: item[key]
        for key in ("id", "number", "finding", "action", "labour", "parts", "tax_rate", "total")
    }
    if worked:
        hours = item["actual_hours"]
        total = estimate.labour(Decimal(hours or 0), item["labour"]["rate"])
        told["labour"] = {**item["labour"], "hours": hours, "total": total}
        told["total"] = total + sum(part["total"] for part in item["parts"])
    return told if priced else without_prices(told)


def without_prices(item: dict[str, Any]) -> dict[str, Any]:
    """S3-04: a work authorisation shows no money."""
    labour = {key: item["labour"][key] for key in ("code", "hours")}
    parts = [{key: part[key] for key in ("name", "number", "quantity")} for part in item["parts"]]
    kept = {key: item[key] for key in ("id", "number", "finding", "action")}
    return {**kept, "labour": labour, "parts": parts}


def bare(item: dict[str, Any]) -> dict[str, Any]:
    """The line without what the customer did to it."""
    return {key: value for key, value in item.items() if key not in GIVEN}


def _decided(decision: Decision | None) -> Standing:
    if decision is None:
        return Standing()
    return Standing(choice=decision.choice, at=decision.at, by=decision.party.contact.name)


def _signed(
    consent: Consent, before: Standing, decision: Decision | None, now: dict[str, Any], *, same_head: bool
) -> Standing:
    """Where a line stands that this consent names. What was decided in a later request counts before it."""
    key = now["id"]
    signatures = consent.of(key)
    last = signatures[-1]
    changes = next((found for one in signatures if (found := line_changes(one, key, now))), [])
    since = decision if decision and _is_later(decision, last) else None
    authorised = same_head and not changes and (since is None or since.choice != Choice.REJECTED)
    by_signing = Standing(
        choice=Choice.APPROVED if authorised else Choice.PENDING,
        at=last.signed_at,
        by=last.party.contact.name,
    )
    return replace(
        by_signing if authorised or since is None else _decided(since),
        authorised=authorised,
        changed=not same_head or bool(changes),
        signature=last,
        signed=line_of(last, key),
        changes=tuple(changes),
    )


def _rejected(
    consent: Consent, before: Standing, decision: Decision | None, now: dict[str, Any], *, same_head: bool
) -> Standing:
    """A line this consent does not name: rejected under it, the customer's word is given and stands."""
    told = next((one for one in consent.last.snapshot.facts["items"] if one["id"] == now["id"]), None)
    if told is None or told["decision"] != Choice.REJECTED:
        return before
    if decision is None or decision.choice != Choice.REJECTED:
        return before
    settled = same_head and not line_changes(consent.last, now["id"], now)
    return replace(_decided(decision), settled=settled, refused=settled and consent.of_report)


def _is_later(decision: Decision, signature: Signature) -> bool:
    """Whether it was decided in a request after the one signed; decisions of that one are fixed by the signature."""
    return decision.signoff_id != signature.signoff_id and decision.at >= signature.signed_at


def _head(told: dict[str, Any]) -> dict[str, Any]:
    """What of the order's head a signature covers, as values to compare."""
    customer, site = told["customer"], told["site"]
    return {
        "object": told["object"],
        "currency": told["currency"],
        "customer": customer.get("id"),
        "site": site.get("id") if site else None,
        KEY: {one["property"]: one["value"] for one in told.get(KEY, ())},
    }
