"""Everybody knocks at every address once; what they got is kept for all tests that look at answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import override_settings

from tests.attacks.routes import TABLE, Route
from tests.attacks.world import (
    EVERYBODY,
    GUEST,
    MANAGER,
    Knocker,
    Rows,
    World,
    changed,
    knockers,
    outcome,
    rows,
    undone,
)

# For these, every method is tried; GET and POST are tried for everybody.
THOROUGH = (GUEST, MANAGER)
OTHERS = ("HEAD", "OPTIONS", "PUT", "DELETE")
READING = {"GET", "HEAD", "OPTIONS"}
REFUSED = {"sign-in", 400, 403, 404, 405}


@dataclass(frozen=True)
class Answer:
    """What somebody got; `spoilt` are the tables that changed although nothing may have."""

    name: str
    who: str
    method: str
    response: Any
    spoilt: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.name} as {self.who}"

    @property
    def got(self) -> int | str:
        """The status, or *sign-in*."""
        return outcome(self.response)

    @property
    def expected(self) -> int | str:
        """What the table says; a method it does not name is refused, where the demo is absent as not there."""
        route = TABLE[self.name]
        if self.method in {"GET", "HEAD"}:
            return route.get[self.who]
        if self.method == "POST":
            return route.post[self.who]
        return 404 if "demo" in self.name else 405


def collect(world: World, foreign: World) -> Iterator[Answer]:
    """Knock at every address as everybody, over https; each time everything is as it was before."""
    with override_settings(PARAPH_ORIGIN="https://testserver"):
        people, before = knockers(world, foreign), rows()
        for name, route in TABLE.items():
            for who in EVERYBODY:
                for method in _methods(route, who):
                    yield _knock(world, before, people[who], name, route, who, method)


def _methods(route: Route, who: str) -> list[str]:
    """What to try. Where everybody gets the same refusal before anything is read, some people are enough."""
    if who in THOROUGH:
        return ["GET", "POST", *OTHERS]
    told = {"GET": route.get, "POST": route.post}
    return [method for method, wanted in told.items() if set(wanted.values()) not in ({405}, {404})]


def _knock(
    world: World,
    before: Rows,
    browser: Knocker,
    name: str,
    route: Route,
    who: str,
    method: str,
) -> Answer:
    body = route.body(world) if method == "POST" else None
    with undone():
        response = browser.again().ask(method, route.address(name, world), body, secure=True)
        answer = Answer(name, who, method, response, ())
        # 405 is said before any code of ours runs: that nothing changed is looked at where somebody was refused.
        if answer.expected in (REFUSED - {405} if method == "POST" else {200, 302}):
            answer = Answer(name, who, method, response, tuple(changed(before)))
    return answer
