"""What a shop defines, picks from, confirms and photographs, as the world of the attacks has it."""

from __future__ import annotations

from typing import Any

from paraph.lib import clock, home
from paraph.work import defining, lists, properties
from paraph.work.defining import PropertyDraft
from paraph.work.models import CatalogPart, ChecklistPoint, LabourCode, Photo, Property, WorkOrder
from tests.cast import Shop


def make_shot(shop: Shop, order: WorkOrder) -> Photo:
    """A photo of the work that stands for any other."""
    name = shop.organisation.name
    blob = home.blobs().put(f"shot of {name}".encode())
    said = {"caption": f"{name} tyre", "author_name": shop.tess.user.name, "member": shop.tess}
    return Photo.objects.create(
        order=order,
        kind="jpeg",
        blob=blob,
        size=9,
        shown=blob,
        width=4,
        height=3,
        added_at=clock.now(),
        **said,
    )


def make_lists(shop: Shop) -> tuple[CatalogPart, LabourCode, ChecklistPoint]:
    """One of each that technicians pick from or confirm."""
    name = shop.organisation.name
    by: Any = {"by": shop.mara, "actor": shop.mara.actor}
    return (
        lists.put_part(
            None,
            number=f"156E{66 + CatalogPart.objects.count()}",
            name=f"{name} tyre",
            unit_price=12050,
            **by,
        ),
        lists.put_labour_code(
            None, code=f"32-{40 + LabourCode.objects.count()}", name=f"{name} wheels", hourly_rate=8500, **by
        ),
        lists.put_point(None, text=f"{name} is clean", texts={}, kind=None, **by),
    )


def make_properties(shop: Shop, order: WorkOrder) -> Property:
    """A property with a value that the customer may change."""
    name = shop.organisation.name
    draft = PropertyDraft("text", f"{name} well", editable=True)
    made = defining.put_property(None, draft, by=shop.mara, actor=shop.mara.actor)
    properties.set_values(order, {made.pk: f"{name} Delta-7"}, by=shop.mara.actor)
    return made
