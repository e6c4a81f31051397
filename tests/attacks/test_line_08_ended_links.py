"""Line 8: an expired or revoked link is 410 at once, for sessions that are open as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from paraph.lib import clock
from paraph.people.models import Member
from paraph.signoff import ceremonies, invitations
from paraph.signoff.models import Invitation
from tests import cast
from tests.attacks.routes import TABLE
from tests.attacks.world import GUEST, Knocker, World, changed, come_in, rows, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

GUESTS = [
    name for name, route in TABLE.items() if name.startswith("portal:") and "invitation_id" in route.args
]
# What an ended link still opens: the page that asks for a new one.
ASKS = {"portal:renewal"}
# Who sent it may be said; nothing of what was sent.
OF_THE_ORDER = (b"inspection", b"finding", b"remark", "€".encode(), b"333", b"Jan Jansen", b"sealed")


@pytest.fixture
def opened_world(world: World) -> tuple[World, Knocker]:
    return world, come_in(world.shop, *world.links)


def _every_address_is_gone(world: World, browser: Knocker) -> None:
    before, wrong = rows(), []
    for name in GUESTS:
        route = TABLE[name]
        for method, expected in (("GET", route.get), ("POST", route.post)):
            if expected[GUEST] == 405 or name in ASKS:
                continue
            answer = browser.again().ask(method, route.address(name, world), route.body(world))
            if answer.status_code != 410 or any(word in answer.content for word in OF_THE_ORDER):
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert changed(before) == []


def test_line_8_revoking_closes_every_page_of_an_open_session_at_once(
    opened_world: tuple[World, Knocker],
) -> None:
    world, browser = opened_world
    assert browser.get(reverse("portal:order", args=[world.invitation.pk])).status_code == 200
    for one in world.links:
        invitations.revoke(one, by=world.shop.mara, actor=world.shop.mara.actor)
    _every_address_is_gone(world, browser)


def test_line_8_expiry_closes_every_page_of_an_open_session_to_the_second(
    opened_world: tuple[World, Knocker],
) -> None:
    world, browser = opened_world
    address, ends = reverse("portal:order", args=[world.invitation.pk]), clock.now() + timedelta(hours=48)
    # Who printed has a longer link, longer than a session lasts.
    Invitation.objects.filter(pk__in=[one.pk for one in world.links]).update(expires_at=ends)
    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert browser.get(address).status_code == 200
    with time_machine.travel(ends, tick=False):
        assert browser.again().get(address).status_code == 410
        _every_address_is_gone(world, browser)


def test_line_8_an_ended_link_is_410_for_get_and_post_and_lets_nobody_in(shop: Shop) -> None:
    revoked, expired = shop.invite(shop.open_order()), shop.invite(shop.open_order())
    invitations.revoke(revoked, by=shop.mara, actor=shop.mara.actor)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    for one in (revoked, expired):
        browser = Knocker()
        for method in ("GET", "HEAD", "POST"):
            assert browser.ask(method, shop.path(one)).status_code == 410
        assert "__Host-paraph" not in browser.cookies
        assert browser.get(reverse("portal:order", args=[one.pk])).status_code == 404
        one.refresh_from_db()
        assert one.opened_at is None


def test_line_8_a_ceremony_begun_before_the_revocation_cannot_be_signed(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2))
    cast.approve(invitation, [1])
    browser = come_in(shop, invitation)
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    sign_in(shop.mara).post(reverse("office:revoke", args=[invitation.party.signoff.order_id, invitation.pk]))
    before = rows()
    answer = browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), {"name": "Jan"})
    assert answer.status_code == 410
    assert changed(before) == []


def test_line_8_renewing_ends_the_earlier_link(shop: Shop) -> None:
    first = shop.invite(shop.open_order())
    browser = come_in(shop, first)
    invitations.renew(first, by=shop.mara, actor=shop.mara.actor)
    assert browser.get(reverse("portal:order", args=[first.pk])).status_code == 410
    assert Knocker().post(shop.path(first)).status_code == 410


def test_line_8_asking_for_a_new_link_gives_none_to_who_asks(shop: Shop, mailoutbox: list[object]) -> None:
    invitation = shop.invite(shop.open_order())
    invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
    links = Invitation.objects.count()
    answer = Knocker().post(shop.path(invitation) + "?renewal")
    assert answer.status_code == 200
    assert Invitation.objects.count() == links
    assert b"/s/" not in answer.content
    assert Member.objects.filter(pk=shop.mara.pk).exists()
