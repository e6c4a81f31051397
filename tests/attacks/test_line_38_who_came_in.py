"""Line 38: whoever comes in, fails to, or is refused, leaves one line with its moment in UTC and without a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from paraph.people import factors, members
from tests.attacks.world import make_welcome, sign_in
from tests.cast import PASSWORD, Shop
from tests.people.test_factors import code_of

LINE = re.compile(r"^(?P<event>[a-z0-9 -]+): .* from [0-9.]+ at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
GUESS = "not-the-password"


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The events so far. Every line is of the one form."""
    caplog.set_level("INFO", logger="paraph.access")

    def read() -> list[str]:
        told = [one.getMessage() for one in caplog.records if one.module == "access_log"]
        found = [LINE.match(one) for one in told]
        assert all(found), told
        return [one["event"] for one in found if one]

    return read


def test_line_38_every_way_in_and_every_failure_is_one_line(
    shop: Shop, events: Callable[[], list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    secret = factors.new_secret()
    assert factors.add_app(shop.mara.user, secret, code_of(secret, steps=-1))
    browser, told = Client(), {"email": "mara@vliegwerk.example", "password": GUESS}
    browser.post("/sign-in/", told)
    browser.post("/sign-in/", told | {"password": PASSWORD})
    browser.post("/sign-in/second/", {"code": "000000"})
    codes = factors.recovery_codes(shop.mara.user)
    browser.post("/sign-in/second/", {"code": codes[0]})
    browser.post("/confirm/", {"code": "111111"})
    browser.post("/confirm/", {"code": codes[1]})
    browser.post("/account/password/", {"password": "another long password"})
    browser.post("/sign-in/passkey/", {"credential": "{}"})
    browser.post("/account/sign-out/")
    browser.post("/sign-out/")
    assert events() == [
        "sign-in failed",
        "second factor failed",
        "signed in",
        "confirmation failed",
        "confirmed",
        "password changed",
        "sign-in failed",
        "signed out everywhere",
    ]
    for word in (GUESS, PASSWORD, "another long password", "000000", "111111", *codes, secret, "mara@"):
        assert word not in caplog.text


def test_line_38_every_refusal_is_one_line(shop: Shop, events: Callable[[], list[str]]) -> None:
    tess = sign_in(shop.tess)
    order = shop.open_order()
    tess.get(f"/orders/{order.pk}/email/")
    tess.get("/settings/members/")
    Client().get("/orders/")
    Client().get("/s/nonsense/")
    for _ in range(21):
        last = Client().post("/sign-in/", {"email": "x@new.example", "password": "x"})
    assert last.status_code == 429
    found = events()
    assert [one for one in found if one != "sign-in failed"] == ["refused"] * (len(found) - 8)
    assert len(found) >= 8 + 4 + 13


def test_line_38_a_request_of_another_site_is_one_line(shop: Shop, events: Callable[[], list[str]]) -> None:
    strict: Any = Client(enforce_csrf_checks=True)
    strict.post("/sign-in/", {"email": "mara@vliegwerk.example", "password": PASSWORD})
    assert events() == ["refused"]


def test_line_38_changes_of_access_are_lines_as_well(shop: Shop, events: Callable[[], list[str]]) -> None:
    mara, welcome = sign_in(shop.mara), make_welcome(shop)
    mara.post(f"/settings/members/{shop.tess.pk}/", {"role": "biller"})
    mara.post(f"/settings/members/{shop.tess.pk}/off/")
    mara.post(f"/settings/members/{shop.tess.pk}/on/")
    mara.post(f"/settings/members/invited/{welcome.pk}/withdraw/")
    assert events() == ["access changed", "access switched off", "access switched on"]
    members.switch_off(shop.tess, by=shop.mara.actor)
    told = {"email": "tess@vliegwerk.example", "password": PASSWORD}
    assert Client().post("/sign-in/", told).status_code == 400
    assert events()[-1] == "sign-in failed"
