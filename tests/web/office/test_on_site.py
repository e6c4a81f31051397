"""*Settings › On site*: chosen, kept when wrong, and for managers (S1-09, S1-12, S1-26)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from paraph.signoff.models import Policy
from paraph.work.models import OrderKind
from tests.cast import Shop
from tests.web.office.conftest import Staff

Come = Callable[..., Staff]


@pytest.fixture
def kind(shop: Shop) -> OrderKind:
    return OrderKind.objects.create(organisation=shop.organisation, name="Field ticket")


def test_rules_are_chosen_for_all_and_for_one_kind(shop: Shop, staff: Come, kind: OrderKind) -> None:
    mara = staff(shop.mara)
    told: dict[str, Any] = {
        "identity": ["pin", "code"],
        "place": "require",
        "prices": "on",
        "late_hours": "24",
    }
    assert mara.fill("/settings/on-site/all/", **told)["Location"] == "/settings/on-site/"
    page = mara.text("/settings/on-site/")
    assert "PIN agreed with the contact or One-time code by mail" in page
    assert "as for all orders" in page
    # A kind starts with what holds for it, and does without rules of its own until it is given some.
    own = f"/settings/on-site/{kind.pk}/"
    mara.fill(own)
    assert Policy.objects.count() == 1
    mara.fill(own, whose="own", place="record", late_hours="48")
    assert Policy.objects.get(kind=kind).identity == ["pin", "code"]
    assert Policy.objects.get(kind=kind).late_hours == 48
    mara.fill(own, whose="shared", late_hours="")
    assert not Policy.objects.filter(kind=kind).exists()


@pytest.mark.parametrize("hours", ["", "0", "2161", "soon"])
def test_what_is_wrong_is_said_and_nothing_is_stored(shop: Shop, staff: Come, hours: str) -> None:
    answer = staff(shop.mara).fill("/settings/on-site/all/", place="require", late_hours=hours)
    assert answer.status_code == 400
    assert 'value="require" required' not in answer.content.decode()
    assert "late_hours_error" in answer.content.decode()
    assert not Policy.objects.exists()


def test_the_list_takes_a_constant_number_of_queries(
    shop: Shop, staff: Come, kind: OrderKind, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        one = OrderKind.objects.create(organisation=shop.organisation, name=f"Kind {number}")
        Policy.objects.create(organisation=shop.organisation, kind=one)
    mara = staff(shop.mara)
    with django_assert_max_num_queries(12):
        mara.text("/settings/on-site/")
