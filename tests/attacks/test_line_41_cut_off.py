"""Line 41: what is taken away is gone at the next request of every open session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from paraph.people import members, passwords
from paraph.people.models import Member, Role, User
from tests.attacks.routes import TABLE
from tests.attacks.world import MANAGER, Knocker, World, outcome, sign_in
from tests.cast import PASSWORD, Shop


def _off(shop: Shop) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)


def _user_off(shop: Shop) -> None:
    User.objects.filter(pk=shop.tess.user_id).update(is_active=False)


def _gone(shop: Shop) -> None:
    Member.objects.filter(pk=shop.tess.pk).delete()


def _everywhere(shop: Shop) -> None:
    members.sign_out_everywhere(shop.tess.user)


def _password(shop: Shop) -> None:
    passwords.replace(shop.tess.user, "a fresh long password")


WAYS = [_off, _user_off, _gone, _everywhere, _password]


@pytest.mark.parametrize("way", WAYS)
def test_line_41_every_open_session_ends_at_its_next_request(shop: Shop, way: Callable[[Shop], None]) -> None:
    windows, order = [sign_in(shop.tess) for _ in range(3)], shop.open_order()
    address = reverse("office:order", args=[order.pk])
    assert {one.get(address).status_code for one in windows} == {200}
    way(shop)
    for one in windows:
        assert outcome(one.get(address)) == "sign-in"
        assert outcome(one.post(reverse("office:comment", args=[order.pk]), {"text": "x"})) == "sign-in"
    assert not order.comments.exists()


def test_line_41_a_right_that_was_taken_away_is_gone_at_the_next_request(shop: Shop) -> None:
    tess, path = sign_in(shop.tess), reverse("office:order_edit", args=[shop.open_order().pk])
    assert tess.get(path).status_code == 200
    members.change(shop.tess, role=Role.BILLER, without=[], by=shop.mara.actor)
    assert tess.get(path).status_code == 403


@pytest.mark.slow
def test_line_41_no_page_of_staff_opens_for_a_manager_who_was_switched_off(world: World) -> None:
    shop, browser = world.shop, sign_in(world.shop.mara)
    members.change(shop.tess, role=Role.MANAGER, without=[], by=shop.mara.actor)
    members.switch_off(Member.objects.get(pk=shop.mara.pk), by=shop.tess.actor)
    tried = 0
    for name, route in TABLE.items():
        if not name.startswith("office:") or route.get[MANAGER] != 200 or route.get["anonymous"] == 200:
            continue
        tried += 1
        assert outcome(browser.again().get(route.address(name, world))) == "sign-in", name
    assert tried > 15


def test_line_41_the_preview_closes_as_well(shop: Shop) -> None:
    mara, order = sign_in(shop.mara), shop.open_order()
    path = reverse("portal:preview", args=[order.pk, "estimate"])
    assert mara.get(path).status_code == 200
    members.sign_out_everywhere(shop.mara.user)
    assert mara.get(path).status_code == 404


def test_line_41_signing_in_again_works_and_the_customer_s_session_was_never_touched(shop: Shop) -> None:
    invitation, browser = shop.invite(shop.open_order()), Knocker()
    browser.post(shop.path(invitation))
    members.sign_out_everywhere(shop.mara.user)
    assert browser.get(reverse("portal:order", args=[invitation.pk])).status_code == 200
    assert browser.post("/sign-in/", {"email": shop.mara.user.email, "password": PASSWORD}).status_code == 302
