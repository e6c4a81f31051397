"""Envelopes come in without anybody signed in, and the phone is told what it may forget (S1-13, S1-35, I8)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from paraph.capture.models import Capture
from paraph.people import devices
from paraph.web.field import syncing
from paraph.work.models import Status
from tests.capture.phone import Phone, Sent
from tests.cast import Shop


@pytest.fixture
def phone(shop: Shop) -> Phone:
    """Tess's phone."""
    return Phone.enrolled(shop.tess)


def send(*sent: Any, **options: Any) -> Any:
    """What a phone posts whose session ended long ago, and no token either."""
    browser = Client(enforce_csrf_checks=True)
    return browser.post("/field/sync/", {"envelopes": list(sent)}, content_type="application/json", **options)


def test_S1_14_two_are_filed_before_the_answer_and_the_rest_is_kept(shop: Shop, phone: Phone) -> None:
    orders = [shop.open_order(lines=1) for _ in range(3)]
    sent = [phone.signs(order, shop.jan, language="en") for order in orders]
    told = send(*sent).json()
    assert [told["answers"][one["id"]]["state"] for one in sent] == ["verification", "verification", "sent"]
    assert all(one["kept"] for one in told["answers"].values())
    assert told["device"] == "enrolled"
    for order in orders:
        order.refresh_from_db()
    assert [one.status for one in orders] == [*[Status.NEEDS_VERIFICATION] * 2, Status.OPEN]
    again = send(*sent).json()
    assert {one["kept"] for one in again["answers"].values()} == {True}
    assert Capture.objects.count() == 3


def test_S1_31_one_that_was_edited_is_refused_in_words(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(lines=1), shop.jan)
    told = send({**sent, "number": 7}).json()["answers"][sent["id"]]
    assert told["state"] == "refused"
    assert told["reasons"] == ["it was changed after it was sealed"]


def test_S1_27_a_phone_that_was_switched_off_is_told_so(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(lines=1), shop.jan)
    devices.revoke(phone.device, by=shop.mara, actor=shop.mara.actor)
    told = send(sent).json()
    assert told["device"] == "revoked"
    assert (told["answers"][sent["id"]]["kept"], told["answers"][sent["id"]]["state"]) == (True, "held")


def test_S1_13_what_is_no_envelope_is_answered_and_changes_nothing(shop: Shop, phone: Phone) -> None:
    stranger: Sent = {**phone.signs(shop.open_order(lines=1), shop.jan), "device": str(uuid4())}
    told = send(stranger, 7, None, {"id": "x"}).json()
    assert told["device"] == "unknown"
    assert not any(one["kept"] for one in told["answers"].values())
    browser = Client()
    bomb = '{"envelopes": [' + "[]," * 500_000 + "[]]}"
    for body in ("", "nonsense", "[" * 9000, "[]", '{"envelopes": 5}', bomb):
        answer = browser.post("/field/sync/", body, content_type="application/json")
        assert (answer.status_code, answer.json()["answers"]) == (200, {})
    assert not Capture.objects.exists()


def test_line_26_more_than_a_phone_sends_at_once_is_not_even_read(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(syncing, "MAX_BYTES", 10)
    answer = client.post("/field/sync/", '{"envelopes": []}', content_type="application/json")
    assert answer.status_code == 413


def test_line_6_another_site_cannot_post_here(shop: Shop, phone: Phone) -> None:
    sent = phone.signs(shop.open_order(lines=1), shop.jan)
    assert send(sent, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not Capture.objects.exists()


def test_S1_09_a_code_is_mailed_to_a_contact_of_ones_own_order_alone(shop: Shop) -> None:
    order, others = shop.open_order(lines=1), shop.open_order(lines=1, technician=shop.mara)
    browser = Client()
    browser.force_login(shop.tess.user)

    def ask(order: Any, contact: Any) -> Any:
        told = {"order": str(order), "contact": str(contact)}
        return browser.post("/field/code/", told, content_type="application/json")

    assert ask(order.pk, shop.jan.pk).status_code == 201
    for wrong in ((others.pk, shop.jan.pk), (order.pk, uuid4()), ("x", "y")):
        assert ask(*wrong).status_code == 404
    assert ask(order.pk, shop.lotte.pk).status_code == 400
