"""Medians and quartiles, of lengths that stand in stretches."""

from __future__ import annotations

from itertools import chain
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.insights.measures import Spread

STRETCHES = st.lists(st.lists(st.integers(0, 10**9) | st.integers(0, 9)).map(sorted), max_size=6)


@given(STRETCHES)
def test_S1_21_quartiles_are_those_of_all_lengths_however_they_are_cut(stretches: list[list[int]]) -> None:
    lengths = sorted(chain.from_iterable(stretches))
    found = Spread.of(*stretches)
    assert found == Spread.of(lengths)
    assert found.count == len(lengths)
    if len(lengths) > 1:
        lower, median, upper = quantiles(lengths, n=4, method="inclusive")
        assert (found.lower, found.median, found.upper) == pytest.approx((lower, median, upper))
    else:
        assert found.median == (lengths[0] if lengths else None)
