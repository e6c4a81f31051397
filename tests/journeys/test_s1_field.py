"""The technician's phone: enrolled with network, used without (S1-02, S1-34, S1-35; faults.md F16)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from paraph.capture.models import Capture
from paraph.people.models import Device
from paraph.work.models import Status
from tests.cast import Shop
from tests.journeys.field import LOCK, SITE, Phone, phone
from tests.journeys.steps import aside

__all__ = ["phone"]
pytestmark = pytest.mark.slow


def test_S1_35_an_enrolled_phone_shows_its_orders_without_network_also_after_a_reload(
    shop: Shop, phone: Callable[..., Phone], axe: Callable[..., None]
) -> None:
    order = aside(lambda: shop.open_order(lines=2))
    aside(lambda: shop.open_order(lines=1, title="Not hers", technician=shop.mara))
    tess = phone(shop.tess)
    tess.page.goto("/field/")
    expect(tess.page.get_by_role("heading", name="Use this phone")).to_be_visible()
    axe(tess.page)
    tess.enrol()
    tess.ready_offline()
    axe(tess.page)
    device = aside(lambda: Device.objects.get())
    assert (device.member_id, device.name, device.revoked_at) == (shop.tess.pk, "Blue phone", None)
    tess.off_line()
    tess.page.reload()
    tess.at_orders()
    expect(tess.page.get_by_text("Not hers")).to_have_count(0)
    tess.open_order(order.number)
    expect(tess.page.get_by_text("Finding 2")).to_be_visible()
    axe(tess.page)
    for word in ("Jan Jansen", "inspection", "PH-KLX", "Finding 2", order.number, LOCK, shop.tess.user.name):
        assert word not in tess.stored(), word


def test_S1_07_the_customer_signs_in_the_cellar_and_the_order_is_approved_when_the_phone_is_back(
    shop: Shop, phone: Callable[..., Phone], axe: Callable[..., None]
) -> None:
    shop.site.latitude, shop.site.longitude, shop.site.radius_m = SITE["latitude"], SITE["longitude"], 300
    aside(shop.site.save)
    order = aside(lambda: shop.open_order(lines=2))
    tess = phone(shop.tess)
    tess.enrol()
    tess.ready_offline()
    tess.off_line()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    expect(tess.page.get_by_text("Replaced and tested.")).to_have_count(2)
    axe(tess.page)
    tess.accept_all()
    axe(tess.page)
    tess.be("Jan Jansen")
    code = tess.sign()
    axe(tess.page)
    stored = tess.stored()
    for word in (
        "Jan Jansen",
        "inspection",
        "PH-KLX",
        "Finding 2",
        "Replaced",
        "Hangar",
        LOCK,
        shop.tess.user.name,
    ):
        assert word not in stored, word
    tess.page.reload()
    expect(tess.page.get_by_text(code)).to_be_visible()
    tess.take_back()
    expect(tess.page.get_by_text("Sealed, waits for network")).to_be_visible()
    tess.off_line(False)
    tess.page.get_by_role("button", name="Refresh").click()
    expect(tess.page.locator("[data-part=captures]").get_by_text("Approved")).to_be_visible()
    capture = aside(lambda: Capture.objects.select_related("signature", "order").get())
    assert capture.signature is not None
    assert capture.order is not None
    assert (capture.state, capture.order.status) == ("filed", Status.APPROVED)
    told = capture.signature.record
    assert told["capture"]["code"] == code
    assert told["place"]["verdict"] == "inside"
