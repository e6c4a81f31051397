"""What the figures say: time to close, approval, disputes; by what they are filtered, and what is not counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from paraph.automation import runner
from paraph.insights import folding, measures
from paraph.insights.measures import CLOSE, INVOICE, REPORT, RESOLVE, SIGN, Scope, Spread
from paraph.insights.models import ROWS, Answer, Closing, Cursor
from paraph.insights.periods import Period, today
from paraph.people.models import Customer, Role
from paraph.work.models import OrderKind
from tests.billing import bills
from tests.cast import Shop
from tests.insights.jobs import Job, figures

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
MARCH = date(2026, 3, 1), date(2026, 3, 31)


def closed(shop: Shop, begin: datetime, *steps: timedelta, **changes: object) -> Job:
    """An order opened, signed, reported, and its invoice drafted, so long after one another."""
    job, at = Job(shop, **changes), begin
    kinds = ("signature.given", "order.reported", "invoice.drafted")
    job.tell("order.opened", at)
    for kind, step in zip(kinds, steps, strict=False):
        at += step
        job.tell(kind, at)
    return job


def test_S1_21_time_to_close_with_its_steps_median_and_spread(shop: Shop) -> None:
    begin = START
    for days in (10, 1, 3, 2):
        closed(shop, begin, days * DAY, DAY, HOUR)
        begin += (days + 2) * DAY
    told = figures(shop, date(2026, 3, 1), date(2026, 4, 30))
    assert told.closed_all.rows == 4
    day = 86400
    assert told.closed_all.spreads[SIGN] == Spread(4, 2.5 * day, 1.75 * day, 4.75 * day)
    assert told.closed_all.spreads[CLOSE] == Spread(4, 3.5 * day, 2.75 * day, 5.75 * day)
    assert told.closed_all.spreads[REPORT] == Spread(4, day, day, day)
    assert told.closed_all.spreads[INVOICE] == Spread(4, 3600, 3600, 3600)
    assert [one.rows for one in told.closed[:5]] == [0, 0, 1, 2, 1], "by the week in which they were closed"
    assert told.closed[3].spreads[CLOSE].median == 3 * day


def test_S1_21_what_was_not_recorded_is_not_counted(shop: Shop) -> None:
    closed(shop, START, DAY)  # signed, never reported: not closed
    unsigned = Job(shop)
    unsigned.tell("order.opened", START + 2 * DAY)
    unsigned.tell("order.reported", START + 3 * DAY)
    unsigned.tell("signature.given", START + 4 * DAY)  # afterwards: no step of closing
    told = figures(shop, *MARCH).closed_all
    assert told.rows == 1
    assert told.spreads[CLOSE] == Spread(1, 86400, 86400, 86400)
    assert {told.spreads[one] for one in (SIGN, REPORT, INVOICE)} == {Spread()}


def test_S1_21_a_report_that_was_taken_back_closed_nothing(shop: Shop) -> None:
    job = closed(shop, START, DAY, DAY, HOUR)
    assert figures(shop, *MARCH).closed_all.rows == 1
    job.tell("order.reopened", START + 3 * DAY)
    assert figures(shop, *MARCH).closed_all.rows == 0
    job.tell("order.reported", START + 5 * DAY)
    told = figures(shop, *MARCH).closed_all
    assert told.spreads[CLOSE].median == 5 * 86400
    assert told.spreads[INVOICE].count == 0, "the draft was of the report that was taken back"


def test_S1_22_the_rate_is_of_what_is_over(shop: Shop) -> None:
    ends = {
        "approved": ["signoff.completed"],
        "expired and then signed": ["signoff.expired", "signoff.reopened", "signoff.completed"],
        "declined": ["signoff.declined"],
        "expired, then cleared away": ["signoff.expired", "signoff.withdrawn"],
        "withdrawn": ["signoff.withdrawn"],
        "waiting": [],
        "expired and open again": ["signoff.expired", "signoff.reopened"],
    }
    for number, kinds in enumerate(ends.values()):
        job = Job(shop)
        for place, kind in enumerate(("signoff.requested", *kinds)):
            job.tell(kind, START + number * DAY + place * HOUR)
    job = Job(shop)
    job.tell("signoff.requested", START + 8 * DAY)
    job.tell("signoff.requested", START + 9 * DAY)  # somebody more was asked: the same request
    job.tell("signoff.completed", START + 10 * DAY, approved=0, rejected=3)
    told = figures(shop, *MARCH)
    assert told.asked_all.answers == {
        Answer.APPROVED: 2,
        Answer.DECLINED: 1,
        Answer.EXPIRED: 1,
        Answer.WITHDRAWN: 1,
        Answer.WAITING: 2,
        Answer.REJECTED: 1,
    }
    assert told.asked_all.over == 5
    assert told.asked_all.rate == 40
    assert told.asked_all.line_rate == 40, "two lines of five"
    assert [one.over for one in told.asked] == [0, 4, 1, 0, 0, 0], "by the week of asking"


def test_S1_05_whether_delays_and_disputes_become_fewer_is_seen_by_week(shop: Shop) -> None:
    """Two requests a week for four weeks, of which fewer and fewer are disputed; each order waits a day less."""
    for week, disputed in enumerate((2, 1, 1, 0)):
        begin, jobs = START + 7 * week * DAY, [Job(shop), Job(shop)]
        for place, kind in enumerate(("order.opened", "signoff.requested")):
            for job in jobs:
                job.tell(kind, begin + place * HOUR)
        for place, kind in enumerate(("dispute.raised", "dispute.resolved", "dispute.raised"), start=2):
            for job in jobs[:disputed]:
                job.tell(kind, begin + place * HOUR)
        for kind in ("signature.given", "order.reported"):
            for job in jobs:
                job.tell(kind, begin + (5 - week) * DAY)
    never_asked = Job(shop)
    never_asked.tell("dispute.raised", START + 27 * DAY)  # what was only shared to read
    told = figures(shop, date(2026, 3, 2), date(2026, 3, 29))
    assert [one.dispute_rate for one in told.asked] == [100, 50, 50, 0]
    assert (told.asked_all.disputed, told.asked_all.all) == (4, 8)
    assert [one.spreads[SIGN].median for one in told.closed] == [5 * 86400, 4 * 86400, 3 * 86400, 2 * 86400]


def test_S1_23_disputes_by_when_they_were_resolved(shop: Shop) -> None:
    first, second = Job(shop), Job(shop)
    first.tell("dispute.raised", START - 9 * DAY)
    second.tell("dispute.raised", START)
    first.tell("dispute.resolved", START + DAY)
    told = figures(shop, *MARCH)
    assert told.settled_all.spreads[RESOLVE] == Spread(1, *[10 * 86400] * 3)
    assert told.open_disputes == 1


def test_S1_21_by_technician_customer_and_kind_as_the_order_has_them_now(shop: Shop) -> None:
    gate = Customer.objects.create(organisation=shop.organisation, name="Gate")
    kind = OrderKind.objects.create(organisation=shop.organisation, name="Repair")
    closed(shop, START, DAY, DAY)
    job = closed(shop, START + 5 * DAY, DAY, DAY, customer=gate, kind=kind)
    dirk = shop.members[Role.DISPATCHER]
    assert figures(shop, *MARCH, customer=gate).closed_all.rows == 1
    assert figures(shop, *MARCH, named="gat").closed_all.rows == 1
    assert figures(shop, *MARCH, kind=kind).closed_all.rows == 1
    assert figures(shop, *MARCH, technician=dirk).is_empty
    type(job.order).objects.filter(pk=job.order.pk).update(technician=dirk)
    job.tell("order.revised", START + 8 * DAY, revision=2, changes=[])
    assert figures(shop, *MARCH, technician=dirk).closed_all.rows == 1
    assert figures(shop, *MARCH, technician=shop.tess).closed_all.rows == 1


def test_S1_22_needing_verification_is_of_signed_orders(shop: Shop) -> None:
    closed(shop, START, DAY, DAY)
    job = Job(shop)
    for hours, kind in enumerate(
        ("order.opened", "order.status_changed", "signature.given", "order.reported")
    ):
        job.tell(kind, START + 3 * DAY + hours * HOUR, before="needs_signature", after="needs_verification")
    told = figures(shop, *MARCH)
    assert (told.verified, told.signed) == (1, 2)


@pytest.mark.parametrize("jump", [-HOUR, -26 * HOUR, 40 * DAY])
def test_F11_no_length_is_negative_when_the_clock_jumps(shop: Shop, jump: timedelta) -> None:
    at, job = START, Job(shop)
    for kind in ("order.opened", "signoff.requested", "dispute.raised"):
        job.tell(kind, at)
    at += jump
    for kind in ("dispute.resolved", "signature.given", "order.reported", "invoice.drafted"):
        job.tell(kind, at)
    told = figures(shop, date(2026, 1, 1), date(2026, 12, 31))
    right = max(jump, timedelta()).total_seconds()
    assert told.closed_all.spreads[CLOSE].median == told.settled_all.spreads[RESOLVE].median == right
    assert told.closed_all.spreads[SIGN].count == told.closed_all.spreads[INVOICE].count == 1


@pytest.mark.parametrize(
    ("begin", "end", "day"),
    [
        (
            datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
            datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
            date(2027, 3, 28),
        ),
        (
            datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
            datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            date(2027, 10, 31),
        ),
        (
            datetime(2028, 2, 29, 22, 30, tzinfo=UTC),
            datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
            date(2028, 3, 1),
        ),
        (
            datetime(2027, 12, 31, 22, 30, tzinfo=UTC),
            datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
            date(2028, 1, 1),
        ),
    ],
)
def test_F11_an_hour_is_an_hour_and_the_day_is_the_shop_s(
    shop: Shop, begin: datetime, end: datetime, day: date
) -> None:
    job = Job(shop)
    job.tell("order.opened", begin)
    job.tell("order.reported", end)
    told = figures(shop, day, day)
    assert told.closed_all.spreads[CLOSE].median == 3600
    assert figures(shop, day - DAY, day - DAY).closed_all.rows == 0


def test_every_fact_counts_once_however_often_it_is_folded(shop: Shop) -> None:
    closed(shop, START, DAY, DAY, HOUR)
    before = [list(model.objects.values()) for model in ROWS], figures(shop, *MARCH)
    assert folding.fold_all() == 0
    assert folding.unread(shop.organisation.pk) == 0
    rows = [list(model.objects.values()) for model in ROWS]
    Cursor.objects.all().delete()
    folding.fold_all()
    assert [list(model.objects.values()) for model in ROWS] == rows, "folded anew, the ledger says the same"
    assert figures(shop, *MARCH) == before[1]


def test_orders_without_a_batch_in_common_are_folded_alike(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = closed(shop, START, DAY, DAY, HOUR)
    job.tell("dispute.raised", START + 4 * DAY)
    job.tell("dispute.resolved", START + 5 * DAY)
    monkeypatch.setattr(folding, "BATCH", 1)
    one_by_one = figures(shop, *MARCH)
    everything: tuple[Any, ...] = (*ROWS, Cursor)
    for model in everything:
        model.objects.all().delete()
    monkeypatch.undo()
    assert figures(shop, *MARCH) == one_by_one
    assert one_by_one.closed_all.spreads[INVOICE].median == 3600


def test_S1_21_the_verbs_of_the_product_record_what_is_counted(shop: Shop) -> None:
    bills.ready(shop)
    job = bills.reported(shop)
    runner.run_all()
    shop.invite(shop.open_order(1))
    now = today(shop.organisation)
    told = figures(shop, now - DAY, now + DAY)
    assert [told.closed_all.spreads[one].count for one in (CLOSE, SIGN, REPORT, INVOICE)] == [1, 1, 1, 1]
    assert (told.asked_all.answers, told.asked_all.rate) == ({Answer.APPROVED: 1, Answer.WAITING: 1}, 100)
    assert Closing.objects.get(order=job).technician == shop.tess


def test_S1_21_figures_cost_the_same_queries_whatever_there_is(
    shop: Shop, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    closed(shop, START, HOUR, HOUR, HOUR)
    folding.fold_all()
    for period in (Period(*MARCH), Period(date(2022, 1, 1), date(2026, 12, 31))):
        with django_assert_num_queries(6):
            measures.figures(Scope(shop.organisation.pk), period)


def test_line_1_another_tenant_s_facts_are_in_no_figure(shop: Shop, rival: Shop) -> None:
    closed(rival, START, DAY, DAY, HOUR).tell("dispute.raised", START + 9 * DAY)
    told = figures(shop, *MARCH)
    assert told.is_empty
    assert told.open_disputes == 0
    assert figures(shop, *MARCH, customer=rival.customer, technician=rival.tess).is_empty
    assert figures(rival, *MARCH).closed_all.rows == 1
