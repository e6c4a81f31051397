"""Download & sign, from the three ways on the page to the days of waiting for the signed pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import zxingcpp
from playwright.sync_api import Page, expect

from paraph.signoff import ceremonies
from paraph.signoff.models import Invitation, Paper
from tests import cast
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office, Portal

Axe = Callable[[Page], None]


def opened(shop: Shop, *numbers: int) -> Invitation:
    """Jan's request, with some lines approved."""
    invitation = shop.invite(shop.open_order(lines=3))
    cast.approve(invitation, numbers)
    return invitation


def test_S0_10_S0_11_S0_25_to_S0_28_the_dialog_shows_what_is_authorised_and_proceeding_downloads_it(
    shop: Shop, portal: Portal, axe: Axe, tmp_path: Path
) -> None:
    page = portal(opened(shop, 1, 3), **PHONE)
    action = page.locator("#action")
    expect(action.get_by_role("button", name="Review and sign")).to_be_visible()
    way = action.get_by_role("link", name="Download & sign")
    way.click()
    dialog = page.get_by_role("dialog", name="Download & sign")
    expect(dialog.get_by_role("row")).to_have_count(2)
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(way).to_be_focused()
    way.click()
    dialog.get_by_label("Paper size").select_option("letter")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download & proceed").click()
    paper = steps.aside(lambda: Paper.objects.get())
    assert download.value.suggested_filename == f"WO-1001-{paper.code}.pdf"
    download.value.save_as(tmp_path / "paper.pdf")
    first = pypdfium2.PdfDocument(tmp_path / "paper.pdf")[0]
    assert first.get_size() == (612.0, 792.0)
    texts = {one.text for one in zxingcpp.read_barcodes(first.render(scale=150 / 72).to_pil())}
    assert [one[2:14] for one in texts] == [paper.code]
    expect(page.get_by_role("heading", name="Now stamp and sign on paper")).to_be_visible()
    expect(page.get_by_text(paper.grouped)).to_be_visible()
    axe(page)


def test_S0_30_days_later_on_another_device_the_order_waits_at_the_upload(
    shop: Shop, portal: Portal, office: Office, axe: Axe
) -> None:
    invitation = opened(shop, 1)
    shop.paper(invitation)
    page = portal(invitation)
    action = page.locator("#action")
    expect(action).to_contain_text("You printed this on")
    expect(action.get_by_role("link", name="Upload the signed pages")).to_be_visible()
    # On a phone the other ways stand on the page, so that the bar leaves room to read.
    others = page.locator(".ways-told")
    expect(others.get_by_role("link", name="Print again")).to_be_visible()
    expect(others.get_by_role("button", name="Sign on screen instead")).to_be_visible()
    expect(action.get_by_role("button", name="Sign on screen instead")).to_be_hidden()
    axe(page)
    desk = office(shop.mara)
    desk.goto(f"/orders/{invitation.party.signoff.order_id}/")
    expect(desk.get_by_role("region", name="People and invitations")).to_contain_text("waiting for paper")
    desk.goto("/")
    expect(desk.get_by_role("region", name="Waiting for a signature")).to_contain_text("waiting for paper")


def test_S0_25_without_scripts_the_dialog_is_a_page_and_the_paper_is_downloaded(
    shop: Shop, portal: Portal
) -> None:
    page = portal(opened(shop, 2), java_script_enabled=False)
    page.locator("#action").get_by_role("link", name="Download & sign").click()
    expect(page).to_have_url(re.compile("/paper/$"))
    expect(page.get_by_role("table")).to_contain_text("Finding 2")
    with page.expect_download():
        page.get_by_role("button", name="Download & proceed").click()
    expect(page.get_by_role("heading", name="Now stamp and sign on paper")).to_be_visible()


def test_S0_20_S0_21_who_signs_on_paper_only_sees_no_other_way(
    shop: Shop, portal: Portal, office: Office
) -> None:
    invitation = opened(shop, 1)
    page = portal(invitation)
    expect(page.get_by_role("button", name="Review and sign")).to_be_visible()
    desk = office(shop.mara)
    desk.goto(f"/customers/{shop.customer.pk}/")
    desk.get_by_role("group", name="Jan Jansen").get_by_label("Signs").select_option("On paper only")
    desk.get_by_role("button", name="Save customer").click()
    expect(desk.get_by_text("is stored.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Download & sign")).to_be_visible()
    expect(page.get_by_role("button", name="Review and sign")).to_have_count(0)


def test_S4_19_a_customer_who_does_not_want_to_sign_electronically_says_so_and_changes_their_mind(
    shop: Shop, portal: Portal, axe: Axe
) -> None:
    invitation = opened(shop, 1)
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    page = portal(invitation)
    page.get_by_text("I do not want to sign electronically").click()
    page.get_by_role("button", name="Sign on paper only").click()
    expect(page.get_by_text("You sign on paper.").first).to_be_visible()
    expect(page.get_by_role("button", name="Review and sign")).to_have_count(0)
    axe(page)
    answer = page.goto(f"/p/{invitation.pk}/sign/{ceremony.pk}/")
    assert answer
    assert answer.status == 403
    page.goto(f"/p/{invitation.pk}/")
    page.get_by_role("button", name="Sign electronically after all").click()
    expect(page.get_by_role("button", name="Review and sign")).to_be_visible()
