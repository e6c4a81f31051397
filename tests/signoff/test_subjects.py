"""What is signed: presented, frozen, compared."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from django.db import transaction

from paraph.evidence.models import Entry
from paraph.lib import canonical
from paraph.signoff import ceremonies, requests, subjects
from paraph.signoff.models import Ask, SignOff, View
from paraph.work import comments, orders
from tests.cast import Shop, again, approve, customer, line, lines, signed


def signoff_of(shop: Shop) -> SignOff:
    return requests.ask(shop.open_order(2), [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)


def test_S3_04_an_authorisation_shows_no_money_anywhere(shop: Shop) -> None:
    told = json.dumps(subjects.present(orders.load(shop.open_order(2).pk), View.AUTHORISATION))
    for word in ("price", "rate", "total", "sums"):
        assert word not in told
    assert not re.search(r"(?<![-\w])(8500|12050)(?![-\w])", told)  # as a number; ids hold any digits


def test_S3_05_an_estimate_sums_lines_and_tax_in_cents(shop: Shop) -> None:
    told = subjects.present(orders.load(shop.open_order(2).pk), View.ESTIMATE)
    assert [one["total"] for one in told["items"]] == [33300, 33300]
    assert told["sums"]["all"] == {
        "net": 66600,
        "taxes": [{"rate": "21", "net": 66600, "tax": 13986}],
        "gross": 80586,
    }


def test_freezing_twice_without_a_change_is_one_snapshot(shop: Shop) -> None:
    signoff = signoff_of(shop)
    with transaction.atomic():
        first = subjects.freeze(signoff, View.ESTIMATE, by=shop.mara.actor)
        second = subjects.freeze(signoff, View.ESTIMATE, by=shop.mara.actor)
    assert first == second
    assert canonical.digest(bytes(first.content)) == first.digest
    assert Entry.objects.filter(kind="subject.frozen").count() == 1


def test_S1_31_a_changed_price_is_named_and_makes_a_new_revision(shop: Shop) -> None:
    signoff = signoff_of(shop)
    order = signoff.order
    with transaction.atomic():
        first = subjects.freeze(signoff, View.ESTIMATE, by=shop.mara.actor)
    draft = again(order)
    draft.items[0].__dict__["hourly_rate"] = 9000
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)
    found = {change.path[2:]: (change.before, change.after) for change in subjects.differs(first)}
    assert found[("labour", "rate")] == (8500, 9000)
    with transaction.atomic():
        assert subjects.freeze(signoff, View.ESTIMATE, by=shop.mara.actor).revision == 2


def test_a_price_is_no_change_for_somebody_who_sees_no_prices(shop: Shop) -> None:
    signoff = signoff_of(shop)
    with transaction.atomic():
        first = subjects.freeze(signoff, View.AUTHORISATION, by=shop.mara.actor)
    draft = again(signoff.order)
    draft.items[0].__dict__["hourly_rate"] = 9000
    orders.revise(signoff.order, draft, expected=1, by=shop.mara.actor)
    assert subjects.differs(first) == []


def test_a_remark_of_the_shop_does_not_make_the_customer_read_again(shop: Shop) -> None:
    signoff = signoff_of(shop)
    with transaction.atomic():
        first = subjects.freeze(signoff, View.ESTIMATE, by=shop.mara.actor)
    comments.add(signoff.order, lines(signoff.order)[0], text="It can wait.", by=shop.tess.actor)
    assert subjects.differs(first) == []


def test_S3_30_a_signed_line_is_authorised_and_the_others_are_not(shop: Shop) -> None:
    order = shop.open_order(4)
    signed(shop, order, (1, 2))
    stand = list(subjects.standing(orders.load(order.pk)).values())
    assert [one.authorised for one in stand] == [True, True, False, False]
    assert [one.choice for one in stand] == ["approved", "approved", "pending", "pending"]


def test_decision_6_a_line_changed_after_the_signature_is_no_longer_authorised(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    draft = again(order)
    draft.items[1].__dict__["estimated_hours"] = Decimal(9)
    orders.revise(order, draft, expected=1, by=shop.mara.actor)
    first, second = subjects.standing(orders.load(order.pk)).values()
    assert first.authorised
    assert not second.authorised
    assert second.changed
    assert second.choice == "pending"


def test_asking_again_leaves_signed_lines_alone(shop: Shop) -> None:
    order = shop.open_order(3)
    signed(shop, order, (1,))
    invitation = shop.invite(order)
    approve(invitation, (2,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    assert len(ceremonies.authorised_by(ceremony.snapshot.facts)) == 1
    assert ceremony.snapshot.facts["sums"]["approved"]["net"] == 33300
    assert ceremony.snapshot.facts["sums"]["authorised"]["net"] == 33300


def test_mixed_tax_rates_are_summed_per_rate(shop: Shop) -> None:
    order = shop.open_order(items=[line("a", tax_rate=Decimal(6)), line("b", tax_rate=Decimal("21"))])
    sums = subjects.present(orders.load(order.pk), View.ESTIMATE)["sums"]["all"]
    assert [(one["rate"], one["tax"]) for one in sums["taxes"]] == [("6", 1998), ("21", 6993)]
