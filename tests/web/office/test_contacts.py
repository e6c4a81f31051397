"""The office gives contacts a PIN and takes passkeys away (S1-09, S1-24)."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from paraph.delivery.models import Delivery
from paraph.signoff import pins
from paraph.signoff.models import ContactPasskey, ContactPin
from tests.cast import Shop
from tests.people.device import Device
from tests.signoff.test_identity import PIN, mailed
from tests.signoff.test_own_phones import begun, make
from tests.web.portal.test_order import words


def at(shop: Shop, name: str = "contact", *more: object, lotte: bool = False) -> str:
    contact = shop.lotte if lotte else shop.jan
    return reverse(f"office:{name}", args=[shop.customer.pk, contact.pk, *more])


def desk(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.mara.user)
    return browser


def test_a_pin_is_mailed_set_as_agreed_and_removed_and_stands_on_no_page(shop: Shop) -> None:
    browser = desk(shop)
    assert "They have no PIN." in words(browser.get(at(shop)).content.decode())
    page = browser.post(at(shop, "contact_pin"), {"do": "mail"}, follow=True).content.decode()
    assert "Mailed to them on" in words(page)
    assert mailed(shop.jan) not in page
    page = browser.post(at(shop, "contact_pin"), {"do": "agree", "pin": PIN}, follow=True).content.decode()
    assert "Set as agreed with them on" in words(page)
    assert PIN not in page
    assert pins.check(shop.jan, PIN)["passed"]
    listed = browser.get(reverse("office:customer", args=[shop.customer.pk])).content.decode()
    assert "PIN and passkeys" in words(listed)
    browser.post(at(shop, "contact_pin"), {"do": "remove"})
    assert not ContactPin.objects.exists()


def test_a_weak_pin_is_refused_in_words_and_one_without_address_is_not_mailed(shop: Shop) -> None:
    browser = desk(shop)
    page = browser.post(at(shop, "contact_pin"), {"do": "agree", "pin": "123456"})
    assert page.status_code == 400
    assert "among the first that somebody would try" in words(page.content.decode())
    assert "123456" not in page.content.decode()
    page = browser.post(at(shop, "contact_pin", lotte=True), {"do": "mail"})
    assert page.status_code == 400
    assert not Delivery.objects.exists()


def test_a_lost_phone_s_passkey_is_removed(shop: Shop) -> None:
    make(begun(shop), Device())
    browser = desk(shop)
    kept = ContactPasskey.objects.get()
    assert "Not used yet" in words(browser.get(at(shop)).content.decode())
    page = browser.post(at(shop, "contact_passkey", kept.pk), follow=True).content.decode()
    assert "They have none." in words(page)
    kept.refresh_from_db()
    assert kept.removed_at
