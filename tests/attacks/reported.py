"""Work that is done: the service report that waits for its signature, and a signature from the field."""

from __future__ import annotations

from paraph.automation import runner
from paraph.capture.models import Capture
from paraph.lib import clock, home
from paraph.signoff.models import Invitation, View
from paraph.work.models import Photo, WorkOrder
from tests import cast, paperwork
from tests.capture.phone import Phone, arrive
from tests.cast import Shop


def make_report(shop: Shop) -> tuple[Invitation, Photo]:
    """Work that is done, with a photo of it, and its service report, which waits for its signature."""
    order = cast.worked(shop, shop.open_order(lines=1, title=f"{shop.organisation.name} worked"), "2")
    blob = home.blobs().put(paperwork.photo())
    photo = Photo.objects.create(
        order=order,
        kind="jpeg",
        blob=blob,
        size=9,
        shown=blob,
        width=4,
        height=3,
        caption=f"{shop.organisation.name} photo",
        added_at=clock.now(),
        author_name="Tess",
    )
    invitation = shop.invite(order, view=View.REPORT)
    runner.run_all()
    return invitation, photo


def make_capture(shop: Shop) -> Capture:
    """A signature from the field for an order whose title the office changed meanwhile."""
    order = shop.open_order(lines=1, title=f"{shop.organisation.name} in the field")
    sent = Phone.enrolled(shop.tess, f"{shop.organisation.name} phone").signs(order, shop.jan)
    WorkOrder.objects.filter(pk=order.pk).update(title=f"{shop.organisation.name} elsewhere")
    [capture] = arrive(sent)
    runner.run_all()
    return capture
