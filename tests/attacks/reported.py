"""Work that is done, and the service report that waits for its signature."""

from __future__ import annotations

from paraph.automation import runner
from paraph.lib import clock, home
from paraph.signoff.models import Invitation, View
from paraph.work.models import Photo
from tests import cast, paperwork
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
