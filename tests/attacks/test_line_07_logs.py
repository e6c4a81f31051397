"""Line 7 again: everybody knocks at every address, and the log holds no key, no cookie, no query, no mail address."""

from __future__ import annotations

import copy
import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from paraph.automation import undelivered
from paraph.delivery import outbox
from paraph.people.models import Contact, User
from tests.attacks.routes import TABLE
from tests.attacks.world import GUEST, MANAGER, World, knockers, undone
from tests.delivery import mail_server

pytestmark = pytest.mark.slow

ENOUGH = 40  # characters of a token that are enough to know it by


@pytest.fixture(params=["text", "json"])
def logged(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the product would have written, in either form, at its most talkative."""
    stream, root = io.StringIO(), logging.getLogger()
    product: dict[str, Any] = copy.deepcopy(settings.LOGGING)
    level, before = root.level, list(root.handlers)
    product["root"]["level"] = "DEBUG"
    product["handlers"]["console"] |= {"stream": stream, "level": "DEBUG", "formatter": request.param}
    logging.config.dictConfig(product)
    for handler in before:
        if handler not in root.handlers:
            root.addHandler(handler)
    yield stream
    root.setLevel(level)
    root.handlers[:] = before


def _secrets(world: World, foreign: World) -> set[str]:
    """What must not be found: keys, cookies, addresses, and a word somebody searched for."""
    addresses = {
        *Contact.objects.values_list("email", flat=True),
        *User.objects.values_list("email", flat=True),
    }
    keys = {
        one.ids[key][:ENOUGH] for one in (world, foreign) for key in ("token", "welcome_key", "reset_key")
    }
    return {one for one in addresses | keys if one} | {"needle-in-a-query"}


def test_line_7_no_request_of_anybody_leaves_a_secret_in_the_log(
    world: World, foreign: World, logged: io.StringIO
) -> None:
    asked, cookies = 0, set()
    with override_settings(PARAPH_ORIGIN="https://testserver"):
        people = knockers(world, foreign)
        for name, route in TABLE.items():
            for who in (GUEST, MANAGER):
                for method, body in (("GET", None), ("POST", route.body(world))):
                    with undone():
                        address = route.address(name, world) + "?q=needle-in-a-query"
                        people[who].again().ask(method, address, body, secure=True)
                    asked += 1
                cookies |= {one.value for one in people[who].first.values() if len(one.value) > 16}
        with mail_server.serving() as server:
            # A mail server that says the address back, as most do.
            for one in Contact.objects.exclude(email=""):
                server.answers[one.email] = f"550 5.1.1 <{one.email}>: unknown"
            outbox.deliver_due(on_dead=undelivered.record)
    text = logged.getvalue()
    assert text.count("paraph.requests") >= asked
    assert cookies
    found = {one for one in _secrets(world, foreign) | cookies if one in text}
    assert not found, [line for line in text.splitlines() if any(one in line for one in found)][:3]
    assert "(address)" in text


def test_line_7_each_line_of_json_is_an_object(world: World, foreign: World, logged: io.StringIO) -> None:
    knockers(world, foreign)
    lines: list[str] = logged.getvalue().splitlines()
    if lines[0].startswith("{"):
        told: list[dict[str, Any]] = [json.loads(line) for line in lines]
        assert all({"time", "level", "logger", "message"} <= set(one) for one in told)
    else:
        assert all(" paraph.requests " in line for line in lines if " GET " in line)
