"""What the attacks start from: two shops with everything in them, and everybody who may knock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from paraph.people import limits
from paraph.people.models import Customer, Organisation, User
from tests.attacks.answers import Answer, collect
from tests.attacks.payloads import NAME, SHOP
from tests.attacks.world import WRITES, World, make_world
from tests.cast import PASSWORD, Shop


@pytest.fixture(autouse=True)
def unwatched() -> Iterator[None]:
    """Nobody counts the statements of the next test."""
    yield
    while WRITES in connection.execute_wrappers:
        connection.execute_wrappers.remove(WRITES)


@pytest.fixture
def world(shop: Shop) -> World:
    """Vliegwerk with one order in which everything has happened."""
    return make_world(shop)


@pytest.fixture
def foreign(rival: Shop) -> World:
    """The same at Rivaal, which nobody of Vliegwerk may ever see."""
    return make_world(rival)


@pytest.fixture
def evil(shop: Shop) -> Shop:
    """A shop whose every name is an attack."""
    Organisation.objects.filter(pk=shop.organisation.pk).update(name=SHOP, address=f"{NAME}\n{SHOP}")
    Customer.objects.filter(pk=shop.customer.pk).update(name=NAME, address=NAME)
    for one in (shop.jan, shop.claire, shop.lotte):
        one.name, one.title = f"{NAME} {one.name}"[:200], NAME
        one.save()
    shop.site.name = NAME
    shop.site.save()
    for member in shop.members.values():
        User.objects.filter(pk=member.user_id).update(name=f"{NAME} {member.role}")
        member.user.refresh_from_db()
    shop.organisation.refresh_from_db()
    shop.customer.refresh_from_db()
    return shop


KEPT: list[Answer] = []


@pytest.fixture
def answers(db: None, request: pytest.FixtureRequest) -> list[Answer]:
    """What everybody got at every address; asked once a test run, because it is a thousand requests."""
    if not KEPT:
        world: Any = request.getfixturevalue("world")
        foreign: Any = request.getfixturevalue("foreign")
        KEPT.extend(collect(world, foreign))
    return KEPT


@pytest.fixture
def pending(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[Client]]:
    """Browsers that gave Mara's password and owe the second step."""
    monkeypatch.setattr(limits, "SIGN_IN", limits.Limit("sign-in", 10**6, limits.SIGN_IN.window))
    monkeypatch.setattr(
        limits, "SIGN_IN_ACCOUNT", limits.Limit("sign-in-account", 10**6, limits.SIGN_IN.window)
    )

    def come(number: int) -> list[Client]:
        browsers = [Client() for _ in range(number)]
        for one in browsers:
            one.post("/sign-in/", {"email": "mara@vliegwerk.example", "password": PASSWORD})
        return browsers

    return come
