"""What an order says of the properties its organisation made (S0-03, S0-09).

The secret: an order says what its own rows hold, whatever becomes of the definitions; a property that was archived, or
that no longer fits the kind of order, stays where it has a value. Each change is a revision of the order with a fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from paraph.evidence import ledger
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.lib.actor import SYSTEM, Actor
from paraph.work.guards import StaleOrder
from paraph.work.models import Property, PropertyType, PropertyValue, WorkOrder
from paraph.work.property_facts import PropertyChanged
from paraph.work.property_values import check

KEY = "properties"
ORDERED = ("property__position", "property_id")


@dataclass(frozen=True)
class Held:
    """A property that belongs to an order, and its value there; "" for none."""

    definition: Property
    value: str = ""

    @property
    def told(self) -> dict[str, Any] | None:
        """As the order says it; None without a value."""
        return tell(self.definition, self.value) if self.value else None


def describe(order: WorkOrder) -> list[dict[str, Any]]:
    """What the order says of its properties, in their order, as a JSON-able value; those without a value are left out.

    Each: property (id), name, names (by language), type, value; a number's unit, the labels of a chosen value.
    """
    return [tell(one.property, one.value) for one in valued(order)]


def tell(of: Property, value: str) -> dict[str, Any]:
    """One property with a value, as `describe` says it."""
    told = {"property": str(of.pk), "name": of.name, "names": of.names, "type": of.type, "value": value}
    if of.type == PropertyType.NUMBER and of.unit:
        told["unit"] = of.unit
    if of.type == PropertyType.CHOICE:
        chosen = next((one for one in of.options if one["key"] == value), None)
        told["labels"] = {"": chosen["label"], **chosen["labels"]} if chosen else {"": value}
    return told


def valued(order: WorkOrder) -> list[PropertyValue]:
    """The order's rows with their properties, in order."""
    if not hasattr(order, "valued"):
        order.valued = list(  # type: ignore[attr-defined]
            order.property_values.select_related("property").order_by(*ORDERED)
        )
    found: list[PropertyValue] = order.valued  # type: ignore[attr-defined]
    return found


def of(order: WorkOrder) -> list[Held]:
    """Every property that belongs to the order, with a value or without, in order; one query where `load` read it."""
    values = {one.property_id: one.value for one in valued(order)}
    found = fitting(order.organisation_id, order.kind_id, values)
    return [Held(one, values.get(one.pk, "")) for one in found]


def fitting(organisation: UUID, kind: UUID | None, also: Mapping[UUID, Any] | None = None) -> list[Property]:
    """The properties for a kind of order (None: an order without a kind), and those named in `also`."""
    fits = Q(kinds=None) | Q(kinds=kind) if kind else Q(kinds=None)
    asked = Q(pk__in=list(also or {})) | (Q(archived_at=None) & fits)
    return list(Property.objects.filter(asked, organisation_id=organisation).distinct())


@transaction.atomic
def set_values(
    order: WorkOrder,
    values: Mapping[Any, str],
    *,
    by: Actor,
    expected: int | None = None,
    cause: Entry | None = None,
) -> WorkOrder:
    """Let the order say these values by property id, as they are stored; "" takes one away, one left out stays.

    One revision, one fact; nothing where nothing changed. Raises `StaleOrder` when the revision is no longer
    `expected`, `Unfit` for a value that cannot stand there, KeyError for a property of another organisation.
    """
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    if expected is not None and order.revision != expected:
        raise StaleOrder
    wanted = {str(key): value for key, value in values.items()}
    known = {
        str(one.pk): one for one in Property.objects.filter(organisation=order.organisation_id, pk__in=wanted)
    }
    now = {str(one.property_id): one.value for one in valued(order)}
    changed = {key: check(known[key], value) for key, value in wanted.items() if value != now.get(key, "")}
    if not changed:
        return order
    _write(order, known, changed)
    Property.objects.filter(pk__in=[known[key].pk for key in changed], used=False).update(used=True)
    WorkOrder.objects.filter(pk=order.pk).update(revision=F("revision") + 1, revised_at=clock.now())
    order = WorkOrder.objects.get(pk=order.pk)
    what = [
        {"before": _told(known[key], now.get(key, "")), "after": _told(known[key], value)}
        for key, value in changed.items()
    ]
    fact = PropertyChanged(revision=order.revision, properties=list(changed), what=what)
    ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=by, cause=cause)
    return order


@transaction.atomic
def write_back(order: WorkOrder, confirmed: Mapping[str, tuple[str, str]], *, cause: Entry) -> WorkOrder:
    """Let the order say what a customer confirmed: by property id the value they saw, and what they made of it.

    What the shop changed since they saw it stays as the shop wrote it: whoever came last.
    """
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    now = {str(one.property_id): one.value for one in valued(order)}
    values = {key: after for key, (before, after) in confirmed.items() if now.get(key, "") == before}
    return set_values(order, values, by=SYSTEM, cause=cause)


def _told(of: Property, value: str) -> dict[str, Any] | None:
    return Held(of, value).told


def _write(order: WorkOrder, known: Mapping[str, Property], changed: Mapping[str, str]) -> None:
    order.property_values.filter(property__in=[key for key, value in changed.items() if not value]).delete()
    PropertyValue.objects.bulk_create(
        [
            PropertyValue(order=order, property=known[key], value=value)
            for key, value in changed.items()
            if value
        ],
        update_conflicts=True,
        update_fields=["value"],
        unique_fields=["order", "property"],
    )
