"""Managers see what the customer will see, with a key that cannot sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from paraph.people.models import Role
from paraph.signoff.models import View
from tests.cast import Shop


def staff(shop: Shop, role: Role = Role.MANAGER) -> Client:
    """A browser with a member signed in."""
    client = Client()
    client.force_login(shop.members[role].user)
    return client


@pytest.mark.parametrize("view", View.values)
def test_S3_09_S3_13_a_manager_previews_each_view_read_only(
    shop: Shop, view: str, rows: Callable[[], dict[str, Any]]
) -> None:
    order, client = shop.open_order(), staff(shop)
    before = rows()
    answer = client.get(f"/preview/{order.pk}/{view}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Preview: nothing can be changed here" in page
    assert "<form" not in page
    assert "<button" not in page
    assert page.count("<article") == (0 if view == View.INVOICE else 7)
    assert ("€" in page) is (view == View.ESTIMATE)
    assert ("There is no invoice yet" in page) is (view == View.INVOICE)
    assert ("hours not recorded" in page) is (view in {View.PROGRESS, View.REPORT})
    assert rows() == before


def test_S3_09_a_preview_speaks_the_customers_language_on_demand(shop: Shop) -> None:
    answer = staff(shop).get(f"/preview/{shop.open_order().pk}/estimate/?language=fr")
    assert answer["Content-Language"] == "fr"


@pytest.mark.parametrize("view", View.values)
def test_S3_20_nobody_but_a_manager_of_the_shop_previews(shop: Shop, rival: Shop, view: str) -> None:
    path = f"/preview/{shop.open_order().pk}/{view}/"
    others = [staff(shop, role) for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER)]
    for client in (*others, staff(rival), Client()):
        assert client.get(path).status_code == 404
    assert staff(shop).get(path.replace(view, "receipt")).status_code == 404
    assert staff(shop).post(path).status_code == 405


def test_a_preview_opens_no_door_of_the_customer(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    client = staff(shop)
    client.get(f"/preview/{invitation.party.signoff.order_id}/estimate/")
    assert client.get(f"/p/{invitation.pk}/").status_code == 404
