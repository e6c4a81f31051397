"""Line 1 again, by the route table: people of two shops, people who left, people with a right taken away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse

from paraph.people import members
from paraph.people.models import Member, Role
from tests.attacks.routes import TABLE, Route
from tests.attacks.world import (
    ANONYMOUS,
    DISPATCHER,
    MANAGER,
    TECHNICIAN,
    Knocker,
    World,
    changed,
    make_world,
    outcome,
    rows,
    sign_in,
    undone,
)
from tests.cast import Shop

pytestmark = pytest.mark.slow

METHODS = ("GET", "POST")
# What *Allow e-sign capability* takes away (S0-21): by hand, so that a new route that asks for it must be added.
E_SIGN = {
    ("office:email", "POST"): 403,
    ("office:link", "POST"): 400,  # its form offers views to read alone
    ("office:renew", "POST"): 403,
    ("office:extend", "POST"): 403,
    ("office:remind", "POST"): 403,
}


@pytest.fixture
def both(world: World, foreign: World) -> Member:
    """Mara manages Vliegwerk; from today she also repairs for Rivaal."""
    mara = world.shop.mara
    return Member.objects.create(organisation=foreign.shop.organisation, user=mara.user, role=Role.TECHNICIAN)


def _choose(browser: Knocker, member: Member) -> Knocker:
    """As the page *For whom do you work now?* does."""
    answer = browser.post(reverse("office:organisations"), {"member": str(member.pk)})
    assert answer.status_code == 302, answer.status_code
    return browser.settle()


def _expected(route: Route, method: str, who: str) -> int | str:
    return (route.get if method == "GET" else route.post)[who]


def _staff() -> Iterator[tuple[str, Route]]:
    """Every address whose answer depends on who asks."""
    for name, route in TABLE.items():
        if len(set(route.get.values())) > 1 or len(set(route.post.values())) > 1:
            yield name, route


def _differing(browser: Knocker, world: World, who: str, **special: int) -> list[str]:
    """Where somebody gets something else than the table says for such a person, at their own shop."""
    wrong = []
    for name, route in _staff():
        for method in METHODS:
            with undone():
                body = route.body(world) if method == "POST" else None
                got = outcome(browser.again().ask(method, route.address(name, world), body))
            wanted = special.get(f"{method} {name}", _expected(route, method, who))
            if got != wanted:
                wrong.append(f"{method} {name}: {got}, not {wanted}")
    return wrong


def _reaching(browser: Knocker, world: World, other: World, who: str) -> list[str]:
    """Which ids of the other shop are answered with anything but a refusal, or change a row."""
    wrong, before = [], rows()
    for name, route in _staff():
        theirs = {key: other.ids[route.args[key]] for key in route.ids}
        for swapped in [*({key: pk} for key, pk in theirs.items()), theirs] if theirs else []:
            for method in METHODS:
                if _expected(route, method, who) not in {200, 302, 400, 409}:
                    continue
                with undone():
                    body = route.body(other) if method == "POST" else None
                    answer = browser.again().ask(method, route.address(name, world, **swapped), body)
                    if answer.status_code != 404 or changed(before):
                        wrong.append(f"{method} {name} {sorted(swapped)}: {answer.status_code}")
    return wrong


def test_line_1_a_member_of_two_shops_reaches_the_chosen_one_alone(
    world: World, foreign: World, both: Member
) -> None:
    browser = sign_in(world.shop.mara)
    _choose(browser, world.shop.mara)
    assert _reaching(browser, world, foreign, MANAGER) == []
    _choose(browser, both)
    assert _reaching(browser, foreign, world, TECHNICIAN) == []


def test_line_1_a_member_of_two_shops_is_in_each_what_they_are_there(
    world: World, foreign: World, both: Member
) -> None:
    browser = _choose(sign_in(world.shop.mara), both)
    # On a phone are the orders of its technician alone, whatever the role of another.
    assert _differing(browser, foreign, TECHNICIAN, **{"GET field:order": 404}) == []


def test_line_1_who_must_choose_first_reaches_neither_shop(
    world: World, foreign: World, both: Member
) -> None:
    browser = sign_in(world.shop.mara)
    for name, route in _staff():
        if name.startswith("office:") and route.ids:
            for where in (world, foreign):
                for method in METHODS:
                    with undone():
                        answer = browser.again().ask(method, route.address(name, where), route.body(where))
                    assert answer.status_code in {302, 403, 404, 405}, (name, method, answer.status_code)
                    there = answer.get("Location", "")
                    assert not there or there.startswith((reverse("office:organisations"), "/sign-in/")), name


def test_line_1_who_lost_a_right_or_the_membership_gets_what_the_table_says_for_nobody(world: World) -> None:
    browser, shop = sign_in(world.shop.tess), world.shop
    assert _differing(browser, world, TECHNICIAN) == []
    members.switch_off(shop.members[TECHNICIAN], by=shop.mara.actor)
    assert _differing(browser, world, ANONYMOUS) == []


def test_line_1_a_role_that_changed_is_another_person_at_the_next_request(world: World) -> None:
    shop = world.shop
    browser = sign_in(shop.members[TECHNICIAN])
    members.change(shop.members[TECHNICIAN], role=Role.DISPATCHER, without=[], by=shop.mara.actor)
    assert _differing(browser, world, DISPATCHER, **{"GET field:order": 200}) == []


def test_S0_21_a_manager_without_e_sign_differs_from_others_in_exactly_these_addresses(shop: Shop) -> None:
    world = make_world(shop)
    browser = sign_in(shop.mara)
    members.change(shop.mara, role=Role.MANAGER, without=["signature.ask"], by=shop.members[DISPATCHER].actor)
    special = {f"{method} {name}": status for (name, method), status in E_SIGN.items()}
    assert _differing(browser, world, MANAGER, **special) == []
