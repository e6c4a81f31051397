"""Work that is done: reports, what is billed, and signatures from the field, one of them in doubt."""

from __future__ import annotations

from paraph.automation import runner
from paraph.billing.models import Invoice
from paraph.capture.models import Capture
from paraph.lib import clock, home
from paraph.signoff import invitations, requests
from paraph.signoff.models import Invitation, Verification, View
from paraph.work.models import Photo, WorkOrder
from tests import cast, paperwork
from tests.billing import bills
from tests.capture.phone import Phone, arrive
from tests.cast import Shop


def make_report(shop: Shop) -> tuple[Invitation, Photo]:
    """Work that is done, with a photo of it, and its service report, which waits for its signature."""
    order = cast.worked(shop, shop.open_order(lines=1, title=f"{shop.organisation.name} worked"), "2")
    blob = home.blobs().put(paperwork.photo() + shop.organisation.name.encode())
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


def make_doubt(shop: Shop) -> Verification:
    """A signature that was not given at the site."""
    order = shop.open_order(lines=1, title=f"{shop.organisation.name} elsewhere")
    found = cast.elsewhere(shop, order, [1])
    runner.run_all()
    return found


def make_bills(shop: Shop) -> tuple[Invoice, Invoice, Invitation]:
    """An issued invoice, a draft, and somebody who came to read the first."""
    bills.ready(shop)
    title = f"{shop.organisation.name} done"
    invoice = bills.issued(shop, bills.reported(shop, [1], lines=1, title=title))
    draft = bills.drafted(shop, bills.reported(shop, [1], lines=1, title=title))
    party = requests.share(invoice.order, [shop.jan]).parties.get()
    reader, link = invitations.hand_over(party, view=View.INVOICE, by=shop.mara, actor=shop.mara.actor)
    shop.links[reader.pk] = link
    runner.run_all()
    return invoice, draft, reader
