"""What counts as a change."""

from __future__ import annotations

from paraph.lib.differ import Change, changes


def test_how_lines_end_is_no_change() -> None:
    before = {"customer": {"address": "14 Quay Street\nAberdeen"}}
    assert changes(before, {"customer": {"address": "14 Quay Street\r\nAberdeen"}}) == []
    assert changes(before, {"customer": {"address": "14 Quay Street\r\nLeith"}}) == [
        Change(("customer", "address"), "14 Quay Street\nAberdeen", "14 Quay Street\r\nLeith")
    ]
