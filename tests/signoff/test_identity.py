"""What a customer shows who they are by: PIN and one-time code, checked once for one act (S1-09, decision 1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.people.access import Forbidden
from paraph.people.limits import TooMany
from paraph.people.models import Contact
from paraph.signoff import codes, digits, identity, pins
from paraph.signoff.errors import NoAddress, Unusable
from paraph.signoff.models import ContactPin, IdentityCheck, OneTimeCode, Policy
from paraph.work.models import WorkOrder
from tests.cast import Shop

NOON = datetime(2026, 11, 28, 12, 0, 1, tzinfo=UTC)
PIN = "482913"


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    return shop.open_order(1)


def agreed(shop: Shop, contact: Contact | None = None) -> Contact:
    """A contact (Jan) whose PIN is known."""
    contact = contact or shop.jan
    pins.agree(contact, PIN, by=shop.mara, actor=shop.mara.actor)
    return contact


def mailed(contact: Contact) -> str:
    """The six digits in the newest letter to a contact."""
    letter = Delivery.objects.filter(to=contact.email).latest("created_at")
    words = body.unseal(letter).text.split()
    return next(one for one in words if one.isdigit() and len(one) == 6)


def sent(shop: Shop, order: WorkOrder, contact: Contact | None = None) -> tuple[OneTimeCode, str]:
    """A code mailed to a contact (Jan), and its digits."""
    contact = contact or shop.jan
    return codes.send(contact, order, by=contact.actor), mailed(contact)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def ask(
    shop: Shop, order: WorkOrder, *told: dict[str, object], act: UUID | None = None
) -> list[tuple[str, str]]:
    """Kind and outcome of checks by Jan, now."""
    found = identity.checks(shop.jan, order, told, arrived_at=clock.now(), act=act or uuid4())
    assert all(one["passed"] is (one["why"] == "") for one in found)
    return [(one["kind"], one["why"]) for one in found]


def by_pin(value: str) -> dict[str, object]:
    return {"kind": "pin", "value": value, "id": None}


def by_code(value: str, pk: object = None) -> dict[str, object]:
    return {"kind": "code", "value": value, "id": pk}


def test_S1_09_the_agreed_pin_shows_who_signs_and_the_record_says_how_it_was_agreed(
    shop: Shop, order: WorkOrder
) -> None:
    agreed(shop)
    found = identity.checks(shop.jan, order, [by_pin("482 913")], arrived_at=clock.now(), act=uuid4())
    assert [(one["passed"], one["why"], one["delivered"]) for one in found] == [(True, "", "agreed")]
    assert found[0]["set_at"] == clock.iso(ContactPin.objects.get().set_at)
    assert PIN not in json.dumps(found)


def test_S1_09_a_pin_is_mailed_in_the_contact_s_language_and_nobody_else_learns_it(
    shop: Shop, order: WorkOrder
) -> None:
    pins.mail(shop.claire, by=shop.mara, actor=shop.mara.actor)
    letter = Delivery.objects.get(to=shop.claire.email)
    assert letter.secret
    assert letter.language == "fr"
    assert pins.check(shop.claire, mailed(shop.claire))["delivered"] == "mail"
    entry = Entry.objects.get(kind="pin.set")
    assert mailed(shop.claire).encode() not in bytes(entry.leaf)
    assert entry.content["fact"]["delivered"] == "mail"


def test_who_has_no_address_agrees_on_a_pin_and_who_may_not_change_customers_sets_none(shop: Shop) -> None:
    with pytest.raises(NoAddress):
        pins.mail(shop.lotte, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(Forbidden):  # the technician is witness, never the customer's check
        pins.agree(shop.jan, PIN, by=shop.tess, actor=shop.tess.actor)
    assert not ContactPin.objects.exists()


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "12a456", "000000", "123456", "987654", "121212", "112233", "123123", "٤٨٢٩١٣"],
)
def test_a_weak_pin_or_none_is_refused(shop: Shop, typed: str) -> None:
    with pytest.raises(Unusable):
        pins.agree(shop.jan, typed, by=shop.mara, actor=shop.mara.actor)
    assert not ContactPin.objects.exists()


@given(st.text(max_size=30))
def test_whatever_is_typed_is_six_digits_or_nothing(typed: str) -> None:
    found = digits.clean(typed)
    assert found == "" or (len(found) == 6 and found.isascii() and found.isdigit())


def test_line_15_neither_pin_nor_code_can_be_tried_out_with_the_database_alone(
    shop: Shop, order: WorkOrder
) -> None:
    agreed(shop)
    _, code = sent(shop, order)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM signoff_contactpin UNION ALL SELECT digest FROM signoff_onetimecode"
        )
        kept = [row[0] for row in cursor.fetchall()]
    assert len(kept) == 2
    for one in kept:
        assert PIN not in one
        assert code not in one
        assert "$" not in one, "a bare password digest could be tried out"
    assert not digits.are(PIN, kept[0], purpose="pin of somebody else")


def test_five_wrong_pins_an_hour_are_looked_at_and_a_right_one_costs_nothing(
    shop: Shop, order: WorkOrder, at_noon: time_machine.Traveller
) -> None:
    agreed(shop)
    for _ in range(10):
        assert ask(shop, order, by_pin(PIN)) == [("pin", "")]
    for _ in range(5):
        assert ask(shop, order, by_pin("135791")) == [("pin", "wrong")]
    assert ask(shop, order, by_pin(PIN)) == [("pin", "too_many")], "not looked at is not passed"
    at_noon.shift(timedelta(hours=1))
    assert ask(shop, order, by_pin(PIN)) == [("pin", "")]
    assert pins.check(shop.claire, PIN)["why"] == "none_set", "and nobody else was ever locked out"


def test_a_removed_pin_shows_nothing_and_a_new_one_ends_the_old(shop: Shop, order: WorkOrder) -> None:
    agreed(shop)
    pins.mail(shop.jan, by=shop.mara, actor=shop.mara.actor)
    assert ask(shop, order, by_pin(PIN)) == [("pin", "wrong")]
    assert ask(shop, order, by_pin(mailed(shop.jan))) == [("pin", "")]
    pins.remove(shop.jan, by=shop.mara, actor=shop.mara.actor)
    pins.remove(shop.jan, by=shop.mara, actor=shop.mara.actor)
    assert ask(shop, order, by_pin(PIN)) == [("pin", "none_set")]
    assert Entry.objects.filter(kind="pin.removed").count() == 1


def test_line_15_a_code_lives_ten_minutes_by_the_server_s_clock(
    shop: Shop, order: WorkOrder, at_noon: time_machine.Traveller
) -> None:
    _, code = sent(shop, order)
    at_noon.shift(timedelta(minutes=10))
    assert ask(shop, order, by_code(code)) == [("code", "expired")]
    made, code = sent(shop, order)
    at_noon.shift(timedelta(minutes=9, seconds=59))
    arrived = clock.now()
    at_noon.shift(timedelta(hours=3))
    told = [by_code(code, str(made.pk))]
    found = identity.checks(shop.jan, order, told, arrived_at=arrived, act=uuid4())
    assert found[0]["passed"], "what arrived in time is in time, however long its filing waited"
    assert found[0]["code"] == str(made.pk)


def test_line_13_a_code_is_used_once_and_a_newer_one_ends_the_older(shop: Shop, order: WorkOrder) -> None:
    older, first = sent(shop, order)
    newer, second = sent(shop, order)
    assert ask(shop, order, by_code(first, str(older.pk))) == [("code", "expired")]
    assert ask(shop, order, by_code(second)) == [("code", "")]
    assert ask(shop, order, by_code(second)) == [("code", "used")]
    assert ask(shop, order, by_code(second, "no id at all")) == [("code", "none_sent")]
    assert Entry.objects.filter(kind="code.sent").count() == 2
    assert newer.expires_at - newer.sent_at == codes.LIFE


def test_line_16_a_code_opens_one_order_for_one_contact(shop: Shop, order: WorkOrder) -> None:
    made, code = sent(shop, order)
    other = shop.open_order(1)
    assert ask(shop, other, by_code(code, str(made.pk))) == [("code", "none_sent")]
    told = [by_code(code, str(made.pk))]
    claire = identity.checks(shop.claire, order, told, arrived_at=clock.now(), act=uuid4())
    assert claire[0]["why"] == "none_sent"
    assert ask(shop, order, by_code(code)) == [("code", "")]


def test_five_wrong_codes_end_a_code(shop: Shop, order: WorkOrder) -> None:
    _, code = sent(shop, order)
    for _ in range(5):
        assert ask(shop, order, by_code(wrong(code))) == [("code", "wrong")]
    assert ask(shop, order, by_code(code)) == [("code", "too_many")]


def test_line_18_codes_are_sent_a_few_times_an_hour_and_to_addresses_only(
    shop: Shop, order: WorkOrder
) -> None:
    for _ in range(5):
        codes.send(shop.jan, order, by=shop.jan.actor)
    with pytest.raises(TooMany):
        codes.send(shop.jan, order, by=shop.jan.actor)
    codes.send(shop.claire, order, by=shop.claire.actor)
    with pytest.raises(NoAddress):
        codes.send(shop.lotte, order, by=shop.lotte.actor)


def test_the_same_act_filed_again_finds_the_same_answers_and_costs_no_try(
    shop: Shop, order: WorkOrder
) -> None:
    agreed(shop)
    _, code = sent(shop, order)
    act, told = uuid4(), (by_code(code), by_pin("135791"), {"kind": "blood", "value": 3})
    first = identity.checks(shop.jan, order, told, arrived_at=clock.now(), act=act)
    assert [one["why"] for one in first] == ["", "wrong", "unknown"]
    for _ in range(20):
        assert identity.checks(shop.jan, order, told, arrived_at=clock.now(), act=act) == first
    assert ask(shop, order, by_pin(PIN)) == [("pin", "")], "twenty filings of a wrong PIN are one wrong PIN"


def test_a_count_that_could_be_rolled_back_is_refused(shop: Shop, order: WorkOrder) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        identity.checks(shop.jan, order, [by_pin(PIN)], arrived_at=clock.now(), act=uuid4())


def test_a_thousand_checks_in_one_envelope_are_five(shop: Shop, order: WorkOrder) -> None:
    agreed(shop)
    assert len(ask(shop, order, *[by_pin(f"{one:06}") for one in range(1000)])) == identity.MOST
    assert IdentityCheck.objects.count() == identity.MOST


PASSED, FAILED = {"kind": "pin", "passed": True}, {"kind": "pin", "passed": False}
BY_CODE = {"kind": "code", "passed": True}


@pytest.mark.parametrize(
    ("asked", "found", "doubts"),
    [
        ([], [], ()),
        ([], [PASSED], ()),
        ([], [FAILED], ("identity_failed",)),
        ([], [FAILED, BY_CODE], ()),
        (["pin"], [], ("identity_missing",)),
        (["pin"], [PASSED], ()),
        (["pin"], [FAILED], ("identity_failed", "identity_missing")),
        (["pin"], [FAILED, PASSED], ()),
        (["pin"], [BY_CODE], ("identity_missing",)),
        (["pin", "code"], [FAILED, BY_CODE], ()),
        (["own_phone"], [PASSED, BY_CODE], ("identity_missing",)),
    ],
)
def test_any_one_accepted_way_suffices_and_nothing_else(
    asked: list[str], found: list[dict[str, object]], doubts: tuple[str, ...]
) -> None:
    assert identity.doubts(found, Policy(identity=asked)) == doubts
