"""Properties that the customer confirms, in a real browser: set up by a manager, confirmed on a phone, signed."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.signoff.models import Signature
from paraph.work import properties
from paraph.work.models import Property
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import Office, Portal
from tests.journeys.steps import aside


def _names(shop: Shop) -> list[str]:
    return list(Property.objects.filter(organisation=shop.organisation).values_list("name", flat=True))


def test_S0_12_a_manager_makes_a_property_and_puts_it_first_by_keyboard_and_by_dragging(
    shop: Shop, office: Office, axe: Any
) -> None:
    shop.define("text", "Well")
    page = office(shop.mara)
    page.goto("/settings/properties/")
    page.get_by_role("link", name="Add a property").click()
    page.get_by_label("Name", exact=True).fill("AFE number")
    page.get_by_label("Type").select_option("PO number")
    page.get_by_label("Pattern, for a PO number").fill("AFE-####")
    page.get_by_label("Editable on customer signature page").check()
    page.get_by_label("Required").check()
    page.get_by_role("button", name="Show the preview").click()
    expect(page.locator("#preview")).to_contain_text("For example AFE-1234")
    axe(page)
    page.get_by_role("button", name="Save the property").last.click()
    expect(page).to_have_url(re.compile("/settings/properties/$"))
    page.get_by_role("button", name="Move AFE number up").press("Enter")
    expect(page.locator("[data-row]").first).to_contain_text("AFE number")
    assert aside(_names, shop) == ["AFE number", "Well"]
    page.locator("[data-grip]").first.drag_to(
        page.locator("[data-row]").last, target_position={"x": 200, "y": 40}
    )
    expect(page.locator("[data-row]").first).to_contain_text("Well")
    page.wait_for_load_state()
    assert aside(_names, shop) == ["Well", "AFE number"]
    axe(page)


def _ticket(shop: Shop) -> Any:
    afe = shop.define("po_number", "AFE number", pattern="AFE-####", required=True, editable=True)
    shop.define("yes_no", "Stamp required", editable=True)
    well = shop.define("text", "Well")
    order = shop.open_order(lines=2)
    properties.set_values(order, {afe.pk: "AFE-1111", well.pk: "Delta-7"}, by=shop.mara.actor)
    invitation = shop.invite(order)
    runner.run_all()
    return invitation


def test_S0_13_S0_14_S0_26_the_customer_corrects_a_detail_and_signs_for_it(
    shop: Shop, portal: Portal, axe: Any
) -> None:
    page: Page = portal(aside(_ticket, shop))
    expect(page.get_by_text("Delta-7")).to_be_visible()
    steps.approve(page, 1, 2)
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_role("heading", name="Confirm the details")).to_be_visible()
    expect(page.get_by_label("Well")).to_have_count(0)
    axe(page)
    page.get_by_label("AFE number").fill("")
    page.get_by_role("button", name="Confirm and review").click()
    expect(page.locator(".wrong")).to_contain_text("This is needed before you can go on.")
    axe(page)
    page.get_by_label("AFE number").fill("afe-2222")
    page.get_by_label("yes", exact=True).check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Confirm and review").click()
    expect(page.get_by_text("The connection was lost")).to_be_visible()
    expect(page.get_by_label("AFE number")).to_have_value("afe-2222")
    page.context.set_offline(False)
    page.get_by_role("button", name="Confirm and review").click()
    expect(page.get_by_role("heading", name="Review and sign")).to_be_visible()
    expect(page.locator("#details")).to_contain_text("AFE-2222")
    steps.type_name(page)
    steps.agree(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="You have signed")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Back to WO-")).click()
    page.get_by_role("link", name="Show everything that happened").click()
    expect(page.get_by_text("AFE number: AFE-2222 (before: AFE-1111)")).to_be_visible()

    def told() -> dict[str, str]:
        content = Signature.objects.get().record["subject"]["content"]
        return {one["name"]: one["value"] for one in content["order"]["properties"]}

    assert aside(told) == {"AFE number": "AFE-2222", "Stamp required": "yes", "Well": "Delta-7"}
