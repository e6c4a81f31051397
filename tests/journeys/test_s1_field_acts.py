"""What else can happen on the technician's phone: refusals, disputes, nobody there, the wrong place, a lost phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Geolocation, Page, expect

from paraph.capture.filing import file_due
from paraph.capture.models import Capture
from paraph.people import devices
from paraph.signoff import ceremonies, invitations
from paraph.signoff.models import Attempt, Decline, Dispute, Policy
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.journeys.conftest import PHONE
from tests.journeys.field import LOCK, SITE, Phone, phone
from tests.journeys.steps import aside
from tests.journeys.test_signing_in import give_key, sign_in

__all__ = ["phone"]
pytestmark = pytest.mark.slow

FAR: Geolocation = {"latitude": 52.3, "longitude": 6.1, "accuracy": 12.0}


def file_all() -> None:
    """Do what the worker does."""
    while file_due(9):
        pass


def at_site(shop: Shop, **policy: Any) -> WorkOrder:
    """An order at a site with an area."""
    shop.site.latitude, shop.site.longitude, shop.site.radius_m = SITE["latitude"], SITE["longitude"], 300
    shop.site.save()
    Policy.objects.create(organisation=shop.organisation, **policy)
    return shop.open_order(lines=2)


def test_S1_a_line_is_refused_something_is_disputed_somebody_declines_nobody_is_there(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    first = aside(at_site, shop)
    second, third, fourth = (aside(lambda: shop.open_order(lines=1)) for _ in range(3))
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.off_line()

    tess.open_order(first.number)
    tess.report()
    tess.hand_over()
    tess.accept_line(2, "Refuse")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").get_by_text("Say for each line")).to_be_visible()
    tess.accept_line(1, "Accept")
    page.get_by_role("button", name="Continue").click()
    tess.be("Jan Jansen")
    tess.sign()
    tess.take_back()

    for order, button, act in (
        (second, "I do not sign", "I do not sign"),
        (third, "Something is wrong", "Send this"),
    ):
        tess.open_order(order.number)
        tess.report()
        tess.hand_over()
        page.get_by_role("button", name=button).click()
        tess.be("Jan Jansen")
        page.locator("[name=reason]").fill("It still leaks.")
        page.get_by_role("button", name=act).click()
        expect(page.get_by_role("heading", name="It is recorded")).to_be_visible()
        tess.take_back()

    tess.open_order(fourth.number)
    page.get_by_role("button", name="Nobody is there").click()
    page.locator("[name=reason]").fill("The gate was shut.")
    page.get_by_role("button", name="Record it").click()
    tess.at_orders()
    tess.off_line(False)
    tess.refresh()
    expect(page.get_by_text("waits for network")).to_have_count(0)
    aside(file_all)
    expect(page.locator("[data-part=captures] .good")).to_have_count(4)

    found = {one.act: one for one in aside(lambda: list(Capture.objects.select_related("signature")))}
    assert {act: one.state for act, one in found.items()} == dict.fromkeys(found, "filed")
    signature = found["sign"].signature
    assert signature is not None
    assert len(signature.items) == 1
    assert aside(lambda: Decline.objects.get().reason) == "It still leaks."
    assert aside(lambda: Dispute.objects.get().reason) == "It still leaks."
    assert aside(lambda: Attempt.objects.get().reason) == "The gate was shut."


def test_S1_26_where_the_site_is_required_nobody_signs_elsewhere(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    order = aside(lambda: at_site(shop, place="require"))
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.context.set_geolocation(FAR)
    tess.open_order(order.number)
    tess.report()
    page.get_by_role("button", name="Hand over to the customer").click()
    expect(page.get_by_role("heading", name="Signing cannot begin here")).to_be_visible()
    expect(page.get_by_text(re.compile(r"is \d{4} m from the site"))).to_be_visible()
    page.get_by_role("link", name="Back").click()
    tess.context.set_geolocation(SITE)
    expect(page.get_by_label("Hours worked").first).to_have_value("2.5")
    tess.hand_over()
    expect(page.get_by_role("button", name="Accept every line")).to_be_visible()


def test_S1_31_a_customer_does_not_get_out_of_the_hand_over(shop: Shop, phone: Callable[..., Phone]) -> None:
    order = aside(at_site, shop)
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    summary = page.get_by_role("button", name="Accept every line")
    ways: list[Callable[[], object]] = [
        page.go_back,
        page.reload,
        lambda: page.goto("/field/#orders"),
        lambda: page.goto("/field/"),
    ]
    for leave in ways:
        leave()
        expect(summary).to_be_visible()
    # In a tab with an address bar, the technician is signed in: what that opens is shut (decision 0037).
    for address in ("/", "/orders/", "/field/work.json", f"/field/orders/{order.pk}.json"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403, address
        assert "This phone is with the customer" in answer.text()
    page.goto("/orders/")
    page.get_by_role("link", name="To the app").click()
    expect(summary).to_be_visible()
    other = tess.context.new_page()
    other.goto("/field/#orders")
    expect(other.get_by_role("button", name="Accept every line")).to_be_visible()
    other.close()
    page.get_by_role("button", name="For the technician").click()
    for _ in range(5):
        page.get_by_label("Unlock code").fill("0000")
        page.get_by_role("button", name="Unlock", exact=True).click()
        expect(page.get_by_role("alert").get_by_text("That is not the code.")).to_be_visible()
        expect(page.get_by_label("Unlock code")).to_have_value("")
    page.get_by_label("Unlock code").fill(LOCK)
    page.get_by_role("button", name="Unlock", exact=True).click()
    expect(page.get_by_text("Too many wrong codes.")).to_be_visible()
    page.reload()
    expect(summary).to_be_visible()


def test_line_42_signed_out_the_phone_knows_nothing_and_switched_off_neither(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    order = aside(at_site, shop)
    tess = phone(shop.tess).ready()
    page = tess.page
    assert f"order:{order.pk}" in tess.kept_names()
    aside(lambda: devices.revoke(shop.tess.devices.get(), by=shop.mara, actor=shop.mara.actor))
    tess.refresh()
    expect(page.get_by_role("heading", name="This phone was switched off")).to_be_visible()
    assert tess.kept_names() == []
    page.reload()
    tess.enrol("Anew")
    assert f"order:{order.pk}" in tess.kept_names()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    # An answer that was on its way may show the link first; the wiping follows at once.
    for _moment in range(50):
        if set(tess.kept_names()) <= {"device", "vault"}:
            break
        page.wait_for_timeout(100)
    assert set(tess.kept_names()) <= {"device", "vault"}


def test_line_41_a_phone_switched_off_with_something_unsent_keeps_that_alone(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    order = aside(at_site, shop)
    aside(lambda: shop.open_order(lines=1))
    tess = phone(shop.tess).ready()
    tess.off_line()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    tess.accept_all()
    tess.be("Jan Jansen")
    tess.sign()
    tess.take_back()
    aside(lambda: devices.revoke(shop.tess.devices.get(), by=shop.mara, actor=shop.mara.actor))
    tess.off_line(False)
    # Not by *Refresh*: it may notice the line by itself, and then the list is gone.
    tess.page.evaluate("dispatchEvent(new Event('online'))")
    expect(tess.page.get_by_role("heading", name="This phone was switched off")).to_be_visible()
    assert tess.kept_names() == []
    assert aside(lambda: Capture.objects.get().reasons) == ["device_changed"]
    order = aside(lambda: WorkOrder.objects.get(pk=order.pk))
    assert order.status != Status.APPROVED


def test_S1_24_the_customer_signs_on_their_own_phone_by_the_code_on_the_technician_s(
    shop: Shop, phone: Callable[..., Phone], axe: Callable[..., None]
) -> None:
    order = aside(lambda: at_site(shop, identity=["own_phone"]))
    aside(lambda: shop.define("po_number", "PO number", editable=True, required=True))
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    page.get_by_role("button", name="Accept every line").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("PO number").fill("4711")  # confirmed here, it holds on the own phone, too (S0-27)
    page.get_by_role("button", name="Confirm the details").click()
    tess.be("Jan Jansen")
    page.get_by_role("radio", name="On my own phone").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("svg.qr")).to_be_visible()
    expect(page.get_by_text("Waiting until you have opened it.")).to_be_visible()
    axe(page)
    link = page.locator("[data-part=link]").inner_text()
    assert re.fullmatch(r"http://localhost:\d+/s/\S+/", link)
    aside(_sign_there, shop, link)
    expect(page.get_by_role("heading", name="Signed on your own phone")).to_be_visible()
    axe(page)
    tess.take_back()
    expect(page.get_by_role("heading", name="No open orders")).to_be_visible()
    assert f"order:{order.pk}" not in tess.kept_names()


def _sign_there(shop: Shop, link: str) -> None:
    """Jan opens the link, accepts and signs, as his own browser would have him do."""
    jan = shop.jan.actor
    invitation = invitations.open(link.split("/s/")[1].strip("/"), by=jan)
    ceremonies.approve_all(invitation, by=cast.customer(invitation))
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))


def test_S1_31_the_technician_takes_the_phone_back_with_a_finger(
    shop: Shop, window: Callable[..., Page], origin: str
) -> None:
    order = aside(at_site, shop)
    page = window(**PHONE, permissions=["geolocation"], geolocation=SITE)
    give_key(page)
    sign_in(page, shop.tess.user.email)
    page.goto("/account/factors/passkey/")
    page.get_by_label("A name for it").fill("Finger")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    tess = Phone(page).ready()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    page.reload()
    page.get_by_role("button", name="For the technician").click()
    page.get_by_role("button", name="Unlock with a passkey").click()
    tess.at_orders()
    page.goto("/orders/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")


def test_S1_where_nobody_is_there_what_was_begun_stays_and_the_customer_reads_all_of_it(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    order = aside(lambda: at_site(shop))
    tess = phone(shop.tess).ready()
    page = tess.page
    tess.off_line()
    tess.open_order(order.number)
    tess.report(hours="3.5")
    page.get_by_role("button", name="Nobody is there").click()
    page.locator("[name=reason]").fill("The gate was shut.")
    page.get_by_role("button", name="Record it").click()
    tess.at_orders()
    tess.open_order(order.number)
    expect(page.get_by_label("Hours worked").first).to_have_value("3.5")
    tess.hand_over()
    # What was confirmed is signed for, so it is read before (S1-17).
    expect(page.get_by_role("heading", name="Checked before signing")).to_be_visible()
    expect(page.locator("[data-part=checked] li").first).not_to_be_empty()


def test_I8_what_one_window_sealed_another_neither_shows_nor_seals_again(
    shop: Shop, phone: Callable[..., Phone]
) -> None:
    order = aside(lambda: shop.open_order(lines=1))
    tess = phone(shop.tess).ready()
    other = Phone(tess.context.new_page())
    other.page.goto("/field/")
    other.ready_offline()
    tess.off_line()
    tess.open_order(order.number)
    tess.report()
    tess.hand_over()
    expect(
        tess.page.get_by_role("button", name="I do not sign")
    ).to_be_visible()  # the step is kept, then shown
    for page in (tess.page, other.page):
        page.reload()
        page.get_by_role("button", name="I do not sign").click()
        page.get_by_role("radio", name="Jan Jansen").check()
        page.locator("[name=reason]").fill("It still leaks.")
    tess.page.get_by_role("button", name="I do not sign").click()
    for page in (tess.page, other.page):
        expect(page.get_by_role("heading", name="It is recorded")).to_be_visible()
    assert [one["act"] for one in tess.queue()] == ["decline"]
