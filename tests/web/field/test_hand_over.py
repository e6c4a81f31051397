"""While the customer has the phone, the technician's session opens nothing in its browser (S1-31, decision 0037)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from paraph.web.shared import hand_over
from tests.attacks.routes import walk
from tests.cast import Shop

NOBODY = UUID(int=7)
# Written by hand, and on purpose not derived from the product: both must say the same.
FACES = {"healthz", "readyz", "metrics", "shared", "portal"}
APP = {
    "shell",
    "worker",
    "manifest",
    "sync",
    "code",
    "own_phone",
    "own_phone_report",
    "own_phone_state",
    "unlock",
    "unlock_proof",
    "sign_out",
}


@pytest.fixture
def handed(shop: Shop) -> Client:
    """The browser of a manager who handed the phone over: nobody may open more."""
    browser = Client()
    browser.force_login(shop.mara.user)
    browser.cookies[hand_over.COOKIE] = "1"
    return browser


def every_route() -> Iterator[tuple[str, str]]:
    """Each route of the URL configuration with an address; a parameter is whatever its kind takes."""
    for name, parameters in walk():
        yield name, next(filter(None, (_address(name, one) for one in _values(parameters))))


def _values(parameters: set[str]) -> Iterator[dict[str, Any]]:
    for values in product((NOBODY, 1, "x"), repeat=len(parameters)):
        yield dict(zip(parameters, values, strict=True))


def _address(name: str, values: dict[str, Any]) -> str:
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return ""


def is_shut(answer: Any) -> bool:
    return answer.status_code == 403 and b"This phone is with the customer" in answer.content


@pytest.mark.slow
def test_S1_31_every_route_but_the_customer_s_and_the_app_s_own_is_shut(handed: Client) -> None:
    seen = set()
    for name, address in every_route():
        face, _, page = name.rpartition(":")
        is_open = (face or name) in FACES or (face == "field" and page in APP)
        if name == "field:sign_out":
            continue  # it ends the session: below
        for ask in (handed.get, handed.post):
            assert is_shut(ask(address)) is not is_open, (name, ask)
        seen.add(name)
    assert len(seen) > 150


def test_S1_31_the_page_says_where_to_unlock_and_leads_there(handed: Client) -> None:
    page = handed.get("/orders/")
    assert page.status_code == 403
    assert 'href="/field/"' in page.content.decode()
    told = handed.get("/field/work.json").json()
    assert (told["reason"], set(told)) == (hand_over.REASON, {"reason", "sentence", "csrf"})


def test_S1_31_nothing_else_is_shut_by_the_mark(shop: Shop) -> None:
    browser = Client()
    browser.cookies[hand_over.COOKIE] = "1"
    assert browser.get("/orders/").status_code == 302  # nobody is signed in: as ever
    assert browser.get("/sign-in/").status_code == 200
    invitation = shop.invite(shop.open_order(lines=1))
    assert browser.get(shop.path(invitation)).status_code == 200
    assert browser.post("/field/sync/", {"envelopes": []}, "application/json").status_code == 200


def test_S1_31_a_customer_s_link_opens_beside_the_technician_s_session(shop: Shop, handed: Client) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    page = handed.post(shop.path(invitation), follow=True)
    assert page.status_code == 200
    assert page.redirect_chain[-1][0] == reverse("portal:order", args=[invitation.pk])


def test_S1_31_who_signs_in_meanwhile_gets_no_further(shop: Shop) -> None:
    browser = Client()
    browser.cookies[hand_over.COOKIE] = "1"
    browser.force_login(shop.tess.user)
    assert is_shut(browser.get("/orders/"))
    browser.post("/field/sign-out/")
    del browser.cookies[hand_over.COOKIE]
    assert browser.get("/orders/").status_code == 302
