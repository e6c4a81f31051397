"""Line 16: a code of staff opens nothing but its own owner's sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from paraph.people import factors
from tests.cast import PASSWORD, Shop
from tests.people.test_factors import NOON, code_of


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def secrets(shop: Shop, at_noon: time_machine.Traveller) -> dict[str, str]:
    """Mara and Tess have an app each."""
    found = {"mara": factors.new_secret(), "tess": factors.new_secret()}
    for name, member in (("mara", shop.mara), ("tess", shop.tess)):
        assert factors.add_app(member.user, found[name], code_of(found[name]))
    at_noon.shift(timedelta(minutes=2))
    return found


def begin(name: str) -> Client:
    browser = Client()
    browser.post("/sign-in/", {"email": f"{name}@vliegwerk.example", "password": PASSWORD})
    return browser


def test_line_16_a_code_of_one_sign_in_fails_for_another_s(secrets: dict[str, str]) -> None:
    mara, tess = begin("mara"), begin("tess")
    assert mara.post("/sign-in/second/", {"code": code_of(secrets["tess"])}).status_code == 400
    assert mara.get("/").status_code == 302
    assert tess.post("/sign-in/second/", {"code": code_of(secrets["tess"])}).status_code == 302
    assert mara.post("/sign-in/second/", {"code": code_of(secrets["mara"])}).status_code == 302
