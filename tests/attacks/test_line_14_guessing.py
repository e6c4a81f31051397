"""Line 14: at most five wrong codes are looked at, also when two hundred requests bring them at the same time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from paraph.people import factors, limits
from tests.attacks.together import together
from tests.cast import make_shop
from tests.people.test_factors import NOON, code_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_line_14_of_two_hundred_wrong_guesses_five_are_looked_at(
    pending: Callable[[int], list[Client]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, secret = make_shop(), factors.new_secret()
    looked_at: list[str] = []
    match = factors._match

    def counting(user: object, code: str) -> object:
        looked_at.append(code)
        return match(user, code)  # type: ignore[arg-type]

    with time_machine.travel(NOON, tick=False):
        assert factors.add_app(shop.mara.user, secret, code_of(secret, steps=-1))
        monkeypatch.setattr(factors, "_match", counting)
        browsers = pending(10)
        jobs = [
            lambda one=one, at=at: one.post("/sign-in/second/", {"code": f"{at:06}"}).status_code
            for at in range(20)
            for one in browsers
        ]
        statuses = [code for start in range(0, 200, 50) for code in together(jobs[start : start + 50])]
        assert len(looked_at) == limits.CODE.times == 5
        assert statuses.count(400) == 5
        assert 200 not in statuses
