"""What the attacks start from: two shops with everything in them, and everybody who may knock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.answers import Answer, collect
from tests.attacks.world import World, make_world
from tests.cast import Shop


@pytest.fixture
def world(shop: Shop) -> World:
    """Vliegwerk with one order in which everything has happened."""
    return make_world(shop)


@pytest.fixture
def foreign(rival: Shop) -> World:
    """The same at Rivaal, which nobody of Vliegwerk may ever see."""
    return make_world(rival)


KEPT: list[Answer] = []


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> list[Answer]:
    """What everybody got at every address; asked once a test run, because it is a thousand requests."""
    if not KEPT:
        world: Any = request.getfixturevalue("world")
        foreign: Any = request.getfixturevalue("foreign")
        KEPT.extend(collect(world, foreign))
    return KEPT
