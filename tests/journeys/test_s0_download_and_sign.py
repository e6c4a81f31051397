"""Paper comes back by the portal: dropped, photographed, put in order, sent, and looked at by the shop (S0)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from paraph.signoff import papers, reading
from paraph.signoff.models import Invitation, Paper, Return, ReturnState
from tests import cast, scans
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office, Portal
from tests.journeys.steps import aside
from tests.journeys.test_s3_without import tab_to

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "is_mobile": False}


@pytest.fixture
def printed(shop: Shop, origin: str) -> Invitation:
    """Jan approved two lines of three and downloaded the paper."""

    def make() -> Invitation:
        invitation = shop.invite(shop.open_order(lines=3))
        cast.approve(invitation, [1, 2])
        papers.issue(invitation, format="a4", language="en", by=cast.customer(invitation))
        return invitation

    return aside(make)


@pytest.fixture
def desk_files(printed: Invitation, tmp_path: Path) -> dict[str, Path]:
    """What Jan has on his disk: the signed paper as one scan, its pages as photographs, and a text."""
    paper = aside(Paper.objects.get)
    sheets = scans.signed_by_hand(paper)
    found = {f"page-{number}.jpg": scans.as_photo(one) for number, one in enumerate(sheets, start=1)}
    found |= {
        "notes.txt": b"not a page",
        "empty.jpg": scans.as_photo(*scans.blank()),
        "altered.pdf": scans.as_pdf(scans.altered([one.copy() for one in sheets])),
    }
    for name, content in found.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in found}


def drop(page: Page, area: Locator, *files: Path) -> None:
    """Drag files from the desktop onto an area, as the browser itself does it: with a DataTransfer of real files."""
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session: CDPSession = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(one) for one in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": carried})


def area(page: Page) -> Locator:
    """*Click or drag file*."""
    return page.locator(".drop-area")


def sheets(page: Page) -> Locator:
    """The pages that will be sent."""
    return page.locator("[data-page]")


def named(page: Page, *names: str) -> None:
    """The pages come from these files, in this order."""
    expect(page.locator("[data-page] .sheet-name")).to_have_text(list(names))


def pictured(page: Page) -> None:
    """Every page is there as a picture."""
    for one in sheets(page).locator("img").all():
        one.scroll_into_view_if_needed()
        expect(one).to_have_js_property("complete", True)
        assert one.evaluate("one => one.naturalWidth") > 0


def send(page: Page) -> None:
    """Press the one main action."""
    page.get_by_role("button", name="Send ticket").click()


def test_S0_31_files_come_by_click_and_by_drag(
    printed: Invitation, desk_files: dict[str, Path], portal: Portal
) -> None:
    page = portal(printed, "upload/", **DESKTOP)
    with page.expect_file_chooser() as asked:
        area(page).click()
    asked.value.set_files([desk_files["page-1.jpg"]])
    named(page, "page-1.jpg")
    drop(page, area(page), desk_files["empty.jpg"], desk_files["notes.txt"])
    named(page, "page-1.jpg", "empty.jpg")
    refused = page.locator("[data-rows] li")
    expect(refused).to_contain_text("notes.txt")
    expect(refused).to_contain_text("This is not a PDF or a picture")
    pictured(page)


def test_S0_30_S0_32_without_send_nothing_is_final_and_another_browser_goes_on(
    shop: Shop, printed: Invitation, desk_files: dict[str, Path], portal: Portal, window: Callable[..., Page]
) -> None:
    phone = portal(printed, "upload/")
    phone.locator("#photo").set_input_files(desk_files["page-1.jpg"])
    named(phone, "page-1.jpg")
    expect(phone.get_by_text("Nothing is final yet")).to_be_visible()
    phone.context.close()
    assert aside(lambda: Return.objects.get().state) == ReturnState.DRAFT
    laptop = window()
    steps.come_in(laptop, shop.links[printed.pk])
    laptop.goto(f"/p/{printed.pk}/upload/")
    named(laptop, "page-1.jpg")
    pictured(laptop)
    send(laptop)
    expect(laptop.get_by_role("heading", name="Your pages are being read")).to_be_visible()
    assert aside(lambda: Return.objects.get().state) == ReturnState.SENT


def test_S0_32_nothing_is_sent_without_a_file_that_is_still_on_its_way(
    printed: Invitation, desk_files: dict[str, Path], portal: Portal
) -> None:
    page = portal(printed, "upload/")
    page.locator("#files").set_input_files(desk_files["page-1.jpg"])
    named(page, "page-1.jpg")
    held: list[Route] = []
    page.route("**/upload/files/", lambda route: held.append(route))
    page.locator("#files").set_input_files(desk_files["page-2.jpg"])
    expect(page.locator("[data-rows] li")).to_have_count(1)
    send(page)
    expect(page.get_by_text("Some files are still on their way")).to_be_focused()
    assert aside(lambda: Return.objects.get().state) == ReturnState.DRAFT
    held[0].continue_()
    named(page, "page-1.jpg", "page-2.jpg")
    expect(page.get_by_text("Some files are still on their way")).to_be_hidden()
    send(page)
    expect(page.get_by_role("heading", name="Your pages are being read")).to_be_visible()


def test_S0_30_pages_are_turned_dragged_removed_and_brought_back(
    printed: Invitation, desk_files: dict[str, Path], portal: Portal
) -> None:
    page = portal(printed, "upload/", **DESKTOP)
    page.locator("#files").set_input_files([desk_files["page-1.jpg"], desk_files["empty.jpg"]])
    named(page, "page-1.jpg", "empty.jpg")
    picture = sheets(page).nth(0).locator("img")
    pictured(page)
    before = picture.bounding_box()
    page.get_by_role("button", name="Turn page 1 to the right").click()
    expect(picture).to_have_attribute("src", re.compile("turned=90"))
    pictured(page)
    after = picture.bounding_box()
    assert before
    assert after
    assert (before["height"] > before["width"], after["height"] > after["width"]) == (True, False)
    sheets(page).nth(1).locator("[data-handle]").scroll_into_view_if_needed()
    start, end = sheets(page).nth(1).bounding_box(), sheets(page).nth(0).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 60, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 60, steps=8)
    with page.expect_response("**/upload/order/"):  # only what arrived comes back on reloading
        page.mouse.up()
    named(page, "empty.jpg", "page-1.jpg")
    page.reload()
    named(page, "empty.jpg", "page-1.jpg")
    page.get_by_role("button", name="Remove page 1").click()
    named(page, "page-1.jpg")
    page.get_by_role("button", name="Undo").click()
    named(page, "empty.jpg", "page-1.jpg")


def test_S0_33_the_shop_returns_a_paper_and_accepts_the_next(
    shop: Shop, printed: Invitation, desk_files: dict[str, Path], portal: Portal, office: Office
) -> None:
    page = portal(printed, "upload/")
    page.locator("#files").set_input_files(desk_files["empty.jpg"])
    named(page, "empty.jpg")
    send(page)
    aside(reading.read_due)
    # The page asks by itself; nobody presses anything.
    expect(page.get_by_role("heading", name="The shop looks at your pages")).to_be_visible()
    desk = office(shop.mara)
    desk.goto("/")
    desk.get_by_role("region", name="Returned papers to review").get_by_role("link").last.click()
    expect(desk.get_by_role("heading", name="Your decision")).to_be_visible()
    desk.get_by_role("button", name="Return to customer").click()
    expect(desk.get_by_text("Say what is needed").first).to_be_visible()
    desk.get_by_label("What should the customer do?").fill("This sheet is empty. Please send page 1.")
    desk.get_by_role("button", name="Return to customer").click()
    expect(desk.get_by_text("Sent back: the customer reads your sentence")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This sheet is empty. Please send page 1.")).to_be_visible()
    page.get_by_role("button", name="Remove page 1").click()
    expect(sheets(page)).to_have_count(0)
    page.locator("#files").set_input_files(desk_files["altered.pdf"])
    expect(sheets(page)).not_to_have_count(0)
    send(page)
    aside(reading.read_due)
    expect(page.get_by_text("Something was written on the paper outside the signature block")).to_be_visible()
    desk.goto("/")
    desk.get_by_role("region", name="Returned papers to review").get_by_role("link").last.click()
    compared = desk.locator(".compared").first
    expect(compared.get_by_role("img", name=re.compile("with what was added marked"))).to_be_visible()
    compared.get_by_text("As returned").click()
    expect(compared.get_by_role("img", name=re.compile("as it came back"))).to_be_visible()
    desk.get_by_role("button", name="Accept", exact=True).click()
    expect(desk.get_by_role("region", name="Signature", exact=True)).to_contain_text("accepted it")
    page.reload()
    expect(page.get_by_role("heading", name="Signed and filed")).to_be_visible()


def test_S0_31_the_upload_page_is_complete_by_keyboard_alone(
    printed: Invitation, desk_files: dict[str, Path], portal: Portal
) -> None:
    page = portal(printed, "upload/", **DESKTOP)
    tab_to(page, page.locator("#files"))
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files([desk_files["page-1.jpg"], desk_files["empty.jpg"]])
    named(page, "page-1.jpg", "empty.jpg")
    tab_to(page, page.get_by_role("button", name="Move page 2 forward"))
    page.keyboard.press("Enter")
    named(page, "empty.jpg", "page-1.jpg")
    tab_to(page, page.get_by_role("button", name="Remove page 1"))
    page.keyboard.press("Enter")
    named(page, "page-1.jpg")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    named(page, "empty.jpg", "page-1.jpg")
    tab_to(page, page.get_by_role("button", name="Send ticket"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your pages are being read")).to_be_visible()


def test_S0_31_with_scripts_blocked_everything_works(
    shop: Shop, printed: Invitation, desk_files: dict[str, Path], window: Callable[..., Page]
) -> None:
    page = window(**PHONE, java_script_enabled=False)
    steps.come_in(page, shop.links[printed.pk])
    page.goto(f"/p/{printed.pk}/upload/")
    page.locator("#files").set_input_files(
        [desk_files["page-1.jpg"], desk_files["notes.txt"], desk_files["empty.jpg"]]
    )
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("notes.txt: This is not a PDF or a picture")
    named(page, "page-1.jpg", "empty.jpg")
    page.get_by_role("button", name="Move page 1 back").click()
    named(page, "empty.jpg", "page-1.jpg")
    page.get_by_role("button", name="Turn page 1 to the right").click()
    page.get_by_role("button", name="Remove page 1").click()
    named(page, "page-1.jpg")
    page.get_by_role("button", name="Undo").click()
    named(page, "empty.jpg", "page-1.jpg")
    send(page)
    expect(page.get_by_role("heading", name="Your pages are being read")).to_be_visible()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="Your pages are being read")).to_be_visible()
