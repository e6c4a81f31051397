"""Two views, decisions in the margin, remarks, and the printed document."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from paraph.signoff.models import View
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import DESK, Office, Portal
from tests.journeys.steps import line, stands
from tests.sealing.conftest import Run, run

__all__ = ["run"]


def box(found: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of something on the page."""
    place = found.bounding_box()
    assert place is not None
    return place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"]


def printed(page: Page, run: Run, folder: Path) -> str:
    """The text of the document behind *Print*."""
    (folder / "printed.pdf").write_bytes(steps.download(page, "Print (PDF)", folder))
    return " ".join(run("pdftotext", "-layout", "printed.pdf", "-").split())


def test_S3_22_the_decision_stands_in_the_right_hand_margin_and_below_the_line_on_a_phone(
    shop: Shop, portal: Portal
) -> None:
    page = portal(shop.invite(shop.open_order()), **DESK, is_mobile=False)
    facts, margin = line(page, 1).locator(".facts"), line(page, 1).locator(".margin")
    assert box(margin)[0] >= box(facts)[2]
    assert box(margin)[1] < box(facts)[3]
    page.set_viewport_size({"width": 360, "height": 740})
    assert box(margin)[1] >= box(facts)[3]
    for button in line(page, 1).get_by_role("button").all()[:2]:
        left, top, right, bottom = box(button)
        assert bottom - top >= 44
        assert right - left >= 44


def test_S3_21_S3_24_S3_25_S3_26_lines_are_approved_rejected_and_cleared_one_by_one(
    shop: Shop, portal: Portal, office: Office
) -> None:
    order = shop.open_order(lines=3)
    page, desk = portal(shop.invite(order)), office(shop.mara)
    desk.goto(f"/orders/{order.pk}/")
    stands(desk, [1, 2, 3], "Pending")
    steps.approve(page, 1)
    steps.press(page, 2, "Reject")
    stands(page, [2], "Rejected")
    expect(page.get_by_text("1 approved · 1 rejected · 1 undecided")).to_be_visible()
    expect(line(page, 2)).to_contain_text("By Jan Jansen")
    desk.reload()  # S3-28
    stands(desk, [1], "Approved")
    stands(desk, [2], "Rejected")
    steps.press(page, 2, "Clear")
    expect(line(page, 2).get_by_role("button", name="Reject", exact=True)).to_be_visible()
    page.reload()
    stands(page, [1], "Approved")
    expect(page.locator("#asked")).to_have_text("2 of 3 lines need your decision")


def test_S3_23_S3_27_S3_31_S3_33_remarks_go_both_ways_and_survive_a_refusal(
    shop: Shop, portal: Portal, office: Office
) -> None:
    order = shop.open_order(lines=2)
    page, desk = portal(shop.invite(order)), office(shop.tess)
    told = "<b>Mind</b> the paint & the decals: ترجمة 日本 🙂"
    steps.ask(page, 1, told)
    expect(line(page, 1).locator("b")).to_have_count(0)
    desk.goto(f"/orders/{order.pk}/")
    expect(line(desk, 1).get_by_text(told)).to_be_visible()
    steps.ask(desk, 1, "We will.")
    field = page.locator("#order-comments").get_by_label("Your comment")
    if not field.is_visible():
        page.locator("#order-comments summary").click()
    field.fill("When is it ready?")
    page.locator("#order-comments").get_by_role("button", name="Send comment").click()
    expect(page.locator("#order-comments").get_by_text("When is it ready?")).to_be_visible()
    page.reload()
    line(page, 1).locator("summary").filter(has_text="2 comments").click()
    expect(line(page, 1).get_by_text("We will.")).to_be_visible()


def test_S3_04_the_work_authorisation_never_shows_a_price_and_can_be_signed(
    shop: Shop, portal: Portal, run: Run, tmp_path: Path
) -> None:
    page = portal(shop.invite(shop.open_order(lines=3), view=View.AUTHORISATION))
    expect(page.locator(".page-head").first).to_contain_text("Work authorisation")
    steps.approve(page, 1)
    expect(page.locator("#action")).to_contain_text("Approved 1 of 3 lines")
    expect(page.locator("body")).not_to_contain_text("€")
    assert "€" not in printed(page, run, tmp_path)
    steps.review(page)
    expect(page.locator("body")).not_to_contain_text("€")
    steps.agree(page)
    steps.type_name(page)
    steps.sign(page)
    steps.signed(page)
    expect(page.locator("body")).not_to_contain_text("€")
    (tmp_path / "sealed.pdf").write_bytes(steps.download(page, "Download sealed copy", tmp_path))
    assert "€" not in run("pdftotext", "-layout", "sealed.pdf", "-")


def test_S3_05_S1_18_the_estimate_shows_what_each_line_takes_and_costs(shop: Shop, portal: Portal) -> None:
    page = portal(shop.invite(shop.open_order(lines=3)))
    expect(page.locator(".page-head").first).to_contain_text("Estimate")
    line(page, 1).locator("summary").first.click()
    for told in ("€333.00", "2.5", "32-40", "€85.00", "156E66", "€120.50"):
        expect(line(page, 1)).to_contain_text(told)
    expect(page.locator("#summary")).to_contain_text("€1,208.79")
    steps.approve(page, 1, 2)
    steps.review(page)
    line(page, 2).locator("summary").first.click()
    for told in ("Finding 2", "€333.00", "32-40", "156E66", "Approved"):
        expect(line(page, 2)).to_contain_text(told)
    expect(page.locator("#signing").locator(".decision")).to_have_count(0)


def test_S3_34_S3_35_S3_36_print_has_a_block_while_pending_and_the_signature_once_given(
    shop: Shop, portal: Portal, run: Run, tmp_path: Path
) -> None:
    page = portal(shop.invite(shop.open_order(lines=3)))
    before = printed(page, run, tmp_path)
    assert "Signature and stamp" in before
    assert "€333.00" in before
    steps.approve(page, 1)
    steps.review(page)
    page.get_by_label("Your role").fill("Owner of PH-KLX")
    steps.agree(page)
    steps.draw(page)
    steps.sign(page)
    steps.signed(page)
    page.get_by_role("link", name=re.compile("Back to WO-")).click()
    after = printed(page, run, tmp_path)
    assert "Jan Jansen" in after
    assert "Owner of PH-KLX" in after
    assert "Signature and stamp" not in after


def test_S3_30_S1_14_with_lines_left_undecided_the_order_is_partly_approved(
    shop: Shop, portal: Portal, office: Office
) -> None:
    order = shop.open_order(lines=3)
    page = portal(shop.invite(order))
    steps.approve(page, 2)
    steps.review(page)
    steps.agree(page)
    steps.type_name(page)
    steps.sign(page)
    steps.signed(page)
    expect(page.get_by_role("region", name="What you signed for")).to_contain_text("1, 3 (undecided)")
    desk = office(shop.mara)
    desk.goto(f"/orders/{order.pk}/")
    expect(desk.locator("h1")).to_contain_text("Partly approved")
    stands(desk, [2], "Signed for")
    stands(desk, [1, 3], "Pending")


def test_S1_37_S3_30_the_record_names_order_parts_and_labour_codes_of_what_was_signed(
    shop: Shop, portal: Portal, tmp_path: Path
) -> None:
    order = shop.open_order(lines=2)
    page = portal(shop.invite(order))
    steps.approve(page, 1)
    steps.review(page)
    steps.agree(page)
    steps.type_name(page)
    steps.sign(page)
    steps.signed(page)
    record = steps.download(page, "Record of the signature", tmp_path).decode()
    for told in (order.number, "156E66", "32-40", "Jan Jansen", "127.0.0.1", "Chrome"):
        assert told in record


def test_S3_01_what_a_customer_sees_first_is_who_asks_what_until_when(
    shop: Shop, window: Callable[..., Page]
) -> None:
    page = window(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    invitation = shop.invite(shop.open_order())
    steps.come_in(page, shop.links[invitation.pk])
    head = page.locator("#head")
    for told in (
        "Estimate",
        "WO-",
        "PH-KLX",
        "for Jan Jansen",
        "7 of 7 lines need your decision",
        "Valid until",
    ):
        expect(head).to_contain_text(told)
    assert box(head)[3] <= 330
    action = page.get_by_role("button", name="Review and sign")
    expect(action).to_be_in_viewport()
