"""What the technician reports becomes the order's next revision (S1-06, S1-18, S1-37).

The secret: a phone changes lines alone, and of a line only what was done on it; everything else, and every price that
stands on no part, comes from the order and the organisation's lists.
"""

from __future__ import annotations

from paraph.capture.payloads import Line, Work
from paraph.lib.actor import Actor
from paraph.people.models import Member
from paraph.work import checklists, comments, lists, orders, photos
from paraph.work.models import Item, WorkOrder
from paraph.work.orders import ItemDraft, OrderDraft, PartDraft, StaleOrder


def add_photos(order: WorkOrder, work: Work, *, by: Member, actor: Actor) -> None:
    """Add the photos to the order, outside a transaction; again is once. Raises `Undrawable`."""
    known = {item.pk: item for item in order.items.filter(removed_at=None)}
    for one in work.photos:
        item = known.get(one.item) if one.item else None
        photos.add(
            order,
            one.content,
            by=by,
            actor=actor,
            item=item,
            caption=one.caption,
            taken_at=one.taken_at,
        )


def apply(order: WorkOrder, work: Work, *, over: bool, by: Member, actor: Actor) -> WorkOrder:
    """Write what was reported, inside the caller's transaction, with the order held; return the order as it is now.

    Raises `StaleOrder` when the order is no longer at the revision the phone had, unless `over`: a manager decided that
    the phone's lines count. Raises `StaleOrder` as well for a line that is gone, and `checklists.NotConfirmed`.
    """
    order = orders.load(order.pk)
    if order.revision != work.revision and not over:
        raise StaleOrder
    draft = _draft(order, work, over=over)
    order = orders.revise(order, draft, expected=order.revision, by=actor)
    if work.checklist:
        checklists.confirm(order, work.checklist, by=by, actor=actor)
    if work.remark.strip():
        comments.add(order, None, text=work.remark.strip(), by=actor)
    return order


def _draft(order: WorkOrder, work: Work, *, over: bool) -> OrderDraft:
    held = {item.pk: item for item in orders.lines_of(order)}
    told = {line.item for line in work.lines}
    if not over and (set(held) - told or any(not line.new and line.item not in held for line in work.lines)):
        raise StaleOrder
    rates = {one.code: one.hourly_rate for one in lists.labour_codes_of(order.organisation)}
    lines = [_line(line, held.get(line.item), rates) for line in work.lines]
    lines += [_unchanged(item) for pk, item in held.items() if pk not in told]
    return OrderDraft(
        title=order.title,
        customer=order.customer,
        object_name=order.object_name,
        contacts=list(order.contacts.all()),
        site=order.site,
        technician=order.technician,
        notes=order.notes,
        kind=order.kind,
        items=lines,
    )


def _line(line: Line, item: Item | None, rates: dict[str, int]) -> ItemDraft:
    same_code = item is not None and item.labour_code == line.labour_code
    standing = item.hourly_rate if item is not None else 0
    return ItemDraft(
        finding=line.finding if item is None else item.finding,
        id=line.item,
        action=line.action,
        labour_code=line.labour_code,
        estimated_hours=item.estimated_hours if item is not None else ItemDraft.estimated_hours,
        actual_hours=line.hours,
        hourly_rate=standing if same_code else rates.get(line.labour_code, standing),
        tax_rate=item.tax_rate if item is not None else ItemDraft.tax_rate,
        parts=[PartDraft(one.name, one.number, one.quantity, one.unit_price) for one in line.parts],
    )


def _unchanged(item: Item) -> ItemDraft:
    parts = [PartDraft(one.name, one.number, one.quantity, one.unit_price) for one in item.parts.all()]
    return ItemDraft(
        finding=item.finding,
        id=item.pk,
        action=item.action,
        labour_code=item.labour_code,
        estimated_hours=item.estimated_hours,
        actual_hours=item.actual_hours,
        hourly_rate=item.hourly_rate,
        tax_rate=item.tax_rate,
        parts=parts,
    )
