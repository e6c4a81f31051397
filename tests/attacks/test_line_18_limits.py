"""Line 18: trying is limited, and nobody can use the limit to shut somebody else out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from paraph.people import limits
from paraph.people.models import Attempt
from paraph.signoff import ceremonies
from paraph.signoff.models import Decision, Invitation
from tests import cast
from tests.attacks.world import Knocker, come_in, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

STRANGER, REAL = "198.51.100.66", "203.0.113.7"


@pytest.fixture(autouse=True)
def one_window() -> Iterator[None]:
    """No window of a limit ends in the middle of a test."""
    with time_machine.travel(datetime.fromisoformat("2026-11-21T12:00:01+00:00"), tick=False):
        yield


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Links and acts are limited to so many, for a test that need not be long."""
    for name in ("LINK", "PORTAL"):
        monkeypatch.setattr(limits, name, replace(getattr(limits, name), times=6))
    return 6


def test_line_18_the_product_s_own_limits_are_low_enough_to_matter_and_high_enough_to_work() -> None:
    per_minute = {
        one.name: one.times * 60 / one.window.total_seconds() for one in (limits.LINK, limits.PORTAL)
    }
    assert 3 <= per_minute["link"] <= 10
    assert 60 <= per_minute["portal"] <= 200
    assert limits.SIGN_IN_ACCOUNT.times < limits.SIGN_IN.times <= 30


def _used_up(limit: limits.Limit, key: str) -> None:
    """As after so many tries; the counting itself is tried with each limit once, below."""
    for _ in range(limit.times):
        limits.count(limit, key)


def _sign_in(address: str, email: str = "mara@vliegwerk.example", password: str = "wrong") -> int:
    return Client().post("/sign-in/", {"email": email, "password": password}, REMOTE_ADDR=address).status_code


def test_line_18_one_address_may_try_one_account_eight_times(shop: Shop) -> None:
    assert [_sign_in(STRANGER) for _ in range(10)] == [400] * 8 + [429] * 2
    assert _sign_in(STRANGER, password=cast.PASSWORD) == 429, "the right password comes too late as well"


def test_line_18_an_ipv6_network_is_one_stranger_and_no_other_network_is(shop: Shop) -> None:
    told = [_sign_in(f"2001:db8:0:1:{number:x}::{number:x}") for number in range(1, 11)]
    assert told == [400] * 8 + [429] * 2
    assert _sign_in("2001:db8:0:2::1") == 400
    assert _sign_in(f"::ffff:{STRANGER}") == 400


def test_line_18_the_answer_says_when_to_come_back_and_the_window_ends(shop: Shop) -> None:
    for _ in range(9):
        answer = Client().post(
            "/sign-in/", {"email": "mara@vliegwerk.example", "password": "x"}, REMOTE_ADDR=STRANGER
        )
    assert answer.status_code == 429
    assert answer["Retry-After"] == "599"
    with time_machine.travel(datetime.fromisoformat("2026-11-21T12:10:01+00:00"), tick=False):
        assert _sign_in(STRANGER, password=cast.PASSWORD) == 302


def test_line_18_one_address_may_try_many_accounts_twenty_times(shop: Shop) -> None:
    tries = [_sign_in(STRANGER, f"someone{number}@vliegwerk.example") for number in range(22)]
    assert tries == [400] * 20 + [429] * 2


def test_line_18_a_stranger_who_hammers_an_account_does_not_lock_its_owner_out(shop: Shop) -> None:
    for _ in range(30):
        _sign_in(STRANGER)
    assert _sign_in(STRANGER) == 429
    assert _sign_in(REAL, password=cast.PASSWORD) == 302
    assert _sign_in(REAL, "tess@vliegwerk.example", cast.PASSWORD) == 302


def test_line_18_capitals_and_spaces_make_no_second_account(shop: Shop) -> None:
    spellings = [
        "mara@vliegwerk.example",
        "MARA@vliegwerk.example",
        "Mara@Vliegwerk.Example",
        " mara@vliegwerk.example ",
    ]
    tries = [_sign_in(STRANGER, spellings[number % 4]) for number in range(9)]
    assert tries[-1] == 429


def test_line_18_a_forwarded_address_of_the_stranger_s_own_invention_is_no_new_stranger(shop: Shop) -> None:
    told = {"email": "mara@vliegwerk.example", "password": "wrong"}
    tries = [
        Client().post(
            "/sign-in/", told, REMOTE_ADDR=STRANGER, headers={"X-Forwarded-For": f"10.0.0.{number}"}
        )
        for number in range(9)
    ]
    assert tries[-1].status_code == 429


def test_line_18_exchanging_links_is_limited_per_address(shop: Shop, few: int) -> None:
    invitation = shop.invite(shop.open_order())
    tries = [Knocker().post("/s/nonsense/", REMOTE_ADDR=STRANGER).status_code for _ in range(few + 1)]
    assert tries == [404] * few + [429]
    assert Knocker().post(shop.path(invitation), REMOTE_ADDR=STRANGER).status_code == 429
    assert Knocker().post(shop.path(invitation) + "?renewal", REMOTE_ADDR=STRANGER).status_code == 429


def test_line_18_a_stranger_who_hammers_a_link_does_not_lock_its_customer_out(shop: Shop, few: int) -> None:
    invitation = shop.invite(shop.open_order())
    other = shop.invite(shop.open_order())
    tries = [Knocker().post(shop.path(invitation), REMOTE_ADDR=STRANGER).status_code for _ in range(few + 2)]
    assert tries[-1] == 429
    assert Knocker().post(shop.path(invitation), REMOTE_ADDR=REAL).status_code == 302
    assert Knocker().post(shop.path(other), REMOTE_ADDR=REAL).status_code == 302


def _decide(browser: Knocker, invitation: Invitation, address: str) -> int:
    item = cast.lines(invitation.party.signoff.order)[0]
    told = {"choice": "approved"}
    answer = browser.post(
        reverse("portal:decision", args=[invitation.pk, item.pk]), told, REMOTE_ADDR=address
    )
    return int(answer.status_code)


def test_line_18_acting_by_one_link_is_limited(shop: Shop, few: int) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    browser = come_in(shop, invitation)
    tries = [_decide(browser, invitation, STRANGER) for _ in range(few + 1)]
    assert tries == [302] * few + [429]
    assert Decision.objects.count() == 1


def test_line_18_a_second_person_on_the_link_who_hammers_does_not_stop_the_customer(
    shop: Shop, few: int
) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    stranger, jan = come_in(shop, invitation), come_in(shop, invitation)
    for _ in range(few + 1):
        last = _decide(stranger, invitation, STRANGER)
    assert last == 429
    assert _decide(jan, invitation, REAL) == 302
    told = reverse("portal:comments", args=[invitation.pk])
    assert jan.post(told, {"text": "I am still here"}, REMOTE_ADDR=REAL).status_code == 302
    assert jan.post(reverse("portal:review", args=[invitation.pk]), REMOTE_ADDR=REAL).status_code == 302
    assert jan.get(reverse("portal:print", args=[invitation.pk]), REMOTE_ADDR=REAL).status_code == 200


def test_line_18_hammering_one_customer_s_link_leaves_another_one_alone(shop: Shop, few: int) -> None:
    first, second = shop.invite(shop.open_order(lines=1)), shop.invite(shop.open_order(lines=1))
    stranger, jan = come_in(shop, first), come_in(shop, second)
    for _ in range(few + 1):
        _decide(stranger, first, STRANGER)
    assert _decide(jan, second, STRANGER) == 302, "also from the same address: one house, two customers"


def test_line_18_whoever_reached_the_signing_page_can_always_sign(shop: Shop, few: int) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    cast.approve(invitation, [1])
    browser = come_in(shop, invitation)
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    page = browser.get(reverse("portal:sign", args=[invitation.pk, ceremony.pk]))
    for _ in range(few + 1):
        _decide(browser, invitation, STRANGER)
    said = {
        "name": "Jan",
        "method": "typed",
        "typed": "Jan",
        "consent": page.context["agreed"].digest,
        "language": "en",
    }
    answer = browser.post(
        reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said, REMOTE_ADDR=STRANGER
    )
    assert answer["Location"] == reverse("portal:receipt", args=[invitation.pk])


def test_line_18_mailing_is_limited_per_organisation(shop: Shop, rival: Shop) -> None:
    _used_up(limits.MAIL, str(shop.organisation.pk))
    for one, wanted in ((shop, 429), (rival, 302)):
        body = {f"ask-{one.jan.pk}": "authorise", "view": "estimate", "lasts": "48"}
        order = one.open_order()
        answer = sign_in(one.mara).post(reverse("office:email", args=[order.pk]), body)
        assert answer.status_code == wanted


def test_line_18_a_failed_try_is_counted_before_it_is_judged(shop: Shop) -> None:
    _sign_in(STRANGER)
    counted = {one.key: one.count for one in Attempt.objects.all()}
    assert sorted(counted.values()) == [1, 1]
    assert not any("mara" in key for key in counted), "no address of a person stands in a counter"
