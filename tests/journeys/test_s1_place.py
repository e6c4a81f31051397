"""S1 in the office: where a site is, drawn and typed; a signature in doubt, looked at and decided (S1-12, S1-26)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.people import sites
from paraph.people.models import Site, User
from paraph.people.sites import AreaDraft
from paraph.signoff.models import Verification
from paraph.work.models import WorkOrder
from tests import cast
from tests.cast import Shop
from tests.journeys.conftest import PHONE, Office
from tests.journeys.steps import aside

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OUTLINE = ((53.124, 6.58), (53.124, 6.586), (53.127, 6.586), (53.127, 6.58))


def area_page(shop: Shop) -> str:
    return f"/customers/{shop.customer.pk}/sites/{shop.site.pk}/area/"


def stored(shop: Shop) -> Site:
    return Site.objects.get(pk=shop.site.pk)


def drag(page: Page, what: str, by: tuple[int, int]) -> None:
    """Take a point of the map and put it elsewhere."""
    box = page.locator(what).first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    page.mouse.move(x + by[0], y + by[1])
    page.mouse.up()


def test_S1_26_a_circle_is_put_where_one_stands_and_drawn_larger(
    shop: Shop, office: Office, axe: Callable[[Page], None]
) -> None:
    there = {"latitude": 53.125, "longitude": 6.5833, "accuracy": 12.0}
    page = office(shop.mara, geolocation=there, permissions=["geolocation"])
    page.goto(area_page(shop))
    page.get_by_role("button", name="Use where I am now").click()
    expect(page.get_by_text("Found, give or take 12 m.")).to_be_visible()
    expect(page.get_by_label("Latitude of the centre")).to_have_value("53.125")
    drag(page, ".map-point.rim", (60, 0))
    larger = int(page.get_by_label("Radius in metres").input_value())
    assert larger > 200
    # What is typed is drawn at once.
    before = page.locator("path.area-line").get_attribute("d")
    page.get_by_label("Radius in metres").fill("500")
    assert page.locator("path.area-line").get_attribute("d") != before
    axe(page)
    page.get_by_role("button", name="Save the area").click()
    page.wait_for_url(f"**/customers/{shop.customer.pk}/")
    assert (stored(shop).latitude, stored(shop).radius_m) == (53.125, 500)


def test_S1_26_an_outline_is_drawn_with_a_finger(shop: Shop, office: Office) -> None:
    sites.put_area(shop.site, AreaDraft(53.125, 6.5833, 200), by=shop.mara, actor=shop.mara.actor)
    page = office(shop.mara, **PHONE)
    page.goto(area_page(shop))
    page.get_by_label("Outline with corners").check()
    holder = page.locator("[data-map]")
    holder.scroll_into_view_if_needed()
    box = holder.bounding_box()
    assert box
    for across, down in ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.5, 0.25)):
        page.touchscreen.tap(box["x"] + across * box["width"], box["y"] + down * box["height"])
    expect(page.locator(".corner-row:visible")).to_have_count(5)
    # The fifth was put into the side it is nearest to, so that nothing crosses.
    page.get_by_role("button", name="Save the area").click()
    page.wait_for_url(f"**/customers/{shop.customer.pk}/")
    north = [corner[0] for corner in stored(shop).polygon]
    assert north.index(max(north)) == 1


def test_S1_26_the_page_of_an_area_at_both_widths_in_three_languages(
    shop: Shop, office: Office, axe: Callable[[Page], None], screenshot: Callable[[Page, str], None]
) -> None:
    sites.put_area(shop.site, AreaDraft(polygon=OUTLINE), by=shop.mara, actor=shop.mara.actor)
    for language in ("en", "nl", "fr"):
        shop.mara.user.language = language
        shop.mara.user.save(update_fields=["language"])
        page = office(shop.mara)
        for name, path in {
            "s1 area": area_page(shop),
            "s1 on site": "/settings/on-site/",
            "s1 on site all": "/settings/on-site/all/",
        }.items():
            page.goto(path)
            axe(page)
            screenshot(page, f"{name} {language}")
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            page.set_viewport_size({"width": 1280, "height": 800})


def test_S1_30_the_queue_and_the_board_at_both_widths_in_three_languages(
    shop: Shop, office: Office, axe: Callable[[Page], None], screenshot: Callable[[Page, str], None]
) -> None:
    found = aside(_doubted, shop)
    for language in ("en", "nl", "fr"):
        aside(_speak, shop, language)
        page = office(shop.mara)
        for name, path in {
            "s1 verifications": "/verifications/",
            "s1 verification": f"/orders/{found.order_id}/verifications/{found.pk}/",
            "s1 live": "/live/",
        }.items():
            page.goto(path)
            axe(page)
            screenshot(page, f"{name} {language}")
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            page.set_viewport_size({"width": 1280, "height": 800})


def test_S1_15_the_board_follows_by_itself_and_keeps_the_readers_place(shop: Shop, office: Office) -> None:
    order = aside(_open_order, shop)
    page = office(shop.members["dispatcher"])
    page.goto("/live/")
    link = page.locator(f"#live-{order.pk}")
    link.focus()
    other = aside(_open_order, shop)
    expect(page.locator(f"#live-{other.pk}")).to_be_visible(timeout=20_000)
    expect(link).to_be_focused()


def _doubted(shop: Shop) -> Verification:
    found = cast.elsewhere(shop, shop.open_order(lines=3))
    runner.run_all()
    return found


def _speak(shop: Shop, language: str) -> None:
    User.objects.filter(pk=shop.mara.user.pk).update(language=language)


def _open_order(shop: Shop) -> WorkOrder:
    return shop.open_order(lines=1)
