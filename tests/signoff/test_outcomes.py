"""Nobody there, could not sign: recorded with a reason and a time, and nothing approved by it (X-13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.people.access import Forbidden
from paraph.people.models import Role
from paraph.signoff import outcomes
from paraph.signoff.errors import Closed, Unusable
from paraph.signoff.models import Attempt, SignOff
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop


def record(shop: Shop, order: WorkOrder, **changes: Any) -> Attempt:
    said: dict[str, Any] = {
        "outcome": "nobody_there",
        "reason": "The gate was shut.",
        "at": clock.now(),
        "by": shop.tess,
    }
    said |= changes
    return outcomes.record(order, **said, actor=said["by"].actor)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN])
def test_X_13_staff_record_that_nobody_was_there_and_nothing_is_approved(shop: Shop, role: Role) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    found = record(shop, order, by=shop.members[role])
    entry = Entry.objects.get(kind="attempt.recorded")
    assert entry.content["fact"] | {"at": ""} == {
        "attempt": str(found.pk),
        "outcome": "nobody_there",
        "at": "",
    }
    assert entry.fact.personal() == {"reason": "The gate was shut."}
    assert SignOff.objects.get().state == "open"
    assert WorkOrder.objects.get().status == Status.OPEN


def test_the_same_again_is_once(shop: Shop) -> None:
    order, at = shop.open_order(1), clock.now()
    assert record(shop, order, at=at) == record(shop, order, at=at)
    assert Entry.objects.filter(kind="attempt.recorded").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "signed"},
        {"reason": " "},
        {"reason": "x" * 4001},
        {"hours": 1},
        {"hours": -48},
    ],
)
def test_what_cannot_be_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    order = shop.open_order(1)
    if "hours" in wrong:
        wrong = {"at": clock.now() + timedelta(hours=wrong["hours"])}
    with pytest.raises(Unusable):
        record(shop, order, **wrong)
    assert not Attempt.objects.exists()


def test_billers_and_cancelled_orders_record_nothing(shop: Shop) -> None:
    order = shop.open_order(1)
    with pytest.raises(Forbidden):
        record(shop, order, by=shop.members[Role.BILLER])
    orders.set_status(order, Status.CANCELLED, by=shop.mara.actor)
    with pytest.raises(Closed):
        record(shop, order)
