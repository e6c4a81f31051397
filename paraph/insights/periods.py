"""A stretch of days, cut into weeks or months. Days are calendar days of the organisation, so no hour is odd (F11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from paraph.lib import clock
from paraph.people.models import Organisation

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# Up to here a period is cut into weeks; beyond that into months, or nobody could tell the bars apart.
MOST_WEEKS = 27
MOST_DAYS = 5 * 366
USUAL = "13w"
PRESETS = ("4w", USUAL, "12m", "year")


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both counted in."""

    first: date
    last: date

    @property
    def in_weeks(self) -> bool:
        """Whether it is cut into weeks, which begin on Monday; else into months."""
        return self.last - _monday(self.first) < MOST_WEEKS * WEEK

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def pieces(self) -> list[Period]:
        """Its weeks or months in order; the first and the last one may be cut short."""
        return list(self._pieces())

    def _pieces(self) -> Iterator[Period]:
        begin = self.first
        while begin <= self.last:
            end = _monday(begin) + WEEK - DAY if self.in_weeks else _next_month(begin) - DAY
            yield Period(begin, min(end, self.last))
            begin = end + DAY


def today(organisation: Organisation) -> date:
    """The day it is there, by the server's clock."""
    return clock.now().astimezone(ZoneInfo(organisation.time_zone)).date()


def preset(name: str, today: date) -> Period:
    """Whole weeks or months up to today: one of `PRESETS`; raises KeyError for another name."""
    begins = {
        "4w": _monday(today) - 3 * WEEK,
        "13w": _monday(today) - 12 * WEEK,
        "12m": _months_before(today, 11),
        "year": today.replace(month=1, day=1),
    }
    return Period(begins[name], today)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
