"""Line 6: a POST without its CSRF token, or asked for by another site, is refused on every route."""

from __future__ import annotations

import pytest

from tests.attacks.routes import TABLE
from tests.attacks.world import (
    ANONYMOUS,
    GUEST,
    MANAGER,
    Knocker,
    World,
    changed,
    rows,
    sign_in,
    undone,
)

pytestmark = pytest.mark.slow

OWN = "https://testserver"
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "https://testserver.evil.example"},
    {"Origin": "http://testserver"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
)
# Not a cookie but a signature proves who sends, so there is no token; another site is refused all the same.
TOKENLESS = {"field:sync"}
ACCEPTED = {200, 302, 400, "sign-in"}


@pytest.fixture
def people(world: World) -> dict[str, Knocker]:
    strict = {"enforce_csrf_checks": True}
    guest = Knocker(**strict)
    for one in world.links:
        page = guest.get(world.shop.path(one), secure=True)
        token = page.context["csrf_token"]
        sent = {"csrfmiddlewaretoken": str(token)}
        answer = guest.post(world.shop.path(one), sent, secure=True, headers={"Origin": OWN})
        assert answer.status_code == 302
    manager = sign_in(world.shop.mara, **strict)
    manager.get("/orders/new/", secure=True)
    stranger = Knocker(**strict)
    stranger.get("/sign-in/", secure=True)
    return {GUEST: guest.settle(), MANAGER: manager.settle(), ANONYMOUS: stranger.settle()}


def _who(name: str) -> str:
    """Somebody for whom the route does something."""
    post = TABLE[name].post
    return next((who for who in (GUEST, MANAGER, ANONYMOUS) if post[who] in ACCEPTED - {"sign-in"}), MANAGER)


ACTS = sorted(name for name, route in TABLE.items() if {*route.post.values()} & {200, 302, 400})


def test_line_6_every_act_is_tried() -> None:
    assert len(ACTS) > 20
    assert {_who(name) for name in ACTS} == {GUEST, MANAGER}


def test_line_6_a_post_without_its_token_is_refused_on_every_route(
    world: World, people: dict[str, Knocker]
) -> None:
    before, wrong = rows(), []
    for name in [*ACTS, "office:sign_out"]:
        browser, route = people[_who(name)], TABLE[name]
        for body in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            sent = {**route.body(world), **body}
            answer = browser.again().post(
                route.address(name, world), sent, secure=True, headers={"Origin": OWN}
            )
            if answer.status_code != (200 if name in TOKENLESS else 403) or changed(before):
                wrong.append(f"{name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_line_6_a_post_from_another_site_is_refused_on_every_route_even_with_its_token(
    world: World, people: dict[str, Knocker]
) -> None:
    before, wrong = rows(), []
    for name in [*ACTS, "office:sign_out"]:
        browser, route = people[_who(name)], TABLE[name]
        token = {"csrfmiddlewaretoken": browser.first["__Host-csrf"].value}
        for headers in FOREIGN:
            sent = {**route.body(world), **token}
            answer = browser.again().post(route.address(name, world), sent, secure=True, headers=headers)
            if answer.status_code != 403 or changed(before):
                wrong.append(f"{name} {headers}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_line_6_the_same_posts_pass_with_token_and_origin(world: World, people: dict[str, Knocker]) -> None:
    for name in ACTS:
        browser, route = people[_who(name)], TABLE[name]
        token = {"csrfmiddlewaretoken": browser.first["__Host-csrf"].value}
        with undone():
            sent = {**route.body(world), **token}
            headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}
            answer = browser.again().post(route.address(name, world), sent, secure=True, headers=headers)
        assert answer.status_code == TABLE[name].post[_who(name)], name


def test_line_6_the_token_of_one_browser_is_no_use_in_another(
    world: World, people: dict[str, Knocker]
) -> None:
    theirs = {"csrfmiddlewaretoken": people[ANONYMOUS].first["__Host-csrf"].value}
    answer = people[MANAGER].post("/sign-out/", theirs, secure=True, headers={"Origin": OWN})
    assert answer.status_code == 403
