"""Work orders: opened, revised, reported as done, given a status.

The secret: an order's lines keep their number and identity for good, and every change is one revision with a fact
that names it. Nobody signs this live row; `signoff.subjects` freezes it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from paraph.evidence import ledger
from paraph.evidence.models import Entry
from paraph.lib import clock, differ
from paraph.lib.actor import Actor
from paraph.lib.differ import Change
from paraph.people.models import Contact, Customer, Member, Organisation, Site
from paraph.work import estimate, guards, loading, properties
from paraph.work.facts import OrderOpened, OrderReopened, OrderReported, OrderRevised, OrderStatusChanged
from paraph.work.guards import ReportRefused
from paraph.work.guards import StaleOrder as StaleOrder
from paraph.work.models import Item, OrderKind, Part, Status, WorkOrder

# What `describe` says about people; the leaf of a fact names them by id alone (decision 8).
PERSONAL = {("customer", "name"), ("customer", "address"), ("site", "name"), ("site", "address")}


@dataclass(frozen=True)
class PartDraft:
    """A part as entered; `unit_price` in minor units."""

    name: str
    number: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: int = 0


@dataclass(frozen=True)
class ItemDraft:
    """An item as entered, `hourly_rate` in minor units. `id` None for a new one; one nobody knows becomes its id."""

    finding: str
    id: UUID | None = None
    action: str = ""
    labour_code: str = ""
    estimated_hours: Decimal = Decimal(0)
    actual_hours: Decimal | None = None
    hourly_rate: int = 0
    tax_rate: Decimal = Decimal(21)
    parts: Sequence[PartDraft] = ()


@dataclass(frozen=True)
class OrderDraft:
    """An order as entered, with all its lines in order."""

    title: str
    customer: Customer
    object_name: str = ""
    contacts: Sequence[Contact] = ()
    site: Site | None = None
    technician: Member | None = None
    notes: str = ""
    kind: OrderKind | None = None
    items: Sequence[ItemDraft] = field(default_factory=list)


@transaction.atomic
def open_order(organisation: Organisation, draft: OrderDraft, *, by: Actor, number: str = "") -> WorkOrder:
    """Make an order with the next number of the organisation (or the one given)."""
    now = clock.now()
    Organisation.objects.filter(pk=organisation.pk).update(next_order_number=F("next_order_number") + 1)
    organisation.refresh_from_db(fields=["next_order_number"])
    order = WorkOrder.objects.create(
        organisation=organisation,
        number=number or f"WO-{organisation.next_order_number - 1}",
        currency=organisation.currency,
        created_at=now,
        revised_at=now,
        **_own_fields(draft),
    )
    _write_lines(order, draft)
    ledger.append(OrderOpened(number=order.number), log=organisation.log, topic=order.topic, by=by)
    return order


@transaction.atomic
def revise(order: WorkOrder, draft: OrderDraft, *, expected: int, by: Actor) -> WorkOrder:
    """Replace what the order says. Raises `StaleOrder` when its revision is no longer `expected`.

    Nothing is recorded when nothing changed. Lines left out are removed; their numbers are not used again.
    """
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    if order.revision != expected:
        raise StaleOrder
    before = describe(load(order.pk))
    for name, value in _own_fields(draft).items():
        setattr(order, name, value)
    _write_lines(order, draft)
    order.save()
    found = differ.changes(before, describe(load(order.pk)))
    if not found:
        return order
    order.revision, order.revised_at = expected + 1, clock.now()
    order.save(update_fields=["revision", "revised_at"])
    told = [_told(one) for one in found if one.path not in PERSONAL and one.path[0] != properties.KEY]
    ledger.append(
        OrderRevised(revision=order.revision, changes=told),
        log=str(order.organisation_id),
        topic=order.topic,
        by=by,
    )
    return order


@transaction.atomic
def report(
    order: WorkOrder,
    *,
    by: Actor,
    hours: Mapping[Any, Decimal | None] | None = None,
    cause: Entry | None = None,
) -> WorkOrder:
    """The work is done and reported: completed, with the actual hours by item id where given. Twice is once.

    Raises `ApprovalMissing` while a line still needs the customer's consent (S1-04), `ReportRefused` for a cancelled
    order, and KeyError for a line of another order; then nothing is changed.
    """
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    if order.status == Status.COMPLETED:
        return order
    if order.status == Status.CANCELLED:
        raise ReportRefused(_("This order is cancelled."))
    # First the hours: where a service report was signed, they are part of what was approved.
    worked = _write_hours(order, hours or {})
    guards.require_approval(order)
    before, order.status, order.reported_at = order.status, Status.COMPLETED, clock.now()
    order.save(update_fields=["status", "reported_at"])
    ledger.append(
        OrderReported(before=str(before), hours=worked),
        log=str(order.organisation_id),
        topic=order.topic,
        by=by,
        cause=cause,
    )
    return order


@transaction.atomic
def reopen(order: WorkOrder, *, by: Actor) -> WorkOrder:
    """Take the report back, while no invoice is out (`guards.require_no_objection`). What is not reported stays.

    The order is open then; a rule gives it the status its approvals deserve.
    """
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    if order.status != Status.COMPLETED and not _is_held_up(order):
        return order
    guards.require_no_objection(order)
    order.status, order.reported_at = Status.OPEN, None
    order.save(update_fields=["status", "reported_at"])
    ledger.append(
        OrderReopened(after=str(order.status)), log=str(order.organisation_id), topic=order.topic, by=by
    )
    return order


@transaction.atomic
def set_status(
    order: WorkOrder, status: Status, *, by: Actor, cause: Entry | None = None, held_up: bool = False
) -> WorkOrder:
    """Give the order another status; the same status again is nothing. *Completed* is `report`, with its refusals.

    Work that was reported stays so while it is disputed (S0-34) or otherwise `held_up`, as by a service report that
    waits for its signature (S1-04), and is completed again by this when it is not.
    """
    if status == Status.COMPLETED:
        order = WorkOrder.objects.select_for_update().get(pk=order.pk)
        if not _is_held_up(order):
            return report(order, by=by, cause=cause)
        guards.require_approval(order)
    order = WorkOrder.objects.select_for_update().get(pk=order.pk)
    if order.status == status:
        return order
    before, order.status = order.status, status
    if status not in {Status.DISPUTED, Status.COMPLETED} and not held_up:
        order.reported_at = None
    order.save(update_fields=["status", "reported_at"])
    ledger.append(
        OrderStatusChanged(before=str(before), after=str(status)),
        log=str(order.organisation_id),
        topic=order.topic,
        by=by,
        cause=cause,
    )
    return order


def load(pk: UUID | str) -> WorkOrder:
    """Return an order with everything `describe` reads, in a constant number of queries. Raises DoesNotExist."""
    return loading.whole(pk)


def lines_of(order: WorkOrder) -> list[Item]:
    """The order's items that were not removed, with their parts."""
    if not hasattr(order, "lines"):
        order.lines = list(  # type: ignore[attr-defined]
            order.items.filter(removed_at=None).prefetch_related("parts")
        )
    found: list[Item] = order.lines  # type: ignore[attr-defined]
    return found


def describe(order: WorkOrder) -> dict[str, Any]:
    """Everything the order says, as a JSON-able value; money in minor units, decimals as text.

    An order without a kind or without properties has no such key, as no order had before there were any.
    """
    told = properties.describe(order)
    return {
        "number": order.number,
        "title": order.title,
        "object": order.object_name,
        "customer": {
            "id": str(order.customer_id),
            "name": order.customer.name,
            "address": order.customer.address,
        },
        "site": {"id": str(order.site_id), "name": order.site.name, "address": order.site.address}
        if order.site
        else None,
        "contacts": sorted(str(contact.pk) for contact in order.contacts.all()),
        "technician": str(order.technician_id) if order.technician_id else None,
        "currency": order.currency,
        "notes": order.notes,
        **({"kind": str(order.kind_id)} if order.kind_id else {}),
        **({properties.KEY: told} if told else {}),
        "items": [describe_item(item) for item in lines_of(order)],
    }


def describe_item(item: Item) -> dict[str, Any]:
    """One line as a JSON-able value."""
    return {
        "id": str(item.pk),
        "number": item.number,
        "finding": item.finding,
        "action": item.action,
        "labour": {
            "code": item.labour_code,
            "hours": plain(item.estimated_hours),
            "rate": item.hourly_rate,
            "total": estimate.labour_total(item),
        },
        "actual_hours": None if item.actual_hours is None else plain(item.actual_hours),
        "parts": [
            {
                "name": part.name,
                "number": part.number,
                "quantity": plain(part.quantity),
                "price": part.unit_price,
                "total": estimate.part_total(part),
            }
            for part in item.parts.all()
        ],
        "tax_rate": plain(item.tax_rate),
        "total": estimate.item_total(item),
    }


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros, never in exponent form: ``2.5``, ``10``."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_held_up(order: WorkOrder) -> bool:
    """Whether the work was reported, and is disputed or waits for a signature since."""
    return order.status != Status.COMPLETED and order.reported_at is not None


def _write_hours(order: WorkOrder, hours: Mapping[Any, Decimal | None]) -> dict[str, str]:
    """Store the actual hours; return those of every line that has some, by item id."""
    known = {str(item.pk): item for item in order.items.filter(removed_at=None)}
    for key, worked in hours.items():
        known[str(key)].actual_hours = worked
    Item.objects.bulk_update([known[str(key)] for key in hours], ["actual_hours"])
    return {key: plain(one.actual_hours) for key, one in known.items() if one.actual_hours is not None}


def _told(change: Change) -> dict[str, Any]:
    """A change as the fact names it; a site that came or went is named by its id."""
    before, after = (
        value["id"] if change.path == ("site",) and value else value
        for value in (change.before, change.after)
    )
    return {"path": list(change.path), "before": before, "after": after}


def _own_fields(draft: OrderDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "object_name": draft.object_name,
        "customer": draft.customer,
        "site": draft.site,
        "technician": draft.technician,
        "notes": draft.notes,
        "kind": draft.kind,
    }


def _write_lines(order: WorkOrder, draft: OrderDraft) -> None:
    order.contacts.set(draft.contacts)
    kept = {item.pk: item for item in order.items.filter(removed_at=None)}
    highest = order.items.order_by("-number").values_list("number", flat=True).first() or 0
    for line in draft.items:
        item = kept.pop(line.id, None) if line.id else None
        if item is None:
            highest += 1
            item = _new(order, highest, line)
        _write_line(item, line)
    for gone in kept.values():
        gone.removed_at = clock.now()
        gone.save(update_fields=["removed_at"])


def _new(order: WorkOrder, number: int, line: ItemDraft) -> Item:
    """A new line: under the id a phone gave it without network, unless that is anybody's already."""
    item = Item(order=order, number=number)
    if line.id and not Item.objects.filter(pk=line.id).exists():
        item.pk = line.id
    return item


def _write_line(item: Item, line: ItemDraft) -> None:
    item.finding, item.action, item.labour_code = line.finding, line.action, line.labour_code
    item.estimated_hours, item.actual_hours = line.estimated_hours, line.actual_hours
    item.hourly_rate, item.tax_rate = line.hourly_rate, line.tax_rate
    item.save()
    item.parts.all().delete()
    Part.objects.bulk_create(
        Part(
            item=item,
            position=position,
            name=part.name,
            number=part.number,
            quantity=part.quantity,
            unit_price=part.unit_price,
        )
        for position, part in enumerate(line.parts)
    )
