"""The technician's phone: enrolled with network, used without (S1-02, S1-34, S1-35; faults.md F16)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from paraph.people.models import Device
from tests.cast import Shop
from tests.journeys.field import Phone, phone
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
    for word in ("Jan", "inspection", "PH-KLX", "Finding 2", order.number, "2468", shop.tess.user.name):
        assert word not in tess.stored(), word
