"""Line 11: the session id changes whenever somebody becomes more than they were."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.cast import Shop

NAME = "__Host-paraph"


def _planted() -> tuple[Client, str]:
    """A browser with a session id that somebody else knows."""
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    return browser, str(session.session_key)


def test_line_11_the_exchange_of_a_link_gives_a_new_id_and_the_old_one_opens_nothing(shop: Shop) -> None:
    browser, planted = _planted()
    invitation = shop.invite(shop.open_order())
    assert browser.post(shop.path(invitation)).status_code == 302
    assert browser.cookies[NAME].value not in {"", planted}
    assert not Session.objects.filter(session_key=planted).exists()
    attacker = Client()
    attacker.cookies[NAME] = planted
    assert attacker.get(reverse("portal:order", args=[invitation.pk])).status_code == 404


def test_line_11_an_id_of_the_attacker_s_own_choice_is_not_taken(shop: Shop) -> None:
    browser, invitation = Client(), shop.invite(shop.open_order())
    browser.cookies[NAME] = "a" * 32
    browser.post(shop.path(invitation))
    assert browser.cookies[NAME].value != "a" * 32
    assert not Session.objects.filter(session_key="a" * 32).exists()


def test_line_11_each_further_exchange_gives_a_new_id(shop: Shop) -> None:
    browser, seen = Client(), set()
    invitation = shop.invite(shop.open_order())
    for _ in range(3):
        browser.post(shop.path(invitation))
        seen.add(browser.cookies[NAME].value)
    assert len(seen) == 3
    assert Session.objects.count() == 1


def test_line_11_signing_in_gives_a_new_id_and_signing_out_ends_it(shop: Shop) -> None:
    browser, planted = _planted()
    told = {"email": shop.mara.user.email, "password": cast.PASSWORD}
    assert browser.post("/sign-in/", told).status_code == 302
    inside = browser.cookies[NAME].value
    assert inside != planted
    attacker = Client()
    attacker.cookies[NAME] = planted
    assert attacker.get("/orders/").status_code == 302
    browser.post("/sign-out/")
    attacker.cookies[NAME] = inside
    assert attacker.get("/orders/").status_code == 302, "an id that was signed out opens nothing"


def test_line_11_a_wrong_password_opens_no_session(shop: Shop) -> None:
    browser = Client()
    assert browser.post("/sign-in/", {"email": shop.mara.user.email, "password": "wrong"}).status_code == 400
    assert NAME not in browser.cookies
    assert Session.objects.count() == 0


def test_line_11_a_guest_who_signs_in_as_staff_and_a_member_who_opens_a_link_change_ids(shop: Shop) -> None:
    browser, invitation = Client(), shop.invite(shop.open_order())
    browser.post(shop.path(invitation))
    guest = browser.cookies[NAME].value
    browser.post("/sign-in/", {"email": shop.mara.user.email, "password": cast.PASSWORD})
    staff = browser.cookies[NAME].value
    browser.post(shop.path(invitation))
    assert len({guest, staff, browser.cookies[NAME].value}) == 3
