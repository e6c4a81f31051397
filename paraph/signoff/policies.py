"""What an organisation asks for on site, by kind of order (S1-09, S1-12, S1-26).

The secret: the kind's own policy, else the organisation's, else the shipped one: nothing but the place is asked, and
a signature from elsewhere waits for a manager.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member, Organisation
from paraph.signoff.errors import Unusable
from paraph.signoff.field_facts import PolicyChanged
from paraph.signoff.models import IdentityKind, PlacePolicy, Policy
from paraph.work.models import OrderKind, WorkOrder

RIGHT = "settings.edit"
LATEST_HOURS = 90 * 24
FIELDS = ("identity", "place", "prices", "late_hours")


@dataclass(frozen=True)
class PolicyDraft:
    """A policy as a manager wants it; the fields are those of `Policy`."""

    identity: Sequence[str] = ()
    place: str = PlacePolicy.WARN
    prices: bool = False
    late_hours: int = 72


def of(order: WorkOrder) -> Policy:
    """The policy that holds for an order; not saved where nobody set one. One query, remembered on the order."""
    if not hasattr(order, "policy"):
        mine = Q(kind=order.kind_id) | Q(kind=None) if order.kind_id else Q(kind=None)
        found = list(Policy.objects.filter(mine, organisation=order.organisation_id))
        own = [one for one in found if one.kind_id is not None] or found
        shipped = Policy(organisation_id=order.organisation_id)
        order.policy = own[0] if own else shipped  # type: ignore[attr-defined]
    policy: Policy = order.policy  # type: ignore[attr-defined]
    return policy


def own(organisation: Organisation, kind: OrderKind | None) -> Policy | None:
    """The policy set for a kind of order, or with None for all that have none of their own; None: nobody set one."""
    return Policy.objects.filter(organisation=organisation, kind=kind).first()


def every(organisation: Organisation) -> dict[UUID | None, Policy]:
    """All policies an organisation set, by the kind they are for."""
    return {one.kind_id: one for one in Policy.objects.filter(organisation=organisation)}


def holding(organisation: Organisation, kind: OrderKind | None) -> Policy:
    """What holds for a kind: its own, else that of all others, else the shipped one, which is not saved."""
    found = own(organisation, kind) or (own(organisation, None) if kind else None)
    return found or Policy(organisation=organisation)


@transaction.atomic
def put(
    organisation: Organisation, kind: OrderKind | None, draft: PolicyDraft | None, *, by: Member, actor: Actor
) -> Policy:
    """Set what is asked on site for a kind of order, or with None for all that have none of their own.

    Without a draft the own policy is dropped, so that the next wider one holds. Returns what holds then; nothing is
    recorded where nothing changes. Raises `access.Forbidden`, and `Unusable` with the field for a value nobody offered.
    """
    access.require(by, RIGHT)
    # One at a time: two managers saving at once would both find none and make one each.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    had, before = own(organisation, kind) is not None, _values(holding(organisation, kind))
    if draft is None:
        Policy.objects.filter(organisation=organisation, kind=kind).delete()
    else:
        wanted = _judged(draft, organisation, kind)
        Policy.objects.update_or_create(organisation=organisation, kind=kind, defaults=wanted)
    now = holding(organisation, kind)
    after = _values(now)
    if before != after or had != (draft is not None):
        fact = PolicyChanged(
            order_kind=str(kind.pk) if kind else "",
            name=kind.name if kind else "",
            own=draft is not None,
            changes=[
                {"field": name, "before": before[name], "after": after[name]}
                for name in FIELDS
                if before[name] != after[name]
            ],
        )
        ledger.append(fact, log=organisation.log, topic=f"organisation:{organisation.pk}", by=actor)
    return now


def _values(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in FIELDS} | {"place": str(policy.place)}


def _judged(draft: PolicyDraft, organisation: Organisation, kind: OrderKind | None) -> dict[str, Any]:
    """The draft as stored: each check once, in the order they are offered."""
    identity = [one.value for one in IdentityKind if one.value in set(draft.identity)]
    if len(identity) != len(set(draft.identity)):
        raise Unusable("identity", "there is no such check")
    if draft.place not in PlacePolicy.values:
        raise Unusable("place", "there is no such choice")
    if not 1 <= draft.late_hours <= LATEST_HOURS:
        raise Unusable("late_hours", f"1 to {LATEST_HOURS}")
    if kind and kind.organisation_id != organisation.pk:
        raise Unusable("kind", "there is no such kind")
    return {
        "identity": identity,
        "place": draft.place,
        "prices": draft.prices,
        "late_hours": draft.late_hours,
    }
