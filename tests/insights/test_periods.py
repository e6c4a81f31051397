"""Weeks and months of a period: every day once, on any calendar (F11)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from paraph.insights.periods import PRESETS, Period, preset

DAY = timedelta(days=1)


@given(first=st.dates(date(2000, 1, 1), date(2099, 1, 1)), days=st.integers(0, 5 * 366))
def test_F11_weeks_and_months_cover_each_day_once(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    pieces = period.pieces()
    assert (pieces[0].first, pieces[-1].last) == (period.first, period.last)
    assert sum(one.days for one in pieces) == period.days
    assert all(a.last + DAY == b.first for a, b in pairwise(pieces))
    assert all(one.first.weekday() == 0 if period.in_weeks else one.first.day == 1 for one in pieces[1:])
    assert len(pieces) <= 61


@given(today=st.dates(date(2000, 2, 1), date(2099, 1, 1)), name=st.sampled_from(PRESETS))
def test_F11_presets_end_today_and_begin_with_a_whole_week_or_month(today: date, name: str) -> None:
    period = preset(name, today)
    assert period.first <= period.last == today
    assert {"4w": 4, "13w": 13, "12m": 12}.get(name, len(period.pieces())) == len(period.pieces())
