"""An order with everything it says, in five statements at most that are built once a process.

Every step of a customer and every page of an order begins with it, and Django builds a statement anew each time, which
takes longer than to run it (`lib.compiled`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Model

from paraph.lib.compiled import Compiled
from paraph.people.models import Contact
from paraph.work import properties
from paraph.work.models import Item, Part, PropertyValue, WorkOrder

_ANY = UUID(int=1)  # stands for the order's key
_WITH = ("organisation", "customer", "site", "technician__user", "kind")

_ORDER = Compiled(lambda pk: WorkOrder.objects.select_related(*_WITH).filter(pk=pk), _ANY)
_LINES = Compiled(lambda pk: Item.objects.filter(order=pk, removed_at=None), _ANY)
_PARTS = Compiled(lambda pk: Part.objects.filter(item__order=pk, item__removed_at=None), _ANY)
_VALUES = Compiled(
    lambda pk: (
        PropertyValue.objects.filter(order=pk).select_related("property").order_by(*properties.ORDERED)
    ),
    _ANY,
)
_CONTACTS = Compiled(lambda pk: Contact.objects.filter(orders=pk), _ANY)


def whole(pk: UUID | str) -> WorkOrder:
    """The order, with its `lines` and their parts, its `valued` properties and its contacts. Raises DoesNotExist."""
    key = WorkOrder._meta.pk.to_python(pk)
    found: list[WorkOrder] = _ORDER.objects(key)
    if not found:
        raise WorkOrder.DoesNotExist
    order: Any = found[0]
    order.lines, order.valued = _LINES.objects(key), _VALUES.objects(key)
    for one in (*order.lines, *order.valued):
        one.order = order
    _give_parts(order.lines, key)
    _hold(order, "contacts", _CONTACTS.objects(key))
    return found[0]


def _give_parts(lines: list[Item], key: UUID) -> None:
    parts: dict[UUID, list[Model]] = defaultdict(list)
    for part in _PARTS.objects(key) if lines else ():
        parts[part.item_id].append(part)
    for line in lines:
        for part in parts[line.pk]:
            part.item = line  # type: ignore[attr-defined]
        _hold(line, "parts", parts[line.pk])


def _hold(one: Model, name: str, found: list[Any]) -> None:
    """As `prefetch_related` leaves it: `one.name.all()` asks no more, and everything else still asks."""
    rows = getattr(one, name).get_queryset()
    rows._result_cache, rows._prefetch_done = found, True  # noqa: SLF001 - there is no other way to say so
    one.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows
