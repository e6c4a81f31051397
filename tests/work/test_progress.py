"""Estimated against actual hours: arithmetic in which nothing recorded is never 0."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.work import progress
from paraph.work.progress import Effort

HOURS = st.decimals(min_value=0, max_value=9999, places=2)
EFFORTS = st.lists(
    st.builds(Effort, estimated=HOURS, actual=st.none() | HOURS, counts=st.booleans()), max_size=12
)


def effort(estimated: str, actual: str | None = None, *, counts: bool = True) -> Effort:
    """One line."""
    return Effort(Decimal(estimated), None if actual is None else Decimal(actual), counts)


@pytest.mark.parametrize(
    ("one", "difference", "share"),
    [
        (effort("2.5"), None, None),
        (effort("2.5", "0"), Decimal("-2.5"), 0),
        (effort("2.5", "3"), Decimal("0.5"), 120),
        (effort("0", "1"), Decimal(1), None),
        (effort("3", "1"), Decimal(-2), 33),
        (effort("8", "1"), Decimal(-7), 13),
    ],
)
def test_S3_06_a_line_tells_difference_and_share_only_where_there_is_something_to_compare(
    one: Effort, difference: Decimal | None, share: int | None
) -> None:
    assert (one.difference, one.share) == (difference, share)


def test_S3_06_together_compares_like_with_like_and_leaves_rejected_lines_out() -> None:
    told = progress.together(
        [effort("2", "3"), effort("4", "1"), effort("10"), effort("100", "50", counts=False)]
    )
    assert told == progress.Together(
        estimated=Decimal(16),
        actual=Decimal(4),
        difference=Decimal(-2),
        lines=3,
        recorded=2,
        rejected=1,
    )
    assert told.share == 25


def test_S3_06_nothing_recorded_is_not_zero() -> None:
    told = progress.together([effort("2"), effort("4")])
    assert (told.actual, told.difference, told.share) == (None, None, None)
    assert progress.together([]) == progress.Together(Decimal(0), None, None, 0, 0, 0)


@given(EFFORTS)
def test_S3_06_every_line_counts_once_or_is_rejected(efforts: list[Effort]) -> None:
    told = progress.together(efforts)
    assert told.lines + told.rejected == len(efforts)
    assert 0 <= told.recorded <= told.lines
    assert (told.actual is None) == (told.recorded == 0)
    assert told.estimated == sum((one.estimated for one in efforts if one.counts), Decimal(0))
