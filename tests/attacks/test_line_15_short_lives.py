"""Line 15: a code of staff lives for two minutes at most, and no table holds it or what makes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
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


def test_line_15_a_code_lives_for_less_than_two_minutes(
    secrets: dict[str, str], at_noon: time_machine.Traveller
) -> None:
    old = code_of(secrets["mara"])
    at_noon.shift(timedelta(minutes=1, seconds=31))
    assert begin("mara").post("/sign-in/second/", {"code": old}).status_code == 400


def test_line_15_neither_secret_nor_code_stands_in_any_table(shop: Shop, secrets: dict[str, str]) -> None:
    codes = factors.recovery_codes(shop.mara.user)
    used = code_of(secrets["mara"])
    assert begin("mara").post("/sign-in/second/", {"code": used}).status_code == 302
    assert begin("mara").post("/sign-in/second/", {"code": codes[0]}).status_code == 302
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
            for secret in (*secrets.values(), *codes):
                assert secret not in stored, table
            assert f"'{used}'" not in stored, table
