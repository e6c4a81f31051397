"""Links: who may send them, how long they live, how they end, and what they never open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from paraph.automation import runner
from paraph.lib import clock
from paraph.people.models import Role
from tests.cast import Shop
from tests.journeys import steps
from tests.journeys.conftest import PHONE, Office, Portal

ENDED = "This link has ended"


def status(page: Page, path: str) -> int:
    """Open a page; the status of its answer."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def test_S3_10_a_copied_link_is_shown_once_recorded_as_handed_over_and_works(
    shop: Shop, office: Office, window: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    order = shop.open_order(contacts=[shop.lotte])
    desk = office(shop.mara)
    desk.goto(f"/orders/{order.pk}/email/")
    form = desk.locator("#link")
    form.get_by_label("For", exact=True).select_option(label="Lotte Vermeer")
    form.get_by_label("Language").select_option("en")
    form.get_by_role("button", name="Copy a link").click()
    expect(desk.get_by_role("heading", name="Link for Lotte Vermeer")).to_be_visible()
    link = desk.locator("copy-text [data-text]").inner_text().strip()
    axe(desk)
    desk.reload()
    expect(desk.get_by_text("It was shown once and is kept nowhere")).to_be_visible()
    assert link not in desk.content()
    desk.goto(f"/orders/{order.pk}/")
    assert link.split("/s/")[1] not in desk.content()
    people = desk.get_by_role("region", name="People and invitations")
    expect(people).to_contain_text("Handed over by Mara of Vliegwerk")
    expect(desk.locator("ol.timeline")).to_contain_text("copied a signing link for Lotte Vermeer")
    phone = window(**PHONE)
    steps.come_in(phone, link)
    expect(phone.locator("#head")).to_contain_text("for Lotte Vermeer")
    desk.reload()
    expect(people.locator(".pill").nth(1)).to_contain_text("Opened")


def test_S0_22_S0_23_S0_24_S3_11_to_S3_19_the_email_page_sends_a_view_for_so_long_in_a_language(
    shop: Shop, office: Office, window: Callable[..., Page], mailoutbox: list[EmailMessage]
) -> None:
    order = shop.open_order(lines=2)
    shop.invite(order)
    desk = office(shop.mara)
    desk.goto(f"/orders/{order.pk}/")
    desk.reload()
    desk.locator(f'a[href="/orders/{order.pk}/email/"]').first.click()
    expect(desk.get_by_label("Valid for").first).to_have_value("48")
    desk.locator("#email").get_by_label("Valid for").fill("2")
    desk.locator("#email").get_by_label("Language").select_option("fr")
    desk.get_by_label("Additional text").fill("Merci de répondre aujourd’hui.")
    desk.get_by_role("button", name="Email work authorisation").click()
    expect(desk.get_by_text("1 message is on its way. The managers get a copy.")).to_be_visible()
    (letter,) = steps.letters(mailoutbox, shop.jan.email)
    (copy,) = steps.letters(mailoutbox, shop.mara.user.email)
    for one in (letter, copy):
        assert "Merci de répondre aujourd’hui." in str(one.body)
    assert steps.LINK.search(str(copy.body)) is None
    phone = window(**PHONE)
    phone.goto(steps.link_in(letter))
    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    with time_machine.travel(clock.now() + timedelta(hours=2, minutes=1)):
        assert status(phone, phone.url) == 410


def test_S3_18_S3_37_a_link_ends_after_48_hours_and_a_new_one_keeps_what_was_decided(
    shop: Shop, office: Office, window: Callable[..., Page], mailoutbox: list[EmailMessage]
) -> None:
    order = shop.open_order(lines=3)
    invitation = shop.invite(order)
    phone, desk = window(**PHONE), office(shop.mara)
    steps.come_in(phone, shop.links[invitation.pk])
    steps.approve(phone, 2)
    with time_machine.travel(clock.now() + timedelta(hours=47, minutes=50)):
        phone.reload()
        steps.stands(phone, [2], "Approved")
    with time_machine.travel(clock.now() + timedelta(hours=48, minutes=1)):
        assert status(phone, phone.url) == 410
        assert status(phone, shop.links[invitation.pk]) == 410
        expect(phone.get_by_role("heading", name=ENDED)).to_be_visible()
        phone.get_by_role("button", name="Ask for a new link").click()
        expect(phone.get_by_text("Mara of Vliegwerk of Vliegwerk was told")).to_be_visible()
        steps.aside(runner.run_all)  # the worker tells the staff
        desk.goto("/")
        expect(desk.get_by_text("New link wanted")).to_be_visible()
        desk.goto(f"/orders/{order.pk}/")
        desk.get_by_role("button", name="Renew by mail").click()
        expect(desk.get_by_text("A new link is on its way to Jan Jansen.")).to_be_visible()
        steps.come_in(phone, steps.link_in(steps.invited(mailoutbox, shop.jan.email)))
        steps.stands(phone, [2], "Approved")


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER])
def test_S3_20_only_managers_reach_the_email_page_and_the_previews(
    shop: Shop, office: Office, role: Role
) -> None:
    order = shop.open_order(lines=1)
    desk = office(shop.members[role])
    assert status(desk, f"/orders/{order.pk}/") == 200
    expect(desk.get_by_role("link", name=re.compile("email", re.IGNORECASE))).to_have_count(0)
    assert status(desk, f"/orders/{order.pk}/email/") == 403
    expect(desk.get_by_role("heading", name="This is not allowed")).to_be_visible()
    assert status(desk, f"/preview/{order.pk}/estimate/") == 404


def test_S3_37_a_revoked_link_ends_an_open_page_at_the_next_click_and_can_be_renewed(
    shop: Shop, office: Office, portal: Portal, window: Callable[..., Page], mailoutbox: list[EmailMessage]
) -> None:
    order = shop.open_order(lines=2)
    phone, desk = portal(shop.invite(order)), office(shop.mara)
    steps.approve(phone, 1)
    desk.goto(f"/orders/{order.pk}/")
    desk.get_by_role("button", name="Revoke").click()
    expect(desk.get_by_role("region", name="People and invitations")).to_contain_text("Revoked")
    steps.press(phone, 2, "Approve")
    expect(phone.get_by_role("heading", name=ENDED)).to_be_visible()
    expect(phone.get_by_role("button", name="Ask for a new link")).to_be_visible()
    desk.get_by_role("button", name="Renew by mail").click()
    expect(desk.get_by_text("A new link is on its way")).to_be_visible()
    (letter,) = steps.letters(mailoutbox, shop.jan.email)
    fresh = window(**PHONE)
    steps.come_in(fresh, steps.link_in(letter))
    steps.stands(fresh, [1], "Approved")
    expect(fresh.locator("#asked")).to_have_text(re.compile("^1 of 2 lines? needs? your decision$"))


def test_S3_02_S3_03_S3_37_a_key_opens_one_order_and_nothing_of_the_house(shop: Shop, portal: Portal) -> None:
    mine, other = shop.open_order(lines=1), shop.open_order(lines=1)
    invitation, strange = shop.invite(mine), shop.invite(other)
    phone = portal(invitation)
    for page in ("", "receipt/", "timeline/", "print/"):
        assert status(phone, f"/p/{strange.pk}/{page}") == 404
    expect(phone.get_by_role("heading", name="There is nothing here")).to_be_visible()
    for path in ("/", "/orders/", f"/orders/{mine.pk}/", "/customers/"):
        phone.goto(path)
        expect(phone).to_have_url(re.compile("/sign-in/"))
    link = shop.links[invitation.pk]
    assert status(phone, link[:-30] + "/") == 404
    expect(phone.get_by_text("This link is not complete or does not exist.")).to_be_visible()


def test_S3_02_opening_a_link_changes_nothing_until_somebody_continues(
    shop: Shop, window: Callable[..., Page], office: Office
) -> None:
    order = shop.open_order(lines=1)
    invitation = shop.invite(order)
    phone, desk = window(**PHONE), office(shop.mara)
    for _time in range(2):
        phone.goto(shop.links[invitation.pk])
    people = desk.get_by_role("region", name="People and invitations")
    desk.goto(f"/orders/{order.pk}/")
    expect(people).to_contain_text("link requested 2 times")
    expect(people.locator(".pill").nth(1)).to_contain_text("Sent")
    expect(desk.locator("ol.timeline")).not_to_contain_text("opened the link")
