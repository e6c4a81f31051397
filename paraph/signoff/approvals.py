"""What the customer authorises now, and what still needs their consent (S1-04).

The secret: a complete sign-off authorises its lines while they say what was signed; after a change the rest still
stands. Nothing here is stored, so nothing here can be out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from paraph.signoff.models import Choice, Signature, SignOff, Verdict, Verification
from paraph.signoff.standing import Standing, is_priced, line_of, standing
from paraph.work import orders
from paraph.work.guards import Missing, Reason
from paraph.work.models import WorkOrder

__all__ = ["Approval", "Missing", "Reason", "approvals_of", "missing"]


@dataclass(frozen=True)
class Approval:
    """What one complete sign-off authorises now.

    `items`: the lines as in the signed snapshot, unchanged since, by number; without prices where nobody who signed saw
    any (S3-04), which `priced` tells, and with the hours that were worked where it is a service report. Each line
    belongs to the newest approval that covers it, so no line stands in two. `verified`: no check of the signature is
    open (decision 4).
    """

    signoff: SignOff
    at: datetime
    items: tuple[dict[str, Any], ...]
    contact_names: tuple[str, ...]
    priced: bool = True
    verified: bool = True


def approvals_of(order: WorkOrder, stand: Mapping[str, Standing] | None = None) -> list[Approval]:
    """Return the order's approvals, oldest first; those without a line in force are left out.

    `stand` saves reading where the caller has it.
    """
    stand = standing(orders.load(order.pk)) if stand is None else stand
    in_force = {key: one.signature for key, one in stand.items() if one.authorised and one.signature}
    found = {one.signoff_id: one.signoff for one in in_force.values()}
    keys = {pk: [key for key, one in in_force.items() if one.signoff_id == pk] for pk in found}
    approvals = [_approval(signoff, keys[pk]) for pk, signoff in found.items()]
    return sorted(approvals, key=lambda one: one.at)


def missing(order: WorkOrder, stand: Mapping[str, Standing] | None = None) -> list[Missing]:
    """Return the lines that still need consent, by number: never decided under a signature, or changed since.

    A line the customer rejected under a signature is settled: it will not be done.
    """
    order = orders.load(order.pk) if stand is None else order
    stand = standing(order) if stand is None else stand
    return [
        Missing(str(item.pk), item.number, item.finding, _why(stand[str(item.pk)]))
        for item in orders.lines_of(order)
        if not (stand[str(item.pk)].authorised or stand[str(item.pk)].settled)
    ]


def _approval(signoff: SignOff, keys: list[str]) -> Approval:
    signatures: list[Signature] = list(
        signoff.signatures.select_related("snapshot", "party__contact").order_by("signed_at")
    )
    priced = [one for one in signatures if is_priced(one.snapshot.facts)]
    told = (line_of((priced or signatures)[-1], key) for key in keys)
    return Approval(
        signoff=signoff,
        at=signoff.completed_at or signatures[-1].signed_at,
        items=tuple(sorted((one for one in told if one), key=lambda one: one["number"])),
        contact_names=tuple(one.party.contact.name for one in signatures),
        priced=bool(priced),
        verified=not Verification.objects.filter(
            signature__signoff=signoff, verdict=Verdict.WAITING
        ).exists(),
    )


def _why(stand: Standing) -> Reason:
    if stand.changed:
        return "changed"
    return "undecided" if stand.choice == Choice.PENDING else "unsigned"
