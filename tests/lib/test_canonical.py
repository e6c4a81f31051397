"""RFC 8785 by two hands: ours for plain values, the library's for the rest."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from paraph.lib import canonical

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(PLAIN | st.floats(allow_nan=False, allow_infinity=False))
def test_both_hands_write_the_same_bytes(value: Any) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, "é€\u2028😀"], "": '\x00\x1f\x7f"\\/\b\f\n\r\t'},
        {"\U0001f600": 1, "\ufb33": 2},  # sorted by UTF-16 units, not by code points
        {"tuple": (1, 2)},
        [1e21, 0.1, -0.0],
    ],
)
def test_what_is_easily_written_otherwise(value: Any) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [float("nan"), 2**53, -(2**53), {1: 2}, object(), "\ud800", b"bytes"])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        canonical.dumps(value)
