"""What the QR code on a page says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.intake import codes
from paraph.intake.codes import PageCode

# ISO/IEC 18004, table 5: what the alphanumeric mode can hold; 3-H has room for 35 of them.
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
ROOM = 35


@given(st.integers(1, 255), st.integers(1, 255), st.from_regex(r"[0-9A-F]{8}", fullmatch=True))
def test_a_page_is_named_and_found_again(page: int, pages: int, digest: str) -> None:
    named = PageCode(codes.new(), min(page, pages), max(page, pages), digest)
    assert codes.parse(named.text) == named
    assert set(named.text) <= ALPHANUMERIC
    assert len(named.text) <= ROOM


@pytest.mark.parametrize(
    "text",
    ["", "https://example.com", "P1", "p1" + "0" * 24, "P1" + "0" * 24, "P1" + "0" * 12 + "0302" + "A" * 8],
)
def test_another_code_is_none_of_ours(text: str) -> None:
    assert codes.parse(text) is None
