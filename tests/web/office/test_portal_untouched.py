"""Signing in of staff costs the customer's pages nothing: no session of staff, no query, no header more."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.attacks.world import Knocker, come_in
from tests.cast import Shop

LIBRARY = (
    "mfa_",
    "account_",
    "socialaccount_",
    "people_member",
    "people_user",
    "people_welcome",
    "people_spentcode",
)


def test_a_customer_s_page_asks_no_table_of_staff_s_sign_in(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    browser = come_in(shop, invitation)
    address = reverse("portal:order", args=[invitation.pk])
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    assert answer.status_code == 200
    mine = [one["sql"] for one in asked if any(f'FROM "{name}' in one["sql"] for name in LIBRARY)]
    assert mine == []


def test_a_stranger_s_look_at_a_link_opens_no_session_and_asks_none(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    for path in (shop.path(invitation), "/proof/", "/s/nonsense/"):
        browser = Knocker()
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(path)
        assert not any("django_session" in one["sql"] for one in asked), path
        assert "__Host-paraph" not in answer.cookies, path
