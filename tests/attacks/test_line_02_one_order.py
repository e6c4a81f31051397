"""Line 2: a link to one order gives 404 on every other order and on everything of it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from paraph.signoff import ceremonies
from paraph.signoff.models import View
from tests import cast
from tests.attacks.routes import TABLE
from tests.attacks.world import GUEST, Knocker, World, changed, come_in, make_world, rows, undone
from tests.cast import Shop

pytestmark = pytest.mark.slow

PORTAL = {name: route for name, route in TABLE.items() if name.startswith("portal:") and route.ids}


@pytest.fixture
def first(shop: Shop) -> World:
    """The order the guest was invited to."""
    return make_world(shop)


@pytest.fixture
def second(shop: Shop, first: World) -> World:
    """Another order of the same shop for the same customer: the hardest case."""
    return make_world(shop)


@pytest.fixture
def guest(first: World) -> Knocker:
    return come_in(first.shop, first.signed, first.invitation)


def test_line_2_a_guest_of_one_order_gets_404_on_every_address_of_another(
    first: World, second: World, guest: Knocker
) -> None:
    before, wrong = rows(), []
    for name, route in PORTAL.items():
        others = {key: second.ids[route.args[key]] for key in route.ids}
        for swapped in [*({key: pk} for key, pk in others.items()), others]:
            for method, expected in (("GET", route.get), ("POST", route.post)):
                if expected[GUEST] in {404, 405}:
                    continue
                with undone():
                    answer = guest.again().ask(
                        method, route.address(name, first, **swapped), route.body(first)
                    )
                    if answer.status_code != 404 or changed(before):
                        wrong.append(f"{method} {name} {sorted(swapped)}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_line_2_what_exists_elsewhere_and_what_does_not_exist_are_one_answer(
    first: World, second: World, guest: Knocker
) -> None:
    from uuid import uuid4

    for name in ("order", "timeline", "print", "sealed", "record", "receipt_file", "receipt"):
        there = guest.get(reverse(f"portal:{name}", args=[second.signed.pk]))
        nowhere = guest.get(reverse(f"portal:{name}", args=[uuid4()]))
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert there.status_code == 404


def test_line_2_a_ceremony_of_another_invitation_to_the_same_order_cannot_be_used(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    cast.approve(jan, [1])
    ceremony = ceremonies.review(jan, by=cast.customer(jan))
    before, browser = rows(), come_in(shop, claire)
    for method in ("GET", "POST"):
        address = reverse("portal:sign", args=[claire.pk, ceremony.pk])
        assert browser.again().ask(method, address, {"name": "Claire"}).status_code == 404
    after = changed(before)
    assert "signoff_signature" not in after
    assert "signoff_ceremony" not in after


def test_line_2_the_sealed_estimate_is_not_for_who_was_invited_to_the_work_authorisation(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    estimate = shop.invite(order)
    other = shop.invite(order, contact=shop.claire, view=View.AUTHORISATION, ask="view")
    cast.approve(estimate, [1, 2])
    cast.sign(ceremonies.review(estimate, by=cast.customer(estimate)))
    with_prices, without = come_in(shop, estimate), come_in(shop, other)
    assert with_prices.get(reverse("portal:sealed", args=[estimate.pk])).status_code == 200
    assert without.get(reverse("portal:sealed", args=[other.pk])).status_code == 404
    for name in ("order", "timeline"):
        page = without.get(reverse(f"portal:{name}", args=[other.pk])).content.decode()
        assert "€" not in page, name
        assert not re.search(r"333[.,]00", page), name


def test_line_2_signing_out_of_the_office_closes_the_customer_s_session_as_well(
    first: World, guest: Knocker
) -> None:
    guest.force_login(first.shop.mara.user)
    guest.post(reverse("office:sign_out"))
    assert guest.get(reverse("portal:order", args=[first.invitation.pk])).status_code == 404
