"""Lists that are picked from, and photos, in a real browser, on a phone, in every language (S1-18, S1-29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from paraph.people.models import User
from paraph.work import lists, photos
from paraph.work.models import WorkOrder
from tests.cast import Shop
from tests.journeys.conftest import PHONE, Office
from tests.journeys.steps import aside
from tests.journeys.test_s3_pages import LANGUAGES, named
from tests.work.test_photos import picture


def build(shop: Shop) -> WorkOrder:
    """A list of parts, codes and points, and an order with a photo."""
    by: Any = {"by": shop.mara, "actor": shop.mara.actor}
    for number, name, price in (("156E66", "Main tyre 6.00-6", 12050), ("SS-12", "Seal", 640)):
        lists.put_part(None, number=number, name=name, unit_price=price, **by)
    lists.put_labour_code(None, code="79-00", name="Oil system", hourly_rate=8500, **by)
    lists.put_point(None, text="The place is clean and safe.", texts={}, kind=shop.kind("Ticket"), **by)
    order = shop.open_order(lines=2)
    photos.add(order, picture(), caption="Worn tyre", **by)
    return order


def paths(order: WorkOrder) -> dict[str, str]:
    part, code = lists.parts_of(order.organisation)[0], lists.labour_codes_of(order.organisation)[0]
    point = order.organisation.checklist_points.get()
    return {
        "parts": "/settings/parts/",
        "part": f"/settings/parts/{part.pk}/",
        "labour-codes": "/settings/labour/",
        "labour-code": f"/settings/labour/{code.pk}/",
        "checklist": "/settings/checklist/",
        "point": f"/settings/checklist/{point.pk}/",
        "order": f"/orders/{order.pk}/",
        "order-edit": f"/orders/{order.pk}/edit/",
    }


@pytest.mark.slow
def test_S1_18_lists_and_photos_fit_a_phone_and_are_accessible_in_every_language(
    shop: Shop, office: Office, axe: Callable[[Page], None], screenshot: Callable[..., None]
) -> None:
    order = aside(build, shop)
    page, faults = office(shop.mara, **PHONE), []
    for language in LANGUAGES:
        aside(_speak, language)
        for name, path in aside(paths, order).items():
            try:
                with named(f"{name} in {language}"):
                    page.goto(path)
                    expect(page.locator("html")).to_have_attribute("lang", language)
                    if (
                        "/settings/" in path
                    ):  # the row of settings is wider than a phone, and begins where one is
                        expect(page.locator("nav.parts [aria-current]")).to_be_in_viewport(ratio=0.9)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= PHONE["viewport"]["width"], f"{wide} px wide"
                    axe(page)
                    screenshot(page, f"lists-{name}-{language}")
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


def _speak(language: str) -> None:
    User.objects.update(language=language)


def test_S1_37_what_is_picked_fills_in_the_rest_of_its_row(shop: Shop, office: Office, axe: Any) -> None:
    order = aside(build, shop)
    page = office(shop.tess)
    page.goto(f"/orders/{order.pk}/edit/")
    page.get_by_role("button", name="Add a part").first.click()
    row = page.locator(".part-row:visible").nth(1)
    row.get_by_label("Part", exact=False).first.type("tyr")
    expect(page.locator("#picks option")).to_have_count(1)
    # What a browser does when an option is chosen: the value changes at once, in an event that is no typing.
    row.locator("[name$=-name]").evaluate(
        "field => { field.value = '156E66'; field.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    expect(row.locator("[name$=-name]")).to_have_value("Main tyre 6.00-6")
    expect(row.locator("[name$=-number]")).to_have_value("156E66")
    expect(row.locator("[name$=-price]")).to_have_value("120.50")
    expect(page.locator("list-picks [role=status]")).to_contain_text("Filled in: Main tyre 6.00-6")
    line = page.locator(".item-edit:visible").first
    code, rate = line.locator("[name$=-labour_code]"), line.locator("[name$=-hourly_rate]")
    rate.fill("")
    code.fill("")
    code.press_sequentially("79-00")
    expect(page.locator("#picks option")).to_have_count(1)
    code.press("Tab")
    expect(rate).to_have_value("85.00")
    axe(page)
