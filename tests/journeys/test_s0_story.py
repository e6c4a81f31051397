"""The whole story of paper: emailed, printed, stamped, photographed, dropped, filed, ready for billing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.signoff import papers, reading
from paraph.signoff.models import Match, Paper, Return, ReturnState
from paraph.work import orders, properties
from paraph.work.models import WorkOrder
from tests import scans
from tests.cast import Shop
from tests.intake import samples
from tests.journeys import steps
from tests.journeys.conftest import DESK, Office
from tests.journeys.steps import aside
from tests.journeys.test_s0_download_and_sign import area, drop, named, send


def ordered(shop: Shop) -> WorkOrder:
    """An order with one number that the customer confirms, and one that is the shop's own."""
    number = shop.define("po_number", "PO number", pattern="PO-####", required=True, editable=True)
    well = shop.define("text", "Well")
    order = shop.open_order(lines=2)
    properties.set_values(order, {number.pk: "PO-1111", well.pk: "Delta-7"}, by=shop.mara.actor)
    return order


def email_for_signature(desk: Page, order: WorkOrder, box: list[EmailMessage], shop: Shop) -> str:
    """Mara sends the link (S0-08, S0-22 … S0-24); the link."""
    desk.goto(f"/orders/{order.pk}/")
    desk.get_by_role("link", name="Send email").click()
    desk.get_by_label("Jan Jansen", exact=True).select_option("authorise")
    desk.get_by_role("button", name="Email estimate").click()
    expect(desk.locator("h1")).to_contain_text("Needs signature")
    expect(desk.locator("#next")).to_contain_text("Waiting for Jan Jansen")
    expect(desk.get_by_role("link", name="Email for signature")).to_be_visible()
    return steps.link_in(aside(steps.invited, box, shop.jan.email))


def download(jan: Page, folder: Path) -> bytes:
    """Jan confirms what is asked, and downloads; not before (S0-03, S0-13, S0-25 … S0-28)."""
    jan.locator("#action").get_by_role("link", name="Download & sign").click()
    dialog = jan.get_by_role("dialog", name="Download & sign")
    dialog.get_by_label("PO number").fill("")
    dialog.get_by_role("button", name="Download & proceed").click()
    expect(jan.locator(".wrong")).to_contain_text("This is needed before you can go on.")
    assert not aside(Paper.objects.exists)
    jan.get_by_label("PO number").fill("PO-2222")
    with jan.expect_download() as coming:
        jan.get_by_role("button", name="Download & proceed").click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    expect(jan.get_by_role("heading", name="Now stamp and sign on paper")).to_be_visible()
    return path.read_bytes()


def stamped_and_photographed(paper: Paper, folder: Path) -> list[Path]:
    """Printed, signed, stamped, laid on a table, and photographed page by page: tilted, in half a shade, with noise."""
    sheets = [np.asarray(one) for one in scans.signed_by_hand(paper)]
    block = papers.block(paper)
    place = (block.left + block.width * 0.25, block.top + block.height / 2)
    sheets[block.page - 1] = samples.stamped(sheets[block.page - 1], place)
    photos = [folder / f"IMG_{number}.jpg" for number in range(1, len(sheets) + 1)]
    for seed, (photo, sheet) in enumerate(zip(photos, sheets, strict=True)):
        photo.write_bytes(samples.photographed(sheet, seed))
    return photos


def test_S0_01_to_S0_33_the_whole_story_of_paper_from_the_email_to_billing(
    shop: Shop,
    window: Callable[..., Page],
    office: Office,
    mailoutbox: list[EmailMessage],
    tmp_path: Path,
) -> None:
    order = ordered(shop)
    desk = office(shop.mara)
    link = email_for_signature(desk, order, mailoutbox, shop)
    jan = window(**DESK)
    steps.come_in(jan, link)
    steps.approve(jan, 1, 2)
    downloaded = download(jan, tmp_path)
    paper = aside(Paper.objects.get)
    assert downloaded == aside(paper.read)
    photos = aside(stamped_and_photographed, paper, tmp_path)

    jan.get_by_role("link", name="Upload the signed pages").click()
    drop(jan, area(jan), *reversed(photos))
    named(jan, *(one.name for one in reversed(photos)))
    jan.get_by_label("Name of who signed on the paper").fill("Kees de Boer")
    send(jan)
    expect(jan.get_by_role("heading", name="Your pages are being read")).to_be_visible()
    aside(reading.read_due)  # the worker
    # The page asks by itself; nobody presses anything, and nobody at the shop looked at it.
    expect(jan.get_by_role("heading", name="Signed and filed")).to_be_visible()
    returned = aside(Return.objects.get)
    assert (returned.state, returned.outcome) == (ReturnState.FILED, Match.COMPLETE)
    assert returned.by_machine
    jan.get_by_role("link", name="Show my receipt").click()
    steps.signed(jan)
    expect(jan.get_by_role("img", name="The signed page")).to_be_visible()

    letters = aside(steps.letters, mailoutbox, shop.mara.user.email)
    assert any(one.subject.startswith("Ticket signed") for one in letters), [one.subject for one in letters]
    see_it_filed(desk)
    see_it_billed(office, shop, order)


def see_it_filed(desk: Page) -> None:
    """At once in the Signature property, not in documents, with its notice, and what was confirmed (S0-15 to S0-18)."""
    desk.reload()
    expect(desk.locator("h1")).to_contain_text("Approved")
    expect(desk.get_by_role("region", name="Notices").get_by_text("Ticket signed")).to_be_visible()
    signature = desk.get_by_role("region", name="Signature", exact=True)
    expect(signature).to_contain_text("Kees de Boer")
    expect(signature.get_by_role("img", name="The signed page")).to_be_visible()
    for name in ("Sealed copy", "Scan", "Record"):
        expect(signature.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(desk.get_by_text("PO-2222").first).to_be_visible()
    expect(desk.locator("ol.timeline")).to_contain_text("PO number: PO-2222 (before: PO-1111)")


def see_it_billed(office: Office, shop: Shop, order: WorkOrder) -> None:
    """Whoever bills sees the authorisation at once, and a draft for it when the work is done (S0-07, S0-19, S0-33)."""
    biller = office(shop.members["biller"])
    biller.goto(f"/orders/{order.pk}/")
    signature = biller.get_by_role("region", name="Signature", exact=True)
    expect(signature).to_contain_text("Kees de Boer")
    aside(done, shop, order)
    biller.reload()
    expect(biller.get_by_role("region", name="Invoices")).to_contain_text("Draft")


def done(shop: Shop, order: WorkOrder) -> None:
    """Tess reports the work, and what follows from it happens."""
    orders.report(WorkOrder.objects.get(pk=order.pk), by=shop.tess.actor)
    runner.run_all()
