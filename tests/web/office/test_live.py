"""*Live*: where the orders stand, asked for again without disturbing anybody (S1-15, S1-30)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from paraph.lib import clock
from paraph.web.office import live
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop
from tests.web.office.conftest import Staff

Come = Callable[..., Staff]


@pytest.fixture
def orders(shop: Shop) -> list[WorkOrder]:
    """Eight orders: six in preparation, one completed today, one yesterday."""
    made = [shop.open_order(lines=1, title=f"Job {number}") for number in range(8)]
    done = {Status.COMPLETED: clock.now(), "yesterday": clock.now() - timedelta(days=2)}
    for one, at in zip(made, done.values(), strict=False):
        WorkOrder.objects.filter(pk=one.pk).update(status=Status.COMPLETED, reported_at=at)
    return made


def test_S1_15_a_dispatcher_sees_where_everything_stands_and_how_much_is_done(
    shop: Shop, rival: Shop, staff: Come, orders: list[WorkOrder]
) -> None:
    rival.open_order(lines=1, title="Somebody else's")
    dirk = staff(shop.members["dispatcher"])
    page = dirk.text("/live/")
    assert "1 of 7 done today (14%)" in page
    assert "1 more" in page  # of six in preparation five are shown
    assert "Job 0" in page
    assert "Job 1" not in page
    assert "Somebody else" not in page
    assert live.board_of(dirk.member).rate == 14


def test_S1_15_where_nothing_changed_the_answer_is_empty(
    shop: Shop, staff: Come, orders: list[WorkOrder]
) -> None:
    dirk = staff(shop.members["dispatcher"])
    found = re.search(r'hx-get="(/live/\?seen=\w+)"', dirk.text("/live/"))
    assert found
    assert dirk.get(found[1]).status_code == 204
    WorkOrder.objects.filter(pk=orders[5].pk).update(status=Status.NEEDS_VERIFICATION)
    part = dirk.text(found[1])
    assert part.lstrip().startswith("<section")
    assert "needs verification" in part
    assert "hx-get" not in dirk.text("/live/?paused")


def test_S1_15_one_technicians_orders_stay_theirs_at_each_look_and_in_a_pause(
    shop: Shop, rival: Shop, staff: Come, orders: list[WorkOrder]
) -> None:
    bram = shop.members["biller"]
    for one in orders[2:]:
        WorkOrder.objects.filter(pk=one.pk).update(technician=bram)
    dirk = staff(shop.members["dispatcher"])
    whose = f"/live/?technician={bram.pk}"
    text = dirk.text(whose)
    assert "0 of 6 done today (0%)" in text
    assert f'<option value="{bram.pk}" selected>' in text
    assert f"/orders/?status=open&amp;technician={bram.pk}" in text
    found = re.search(r'hx-get="([^"]+)"', text)
    assert found
    again = html.unescape(found[1])
    assert again.startswith(f"{whose}&seen=")
    assert dirk.get(again).status_code == 204
    WorkOrder.objects.filter(pk=orders[0].pk).update(status=Status.DISPUTED)  # Tess's: nothing to him
    assert dirk.get(again).status_code == 204
    WorkOrder.objects.filter(pk=orders[2].pk).update(status=Status.DISPUTED)
    assert f"technician={bram.pk}&amp;seen=" in dirk.text(again)
    paused = dirk.text(f"{whose}&paused")
    assert f'href="{whose}"' in paused
    assert 'name="paused"' in paused
    for nobody in (rival.tess.pk, "x"):  # somebody who does not work here
        assert "0 of 7 done today" in dirk.text(f"/live/?technician={nobody}")


def test_an_empty_shop_has_nothing_to_do(shop: Shop, staff: Come) -> None:
    assert "Nothing to do today." in staff(shop.tess).text("/live/")


def test_the_board_takes_a_constant_number_of_queries(
    shop: Shop, staff: Come, orders: list[WorkOrder], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dirk = staff(shop.members["dispatcher"])
    with django_assert_max_num_queries(17):
        dirk.text(f"/live/?seen=x&technician={shop.tess.pk}")


def test_the_orders_shown_are_read_by_their_keys_alone(shop: Shop, orders: list[WorkOrder]) -> None:
    """SQLite, asked for their organisation or an order besides, walks all there are: 60 ms at 100,000 orders."""
    with CaptureQueriesContext(connection) as asked:
        board = live.board_of(shop.tess)
    [read] = [one["sql"] for one in asked if "people_site" in one["sql"]]
    where = read.partition(" WHERE ")[2]
    assert where.startswith('"work_workorder"."id" IN (')
    assert "organisation_id" not in where
    assert "ORDER BY" not in where
    assert board.all == 7
