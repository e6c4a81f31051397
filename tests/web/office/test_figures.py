"""The page of figures: who sees it, what it says, what it refuses, and its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from paraph.insights import folding
from paraph.people.models import Customer, Member, Role
from paraph.web.office import plots
from tests.cast import Shop
from tests.insights.jobs import Job
from tests.web.office.conftest import Staff

Come = Callable[[Member], Staff]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
MARCH = {"since": "2026-03-01", "until": "2026-03-31"}


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """One order signed after two days, reported on the third; a dispute of a day; two requests over, one waiting."""
    job, other, third = Job(shop), Job(shop), Job(shop)
    told = [
        (job, "order.opened", 0), (job, "signoff.requested", 0), (job, "dispute.raised", 0),
        (job, "dispute.resolved", 1),
        (other, "signoff.requested", 1), (third, "signoff.requested", 1), (job, "signature.given", 2),
        (job, "signoff.completed", 2), (job, "order.reported", 3), (other, "signoff.declined", 3),
    ]  # fmt: skip
    for one, kind, days in told:
        one.tell(kind, START + days * DAY)
    folding.fold_all()
    return shop


def address(name: str = "figures", **asked: object) -> str:
    return reverse(f"office:{name}") + "?" + urlencode(asked)


def test_S1_21_S1_22_S1_23_the_page_says_what_was_measured(staff: Come, busy: Shop) -> None:
    page = staff(busy.mara).text(address(**MARCH))
    for said in (
        ">3 days<",
        ">2 days<",
        ">24 h<",
        "50%",
        "Not recorded",
        "No dispute is open now.",
        "Disputed: 1 of 3 requests asked in this period (33.3%).",
        "By week",
    ):
        assert said in page, said
    assert page.count('<svg class="plot-shapes') == 3 + 6, "three plots, and the samples of their legends"
    assert page.count("The same as a table") == 3
    assert "Median time to close: lowest 3 days" in page


def test_S1_21_only_who_may_see_figures_does(staff: Come, busy: Shop) -> None:
    for role in (Role.MANAGER, Role.DISPATCHER):
        assert address().rstrip("?") in staff(busy.members[role]).text("/orders/")
    for role in (Role.TECHNICIAN, Role.BILLER):
        browser = staff(busy.members[role])
        assert address().rstrip("?") not in browser.text("/orders/")
        assert browser.get(address()).status_code == browser.get(address("figures_csv")).status_code == 403


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "2026-03-31", "until": "2026-03-01"}, "The period ends before it begins."),
        ({"since": "2000-01-01", "until": "2026-03-01"}, "at most five years"),
        ({"since": "soon"}, "Enter a valid date."),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "Ensure this value"),
        ({"technician": "x"}, "is not a valid"),
    ],
)
def test_what_makes_no_sense_is_said_and_shows_no_figure(
    staff: Come, busy: Shop, asked: dict[str, str], said: str
) -> None:
    page = staff(busy.mara).text(address(**asked))
    assert said in page
    assert "Nothing is shown until the period makes sense." in page
    assert "headline" not in page
    for value in asked.values():
        assert f'value="{value}"' in page or "technician" in asked, "what was typed is kept"
    assert staff(busy.mara).get(address("figures_csv", **asked)).status_code == 400


def test_an_empty_period_says_so(staff: Come, busy: Shop) -> None:
    page = staff(busy.mara).text(address(since="2025-01-01", until="2025-01-31"))
    assert "Nothing happened in this period" in page
    assert "plot" not in page


def test_F11_on_leap_day_and_at_the_end_of_a_year_every_preset_opens(staff: Come, busy: Shop) -> None:
    browser = staff(busy.mara)
    for moment in (datetime(2028, 2, 29, 23, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        with time_machine.travel(moment, tick=False):
            browser.force_login(busy.mara.user)
            for name in ("4w", "13w", "12m", "year", "nonsense"):
                assert 'aria-current="true"' in browser.text(address(period=name))


def test_what_is_not_counted_yet_is_said(staff: Come, busy: Shop) -> None:
    Job(busy).tell("order.opened")
    assert "1 entry of the record is not counted yet" in staff(busy.mara).text(address(**MARCH))


def test_line_1_another_tenant_s_customer_is_no_filter_and_no_figure(
    staff: Come, busy: Shop, rival: Shop
) -> None:
    theirs = Job(rival)
    theirs.tell("order.opened", START + 9 * DAY)
    theirs.tell("order.reported", START + 19 * DAY)
    folding.fold_all()
    browser = staff(busy.mara)
    for asked in ({"customer": rival.customer.pk}, {"technician": rival.tess.pk}):
        for name in ("figures", "figures_csv"):
            answer = browser.get(address(name, **MARCH, **asked))
            assert b"Rivaal" not in answer.content
            assert b"Select a valid choice" in answer.content
    assert "10 days" not in browser.text(address(**MARCH))
    assert "10 days" in staff(rival.mara).text(address(**MARCH))


def test_where_customers_are_many_a_part_of_the_name_finds_them(staff: Come, busy: Shop) -> None:
    Customer.objects.bulk_create(
        Customer(organisation=busy.organisation, name=f"Gate {number}") for number in range(51)
    )
    browser = staff(busy.mara)
    assert ">3 days<" in browser.text(address(**MARCH, named="aero club"))
    assert "Nothing happened" in browser.text(address(**MARCH, named="gate"))
    assert ">3 days<" in browser.text(address(**MARCH, customer=busy.customer.pk)), (
        "by a link it can be chosen still"
    )


def test_the_file_has_the_same_figures(staff: Come, busy: Shop) -> None:
    Customer.objects.filter(pk=busy.customer.pk).update(name="=1+1")
    answer = staff(busy.mara).get(address("figures_csv", **MARCH, customer=busy.customer.pk))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    whole = {one["figure"]: one for one in rows if one["part"] == "period"}
    assert len(rows) == 6 * (6 + 1), "five spans and a rate: six weeks each, and the whole"
    assert whole["to_close"]["median_seconds"] == str(3 * 86400)
    assert whole["to_invoice"]["median_seconds"] == "", "not recorded is not nothing"
    assert (whole["approval_rate"]["rate_percent"], whole["approval_rate"]["waiting"]) == ("50.00", "1")
    assert (whole["approval_rate"]["disputed"], whole["to_close"]["disputed"]) == ("1", "")
    assert whole["to_close"]["customer"] == "'=1+1"
    assert "figures-2026-03-01-2026-03-31.csv" in answer["Content-Disposition"]


def test_the_page_costs_the_same_queries_whatever_there_is(staff: Come, busy: Shop) -> None:
    browser, counts = staff(busy.mara), set()
    browser.text(address())  # the first page of a session notes that it is used
    for asked in (
        MARCH,
        {"since": "2022-01-01", "until": "2026-03-31"},
        {"since": "2020-01-01", "until": "2020-01-02"},
    ):
        with CaptureQueriesContext(connection) as asked_for:
            browser.text(address(**asked))
        counts.add(len(asked_for))
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "0 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (129_599, "36 h"),
        (86400 * 2.44, "2.4 days"),
    ],
)
def test_a_length_is_told_in_a_unit_that_suits_it(seconds: float | None, said: str) -> None:
    assert plots.length(seconds) == said
