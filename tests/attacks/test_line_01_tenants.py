"""Line 1: two tenants, every route, every object id: nothing is read, nothing is written across."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.people.models import Member
from paraph.work.models import WorkOrder
from tests import cast
from tests.attacks.routes import TABLE
from tests.attacks.world import (
    GUEST,
    MANAGER,
    Knocker,
    World,
    changed,
    come_in,
    once,
    outcome,
    rows,
    sign_in,
    undone,
)
from tests.cast import Shop

pytestmark = pytest.mark.slow

REACHED = {200, 302, 400}


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def people(world: World) -> dict[str, Knocker]:
    """The two of Vliegwerk who may most: its manager and its customer."""
    return {MANAGER: sign_in(world.shop.mara), GUEST: come_in(world.shop, *world.links)}


def test_line_1_every_id_of_another_tenant_in_every_address_is_not_there(
    world: World, foreign: World, people: dict[str, Knocker]
) -> None:
    before, wrong, tried = rows(), [], 0
    for name, route in TABLE.items():
        theirs = {key: foreign.ids[route.args[key]] for key in route.ids}
        # Each id alone beside our own ones, then all together: a whole address of theirs.
        for swapped in [*({key: pk} for key, pk in theirs.items()), theirs][
            : len(theirs) + 1 if theirs else 0
        ]:
            for method, expected in (("GET", route.get), ("POST", route.post)):
                for who, browser in people.items():
                    if expected[who] not in REACHED:
                        continue
                    address, tried = route.address(name, world, **swapped), tried + 1
                    with undone():
                        answer = browser.again().ask(method, address, route.body(world))
                        if answer.status_code != 404 or changed(before) or b"Rivaal" in _body(answer):
                            wrong.append(f"{method} {name} {sorted(swapped)} as {who}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert tried > 60, "the table has fewer ids than it had: is every one still tried?"


def test_line_1_no_page_of_ours_shows_a_word_of_theirs(
    world: World, foreign: World, people: dict[str, Knocker]
) -> None:
    seen = 0
    for name, route in TABLE.items():
        for who, browser in people.items():
            if route.get[who] == 200:
                answer = browser.again().get(route.address(name, world))
                assert b"Rivaal" not in _body(answer), (name, who)
                seen += b"Vliegwerk" in _body(answer)
    assert seen > 20


@pytest.fixture
def mara(shop: Shop) -> Knocker:
    """The manager's browser; both shops have an order."""
    shop.open_order(title="Vliegwerk inspection")
    return sign_in(shop.mara)


@pytest.fixture
def theirs(rival: Shop) -> WorkOrder:
    """An order of Rivaal's."""
    return rival.open_order(title="Rivaal inspection", lines=2)


@pytest.mark.parametrize(
    "address", ["/orders/?q=iva", "/orders/?q=inspection", "/customers/?q=iva", "/orders/places/"]
)
def test_line_1_searching_finds_nothing_of_theirs(mara: Knocker, theirs: WorkOrder, address: str) -> None:
    answer = mara.get(address)
    assert answer.status_code == 200
    assert b"Rivaal" not in answer.content


@pytest.mark.parametrize("address", ["/orders/", "/orders/places/", "/orders/new/"])
def test_line_1_filters_with_their_ids_show_nothing_of_theirs(
    rival: Shop, mara: Knocker, theirs: WorkOrder, address: str
) -> None:
    for field, pk in (("technician", rival.tess.pk), ("customer", rival.customer.pk)):
        answer = mara.get(f"{address}?{field}={pk}")
        assert answer.status_code == 200
        assert b"Rivaal" not in answer.content


def _order_form(shop: Shop, **others: Any) -> dict[str, Any]:
    ours = {
        "title": "Mixed",
        "customer": shop.customer.pk,
        "contacts": [shop.jan.pk],
        "site": shop.site.pk,
        "technician": shop.tess.pk,
        "line-0-finding": "One thing",
        "line-0-tax_rate": "21",
    }
    return {**ours, **others}


def test_line_1_an_order_cannot_be_made_of_their_people_and_places(
    shop: Shop, rival: Shop, mara: Knocker
) -> None:
    before = rows()
    for field, other in {
        "customer": rival.customer.pk,
        "contacts": [rival.jan.pk],
        "site": rival.site.pk,
        "technician": rival.tess.pk,
    }.items():
        answer = mara.post("/orders/new/", _order_form(shop, **{field: other}))
        assert answer.status_code == 400, field
        assert b"Rivaal" not in answer.content
    assert changed(before) == []
    assert mara.post("/orders/new/", _order_form(shop)).status_code == 302


def test_line_1_a_line_with_their_id_becomes_a_new_line_of_ours(
    shop: Shop, rival: Shop, mara: Knocker, theirs: WorkOrder
) -> None:
    order, other = shop.open_order(), cast.lines(theirs)[0]
    body = _order_form(shop, **{"line-0-id": other.pk, "revision": order.revision})
    assert mara.post(f"/orders/{order.pk}/edit/", body).status_code == 302
    assert [one.finding for one in cast.lines(theirs)] == ["Finding 1", "Finding 2"]
    assert [one.finding for one in cast.lines(order)] == ["One thing"]
    assert cast.lines(order)[0].pk != other.pk


def test_line_1_a_customer_cannot_take_over_their_contact_or_site(
    shop: Shop, rival: Shop, mara: Knocker
) -> None:
    body = {
        "name": "Aero Club",
        "contact-0-id": rival.jan.pk,
        "contact-0-name": "Mallory",
        "contact-0-email": "mallory@evil.example",
        "contact-0-language": "en",
        "site-0-id": rival.site.pk,
        "site-0-name": "Mallory's cellar",
    }
    assert mara.post(f"/customers/{shop.customer.pk}/", body).status_code == 302
    rival.jan.refresh_from_db()
    rival.site.refresh_from_db()
    assert (rival.jan.name, rival.jan.customer_id) == ("Jan Jansen", rival.customer.pk)
    assert (rival.site.name, rival.site.customer_id) == ("Hangar 9", rival.customer.pk)


def test_line_1_their_contact_can_neither_be_mailed_nor_handed_a_link(
    shop: Shop, rival: Shop, mara: Knocker
) -> None:
    order, hand = shop.open_order(), {"view": "estimate", "lasts": "48", "once": once()}
    before = rows()
    for address, body in (
        ("email/", {f"ask-{rival.jan.pk}": "authorise", "view": "estimate", "lasts": "48"}),
        ("email/link/", {f"link-{key}": value for key, value in {**hand, "contact": rival.jan.pk}.items()}),
    ):
        answer = mara.post(f"/orders/{order.pk}/{address}", body)
        assert answer.status_code == 400
        assert b"/s/" not in answer.content
    assert changed(before) == []


def test_line_1_a_member_who_left_reaches_nothing_from_an_open_session(shop: Shop) -> None:
    browser, address = sign_in(shop.tess), f"/orders/{shop.open_order().pk}/"
    assert browser.get(address).status_code == 200
    Member.objects.filter(pk=shop.tess.pk).update(active=False)
    assert outcome(browser.get(address)) == "sign-in"
