"""S1-04: a job cannot be marked complete until all required approvals are collected, by whatever door."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from paraph.evidence.models import Entry
from paraph.lib.actor import SYSTEM
from paraph.work import guards, orders
from paraph.work.guards import ApprovalMissing, ReportRefused
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop, lines, signed


@pytest.fixture
def nobody_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_objections", [lambda order: ""])


@pytest.fixture
def approved(shop: Shop) -> WorkOrder:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    return WorkOrder.objects.get(pk=order.pk)


def stands(order: WorkOrder) -> str:
    return WorkOrder.objects.get(pk=order.pk).status


def test_S1_04_work_without_consent_cannot_be_reported(shop: Shop) -> None:
    order = shop.open_order(3)
    signed(shop, order, (1,))
    before = Entry.objects.count()
    with pytest.raises(ApprovalMissing) as refusal:
        orders.report(order, by=shop.tess.actor, hours={lines(order)[0].pk: Decimal(3)})
    assert [one.number for one in refusal.value.missing] == [2, 3]
    assert "2, 3" in str(refusal.value)
    assert stands(order) == Status.OPEN
    assert lines(order)[0].actual_hours is None
    assert Entry.objects.count() == before


def test_S1_04_a_status_given_by_hand_is_no_way_round(shop: Shop) -> None:
    order = shop.open_order(1)
    with pytest.raises(ApprovalMissing):
        orders.set_status(order, Status.COMPLETED, by=shop.mara.actor)
    assert stands(order) == Status.OPEN


def test_S1_04_without_anybody_to_ask_the_answer_is_no(
    shop: Shop, approved: WorkOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "_checks", [])
    with pytest.raises(ApprovalMissing) as refusal:
        orders.report(approved, by=shop.tess.actor)
    assert refusal.value.missing == ()
    assert "cannot be checked" in str(refusal.value)


def test_S1_04_with_every_approval_the_work_is_reported(shop: Shop, approved: WorkOrder) -> None:
    first, second = lines(approved)
    order = orders.report(approved, by=shop.tess.actor, hours={first.pk: Decimal("3.25"), second.pk: None})
    assert (order.status, order.reported_at is not None) == (Status.COMPLETED, True)
    assert [one.actual_hours for one in lines(order)] == [Decimal("3.25"), None]
    entry = Entry.objects.get(kind="order.reported")
    assert entry.content["fact"]["before"] == "open"
    assert entry.content["fact"]["hours"] == {str(first.pk): "3.25"}
    assert entry.content["by"]["ref"] == str(shop.tess.pk)


def test_reporting_twice_is_once(shop: Shop, approved: WorkOrder) -> None:
    first = orders.report(approved, by=shop.tess.actor)
    assert orders.report(approved, by=shop.mara.actor).reported_at == first.reported_at
    assert orders.set_status(approved, Status.COMPLETED, by=SYSTEM).reported_at == first.reported_at
    assert Entry.objects.filter(kind="order.reported").count() == 1


def test_S1_04_the_status_completed_is_a_report(shop: Shop, approved: WorkOrder) -> None:
    order = orders.set_status(approved, Status.COMPLETED, by=shop.mara.actor)
    assert order.reported_at is not None
    assert Entry.objects.filter(kind="order.reported").count() == 1
    assert not Entry.objects.filter(kind="order.status_changed").exists()


def test_a_line_of_another_order_is_refused_whole(shop: Shop, approved: WorkOrder) -> None:
    with pytest.raises(KeyError):
        orders.report(approved, by=shop.tess.actor, hours={uuid4(): Decimal(1)})
    assert stands(approved) == Status.OPEN


def test_a_cancelled_order_is_not_reported(shop: Shop, approved: WorkOrder) -> None:
    orders.set_status(approved, Status.CANCELLED, by=shop.mara.actor)
    with pytest.raises(ReportRefused, match="cancelled"):
        orders.report(approved, by=shop.tess.actor)


def test_a_report_can_be_taken_back_while_nobody_objects(
    shop: Shop, approved: WorkOrder, nobody_objects: None
) -> None:
    orders.report(approved, by=shop.tess.actor, hours={lines(approved)[0].pk: Decimal(3)})
    order = orders.reopen(approved, by=shop.mara.actor)
    assert (order.status, order.reported_at) == (Status.OPEN, None)
    assert lines(order)[0].actual_hours == 3
    assert orders.reopen(approved, by=shop.mara.actor).status == Status.OPEN
    assert Entry.objects.filter(kind="order.reopened").count() == 1


def test_a_report_stays_when_somebody_objects_or_nobody_can_tell(
    shop: Shop, approved: WorkOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.report(approved, by=shop.tess.actor)
    monkeypatch.setattr(guards, "_objections", [lambda order: "An invoice is out."])
    with pytest.raises(ReportRefused, match="An invoice is out"):
        orders.reopen(approved, by=shop.mara.actor)
    monkeypatch.setattr(guards, "_objections", [])
    with pytest.raises(ReportRefused, match="cannot be checked"):
        orders.reopen(approved, by=shop.mara.actor)
    assert stands(approved) == Status.COMPLETED


def test_another_status_takes_the_report_away(shop: Shop, approved: WorkOrder) -> None:
    orders.report(approved, by=shop.tess.actor)
    order = orders.set_status(approved, Status.PARTLY_APPROVED, by=SYSTEM)
    assert order.reported_at is None
