"""What an order says with what the customer confirmed, and what is still to be confirmed (S0-13, S0-26).

The secret: a confirmed value holds from the act on. Until a rule has written it back to the order, it is laid over what
the order says, so page, snapshot and paper show it at once; when the order says it itself, nothing is different.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from paraph.lib import clock
from paraph.lib.compiled import Compiled
from paraph.signoff.models import Confirmation, Signature, SignOff
from paraph.work import orders, properties, property_values
from paraph.work.models import Property, WorkOrder
from paraph.work.properties import KEY, Held


@dataclass(frozen=True)
class Field:
    """One property the customer may confirm or change. `confirmed`: they did, and it is still that value."""

    definition: Property
    value: str
    confirmed: bool

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be done about it before signing."""
        return not self.definition.required or (self.confirmed and _is_good(self.definition, self.value))


def describe(order: WorkOrder) -> dict[str, Any]:
    """`orders.describe`, with confirmed values that are not yet written back."""
    told = orders.describe(order)
    if not unwritten(order):
        return told
    found = [one.told for one in held(order) if one.value]
    told.pop(KEY, None)
    return {**told, **({KEY: found} if found else {})}


def held(order: WorkOrder) -> list[Held]:
    """What the order holds, in order, as `describe` tells it."""
    found = {one.property_id: Held(one.property, one.value) for one in properties.valued(order)}
    for one in unwritten(order):
        if _value(found, one.property) == one.before:  # else the shop changed it since
            found[one.property_id] = Held(one.property, one.after)
    return sorted(found.values(), key=lambda one: (one.definition.position, str(one.definition.pk)))


def unwritten(order: WorkOrder) -> list[Confirmation]:
    """Confirmed values that the order does not hold yet, oldest first; one query."""
    if not hasattr(order, "unwritten"):
        order.unwritten = _UNWRITTEN.objects(order.pk)  # type: ignore[attr-defined]
    rows: list[Confirmation] = order.unwritten  # type: ignore[attr-defined]
    return rows


def _not_written(order: UUID) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(signoff__order=order, written_at=None).select_related("property")


_UNWRITTEN = Compiled(_not_written, UUID(int=1))


def fields(signoff: SignOff | None, order: WorkOrder) -> list[Field]:
    """The properties of the order that its customer may confirm or change, in order (S0-12, S0-14).

    `order` comes from `orders.load`. Without a request nobody has confirmed anything yet.
    """
    belong = [one.definition for one in properties.of(order)]
    offered = [one for one in belong if one.editable and one.archived_at is None]
    if not offered:
        return []
    values = {one.definition.pk: one for one in held(order)}
    rows = signoff.confirmations.order_by("id") if signoff is not None else ()
    last = {one.property_id: one.after for one in rows}
    return [
        Field(one, _value(values, one), confirmed=last.get(one.pk) == _value(values, one)) for one in offered
    ]


def missing(signoff: SignOff, order_id: Any) -> list[Field]:
    """What must be confirmed before anybody signs; nothing once somebody has, for then it is fixed."""
    asked = Property.objects.filter(
        organisation=signoff.organisation_id, editable=True, required=True, archived_at=None
    )
    if not asked.exists() or Signature.objects.filter(signoff=signoff).exists():
        return []
    return [one for one in fields(signoff, orders.load(order_id)) if not one.is_settled]


def mark_written(found: Iterable[Confirmation]) -> None:
    """Say that the order took these values over, or that the shop was faster. Call in the transaction that wrote."""
    Confirmation.objects.filter(pk__in=[one.pk for one in found]).update(written_at=clock.now())


def _value(found: dict[Any, Held], of: Property) -> str:
    return found[of.pk].value if of.pk in found else ""


def _is_good(of: Property, value: str) -> bool:
    try:
        return bool(value) and bool(property_values.check(of, value))
    except property_values.Unfit:
        return False
