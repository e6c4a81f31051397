"""The customer confirms the details of an order on the technician's phone, without network (S0-26, S0-27)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from paraph.capture.models import Capture
from paraph.signoff.models import Confirmation
from paraph.work import properties
from paraph.work.defining import OptionDraft
from paraph.work.models import WorkOrder
from tests.cast import Shop
from tests.journeys.field import Phone, phone
from tests.journeys.steps import aside

__all__ = ["phone"]
pytestmark = pytest.mark.slow


def ticket(shop: Shop) -> WorkOrder:
    """An order with a PO number that is wanted, a weight and a shift that are there, and a question."""
    shop.define(
        "po_number",
        "PO number",
        pattern="PO-#{4}",
        required=True,
        editable=True,
        help_text="As you ordered it.",
    )
    weight = shop.define("number", "Weight", unit="t", editable=True)
    shifts = [OptionDraft("Day"), OptionDraft("Night")]
    shift = shop.define("choice", "Shift", editable=True, options=shifts)
    shop.define("yes_no", "Gate open", editable=True)
    order = shop.open_order(lines=1)
    return properties.set_values(order, {weight.pk: "7.25", shift.pk: "Day"}, by=shop.mara.actor)


def test_S0_27_the_details_are_confirmed_in_the_cellar_and_stand_in_what_is_signed(
    shop: Shop, phone: Callable[..., Phone], axe: Callable[..., None]
) -> None:
    order = aside(ticket, shop)
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.off_line()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    details = page.locator("[data-part=details]")
    expect(details).to_contain_text("7.25\u00a0t")
    page.get_by_role("button", name="Accept every line").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Confirm the details")).to_be_visible()
    number, confirm = page.get_by_label("PO number"), page.get_by_role("button", name="Confirm the details")
    axe(page)
    confirm.click()
    expect(page.get_by_text("This is needed before you can go on.")).to_be_visible()
    expect(number).to_be_focused()
    expect(number).to_have_attribute("aria-invalid", "true")
    axe(page)
    number.fill("4711")
    confirm.click()
    expect(page.get_by_text("This does not look like PO number. Write it like PO-1234.")).to_be_visible()
    number.fill("po-4711")
    page.get_by_label("Weight (t)").fill("48.517")
    page.get_by_label("Shift").select_option(label="Night")
    page.get_by_role("radio", name="no").check()
    page.get_by_role("button", name="Back").click()
    expect(details).to_contain_text("7.25\u00a0t")  # nothing is confirmed yet
    page.get_by_role("button", name="Continue").click()
    expect(number).to_have_value("po-4711")
    page.reload()
    expect(number).to_have_value("po-4711")
    confirm.click()
    tess.be("Jan Jansen")
    page.get_by_role("button", name="Continue").click()
    for said in ("PO-4711", "48.517\u00a0t", "Night", "no"):
        expect(details).to_contain_text(said)
    axe(page)
    page.get_by_role("button", name="Back").click()
    code = tess.sign()
    stored = tess.stored()
    for word in ("PO-4711", "po-4711", "48.517", "Night", "As you ordered it", "Gate open", "Jan Jansen"):
        assert word not in stored, word
    assert "__Host-hand" in _cookies(tess)  # set without network, for when there is some (decision 0037)
    tess.take_back()
    assert "__Host-hand" not in _cookies(tess)
    tess.off_line(False)
    tess.refresh()
    expect(page.locator("[data-part=captures]").get_by_text("Approved")).to_be_visible()
    capture = aside(lambda: Capture.objects.select_related("signature__snapshot").get())
    assert (capture.state, capture.reasons) == ("filed", [])
    assert capture.signature is not None
    assert capture.signature.record["capture"]["code"] == code
    told = {one["name"]: one["value"] for one in capture.signature.snapshot.facts["order"]["properties"]}
    assert told == {"PO number": "PO-4711", "Weight": "48.517", "Shift": "Night", "Gate open": "no"}
    rows = aside(
        lambda: {one.property.name: one.before for one in Confirmation.objects.select_related("property")}
    )
    assert rows == {"PO number": "", "Weight": "7.25", "Shift": "Day", "Gate open": ""}


def _cookies(tess: Phone) -> set[str]:
    return {one["name"] for one in tess.context.cookies() if "name" in one}
