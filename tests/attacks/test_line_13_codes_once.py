"""Line 13: a one-time code of staff is used once, also when fifty requests bring it at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from paraph.people import factors, limits
from tests.attacks.together import together
from tests.cast import make_shop
from tests.people.test_factors import NOON, code_of

AT_ONCE = 50
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_line_13_of_fifty_who_bring_one_code_exactly_one_comes_in(
    pending: Callable[[int], list[Client]], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(limits, "CODE", limits.Limit("code", 10**6, limits.CODE.window))
    shop, secret = make_shop(), factors.new_secret()
    with time_machine.travel(NOON, tick=False) as traveller:
        assert factors.add_app(shop.mara.user, secret, code_of(secret, steps=-1))
        codes = factors.recovery_codes(shop.mara.user)
        traveller.shift(60)
        code = code_of(secret) if kind == "app" else codes[0]
        browsers = pending(AT_ONCE)

        def bring(browser: Client) -> Callable[[], Any]:
            return lambda: browser.post("/sign-in/second/", {"code": code})

        answers = together([bring(one) for one in browsers])
        assert sorted({one.status_code for one in answers}) == [302, 400]
        assert [one.status_code for one in answers].count(302) == 1
        inside = [one for one in Session.objects.all() if "_auth_user_id" in one.get_decoded()]
        assert len(inside) == 1
