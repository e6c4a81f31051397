"""The technician shows a code, and the customer signs on their own phone (S1-24, S1-34)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from paraph.signoff.models import Invitation
from tests.capture.phone import Phone, arrive
from tests.cast import Shop


@pytest.fixture
def tess(shop: Shop) -> Client:
    """The technician's browser."""
    browser = Client()
    browser.force_login(shop.tess.user)
    return browser


def ask(browser: Client, **told: Any) -> Any:
    return browser.post("/field/own-phone/", json.dumps(told), content_type="application/json")


def test_S1_34_a_link_is_shown_as_a_code_and_the_phone_hears_how_far_the_customer_came(
    shop: Shop, tess: Client
) -> None:
    order = shop.open_order(1)
    told = {
        "order": str(order.pk),
        "contact": str(shop.jan.pk),
        "view": "estimate",
        "place": {"missing": "denied"},
    }
    answer = ask(tess, **told)
    assert answer.status_code == 201
    found = answer.json()
    assert found["svg"].startswith("<svg")
    state = f"/field/own-phone/{found['invitation']}/"
    assert tess.get(state).json() == {"state": "waiting"}
    customer = Client()
    assert customer.post("/s/" + found["address"].split("/s/")[1]).status_code == 302
    assert tess.get(state).json() == {"state": "opened"}
    mine = Invitation.objects.get()
    assert mine.on_site == {"device": None, "place": {"missing": "denied"}, "at": None}
    other = Client()
    other.force_login(shop.mara.user)
    assert other.get(state).status_code == 404, "somebody else showed it"


def test_what_no_record_can_hold_is_refused_in_words(shop: Shop, tess: Client) -> None:
    told = {"order": str(shop.open_order(1).pk), "contact": str(shop.jan.pk), "view": "estimate"}
    for more in ({"place": {"missing": "\x00"}}, {"at": "\x00"}, {"place": {"a": "\ud800"}}):
        answer = ask(tess, **told, **more)
        assert (answer.status_code, answer.json()["reason"]) == (400, "unusable")
    deep = tess.post("/field/own-phone/", "[" * 9000, content_type="application/json")
    assert deep.status_code == 404
    assert not Invitation.objects.exists()


def test_a_report_without_its_hours_is_refused_in_words(shop: Shop, tess: Client) -> None:
    order = shop.open_order(1)
    answer = ask(tess, order=str(order.pk), contact=str(shop.jan.pk))
    assert answer.status_code == 409
    assert answer.json()["sentence"]
    assert not Invitation.objects.exists()


def test_others_orders_and_contacts_are_not_there(shop: Shop, rival: Shop, tess: Client) -> None:
    mine, theirs = shop.open_order(1), rival.open_order(1)
    assert ask(tess, order=str(theirs.pk), contact=str(rival.jan.pk)).status_code == 404
    assert ask(tess, order=str(mine.pk), contact=str(rival.jan.pk)).status_code == 404
    assert ask(tess).status_code == 404


def test_S1_34_in_a_customer_s_hands_the_app_hears_of_one_report_alone(
    shop: Shop, rival: Shop, tess: Client
) -> None:
    phone = Phone.enrolled(shop.tess)
    order = shop.open_order(1)
    [filed] = arrive(phone.says("report", order, work=phone.work(order)))
    [held] = arrive(phone.says("report", rival.open_order(1)))
    address, device = "/field/own-phone/report.json", str(phone.device.pk)
    told = [
        tess.get(address, {"device": device, "capture": str(one)}).json()
        for one in (filed.pk, held.pk, phone.device.pk, "x", "")
    ]
    assert [one["state"] for one in told] == ["filed", "held", "", "", ""]
    others = Phone.enrolled(shop.mara)
    assert (
        tess.get(address, {"device": str(others.device.pk), "capture": str(filed.pk)}).json()["state"] == ""
    )
