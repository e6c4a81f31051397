"""Who may what, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from paraph.lib import clock
from paraph.people import access, limits
from paraph.people.models import Role, User
from tests.cast import PASSWORD, Shop

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_every_right_is_held_by_the_roles_that_should(shop: Shop) -> None:
    held = {
        right: {role for role in Role if access.can(shop.members[role], right)} for right in access.RIGHTS
    }
    assert held["order.email"] == {Role.MANAGER}
    assert held["comment.delete"] == {Role.MANAGER}
    assert Role.TECHNICIAN in held["comment.add"]
    assert held["order.view"] == set(Role)


def test_an_unknown_right_is_never_a_yes(shop: Shop) -> None:
    with pytest.raises(KeyError):
        access.can(shop.mara, "order.launch")


def test_a_switched_off_member_may_nothing(shop: Shop) -> None:
    shop.mara.active = False
    assert not access.can(shop.mara, "order.view")


def test_mail_addresses_are_found_whatever_their_capitals(shop: Shop) -> None:
    user = User.objects.get_by_natural_key("MARA@Vliegwerk.example")
    assert user.check_password(PASSWORD)


def test_line_18_a_limit_counts_before_the_try_and_per_key(db: None) -> None:
    limit = limits.Limit("test", 3, timedelta(minutes=1))
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(3):
            limits.count(limit, "a")
        with pytest.raises(limits.TooMany) as caught:
            limits.count(limit, "a")
        assert caught.value.wait == timedelta(minutes=1)
        limits.count(limit, "b")
        traveller.shift(timedelta(minutes=1))
        limits.count(limit, "a")
        assert limits.forget(clock.now()) == 2
