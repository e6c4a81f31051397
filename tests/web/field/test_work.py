"""What the phone is told: the member's own open orders, with all it takes, and nothing of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from paraph.people import devices, passkeys
from paraph.people.models import Device, Role
from paraph.signoff import requests
from paraph.signoff.models import Ask, View
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.people.device import Device as Key


@pytest.fixture
def tess(shop: Shop) -> Client:
    """The technician's browser."""
    browser = Client()
    browser.force_login(shop.tess.user)
    return browser


def order_of(browser: Client, order: WorkOrder) -> Any:
    return browser.get(f"/field/orders/{order.pk}.json")


def test_S1_35_the_app_gets_the_open_orders_of_its_member_alone(shop: Shop, tess: Client) -> None:
    mine = shop.open_order(lines=2)
    others = shop.open_order(lines=1, technician=shop.mara)
    over = shop.open_order(lines=1)
    WorkOrder.objects.filter(pk=over.pk).update(status=Status.COMPLETED)
    told = tess.get("/field/work.json").json()
    assert told["orders"] == [str(mine.pk)]
    me = {"id": str(shop.tess.pk), "name": shop.tess.user.name, "language": "en", "passkey": False}
    assert told["member"] == me
    assert [order_of(tess, one).status_code for one in (mine, others, over)] == [200, 404, 404]


def test_S1_35_an_order_comes_with_all_that_is_needed_off_line(shop: Shop, tess: Client) -> None:
    order = shop.open_order(
        items=[cast.line(f"Finding {number}", actual_hours=Decimal(2)) for number in (1, 2)]
    )
    requests.ask(order, [(shop.claire, Ask.AUTHORISE)], by=shop.mara.actor, view=View.REPORT)
    told = order_of(tess, order).json()
    assert [one["finding"] for one in told["lines"]] == ["Finding 1", "Finding 2"]
    assert told["lines"][0]["parts"] == [
        {"name": "Tyre", "number": "156E66", "quantity": "1", "unit_price": 12050}
    ]
    assert (told["lines"][0]["rate"], told["lines"][0]["tax"], told["next_number"]) == (8500, "21", 3)
    assert {one["name"]: one["asked"] for one in told["contacts"]} == {
        shop.claire.name: True,
        shop.jan.name: False,
    }
    assert told["policy"] == {"identity": [], "place": "warn", "prices": False}
    assert [set(one["texts"]) for one in told["checklist"]] == [{"en", "nl", "fr"}]
    assert told["content"]["view"] == "report"


def test_S1_27_a_phone_learns_that_it_is_enrolled_or_switched_off(shop: Shop, tess: Client) -> None:
    device = Device.objects.create(
        id=uuid4(),
        organisation=shop.organisation,
        member=shop.tess,
        name="Blue",
        public_key="x",
        enrolled_at=shop.open_order(lines=1).created_at,
    )
    at = f"/field/work.json?device={device.pk}"
    assert tess.get(at).json()["device"] == "enrolled"
    devices.revoke(device, by=shop.mara, actor=shop.mara.actor)
    assert tess.get(at).json()["device"] == "revoked"
    for other in (uuid4(), "nonsense"):
        assert tess.get(f"/field/work.json?device={other}").json()["device"] == "unknown"


def test_S1_27_a_phone_without_its_key_is_not_enrolled(shop: Shop, tess: Client) -> None:
    told = {"name": "Blue", "key": "AAAA", "proof": "AAAA"}
    bodies: list[Any] = [told, [], "nonsense"]
    for body in bodies:
        answer = tess.post("/field/device/", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["reason"] == "bad-device"
    assert not Device.objects.exists()


def test_S1_34_who_may_not_capture_is_told_so_in_a_sentence(shop: Shop) -> None:
    browser = Client()
    assert browser.get("/field/work.json").status_code == 401
    browser.force_login(shop.members[Role.BILLER].user)
    answer = browser.get("/field/work.json")
    assert answer.status_code == 403
    assert "manager" in answer.json()["sentence"]


def test_S1_31_the_phone_is_taken_back_by_the_member_s_own_passkey_alone(shop: Shop, tess: Client) -> None:
    own, other = Key(), Key()
    for user, key in ((shop.tess.user, own), (shop.mara.user, other)):
        options, state = passkeys.begin_making(user)
        passkeys.made(user, state, key.make(options), name="Key")
    assert tess.get("/field/work.json").json()["member"]["passkey"] is True

    def unlock(key: Key) -> int:
        told = tess.post("/field/unlock/", {}, content_type="application/json").json()
        answer = {"credential": key.answer(told)}
        return tess.post("/field/unlock/proof/", answer, content_type="application/json").status_code

    assert unlock(own) == 200
    assert unlock(other) == 400
    again = tess.post("/field/unlock/proof/", {"credential": "x"}, content_type="application/json")
    assert again.status_code == 400


def test_S0_20_who_signs_on_paper_alone_is_not_asked_on_the_phone(shop: Shop, tess: Client) -> None:
    shop.claire.may_e_sign = False
    shop.claire.save()
    told = order_of(tess, shop.open_order(lines=1)).json()
    assert [one["name"] for one in told["contacts"]] == [shop.jan.name]
