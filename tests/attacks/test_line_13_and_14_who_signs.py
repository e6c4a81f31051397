"""Lines 13 and 14 for customers: a code is used once, and at most five wrong PINs or codes are looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from paraph.lib import clock
from paraph.people.models import Contact
from paraph.signoff import digits, identity
from paraph.signoff.models import OneTimeCode
from paraph.work.models import WorkOrder
from tests.attacks.together import together
from tests.cast import make_keys, make_shop
from tests.signoff.test_identity import agreed, by_code, by_pin, sent

AT_ONCE = 50
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def bring(contact: Contact, order: WorkOrder, told: dict[str, Any]) -> Callable[[], str]:
    def job() -> str:
        found = identity.checks(contact, order, [told], arrived_at=clock.now(), act=uuid4())
        return str(found[0]["why"])

    return job


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every six digits that were compared with what is kept."""
    seen: list[str] = []
    are = digits.are

    def counting(given: str, sealed: str, *, purpose: str) -> bool:
        seen.append(given)
        return are(given, sealed, purpose=purpose)

    monkeypatch.setattr(digits, "are", counting)
    return seen


def test_line_13_of_fifty_who_bring_one_code_exactly_one_is_believed() -> None:
    make_keys()
    shop = make_shop()
    order = shop.open_order(1)
    made, code = sent(shop, order)
    answers = together([bring(shop.jan, order, by_code(code, str(made.pk))) for _ in range(AT_ONCE)])
    assert answers.count("") == 1
    assert OneTimeCode.objects.get().used_at


def test_line_13_one_envelope_filed_fifty_times_at_once_has_one_answer() -> None:
    make_keys()
    shop = make_shop()
    order, act = shop.open_order(1), uuid4()
    made, code = sent(shop, order)
    told = [by_code(code, str(made.pk))]

    def job() -> bool:
        return bool(identity.checks(shop.jan, order, told, arrived_at=clock.now(), act=act)[0]["passed"])

    assert len(set(together([job] * AT_ONCE))) == 1


@pytest.mark.parametrize("kind", ["pin", "code"])
def test_line_14_of_two_hundred_wrong_guesses_five_are_looked_at(kind: str, looked_at: list[str]) -> None:
    make_keys()
    shop = make_shop()
    order = shop.open_order(1)
    agreed(shop)
    made, code = sent(shop, order)
    guesses = [f"{one:06}" for one in range(200) if f"{one:06}" != code]
    told = [by_pin(one) if kind == "pin" else by_code(one, str(made.pk)) for one in guesses]
    jobs = [bring(shop.jan, order, one) for one in told]
    answers = [why for start in range(0, 200, AT_ONCE) for why in together(jobs[start : start + AT_ONCE])]
    assert len(looked_at) == 5
    assert answers.count("wrong") == 5
    assert set(answers) == {"wrong", "too_many"}
    assert bring(shop.jan, order, by_pin("482913") if kind == "pin" else by_code(code))() == "too_many"
