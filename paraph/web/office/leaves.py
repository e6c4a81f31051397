"""Leafing through a list that may be very long: what it costs does not grow with how long it is.

The secret: rows are counted up to a bound only. Beyond it pages are numbered without an end, and whether there is a
next one is seen by reading one row more.
"""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 1000  # more than anybody leafs through; counting these takes no longer than reading a page


class Leaf(Page):  # type: ignore[type-arg]  # generic for the type checker alone
    """One page of a list whose end is not known."""

    def __init__(self, rows: list[Any], number: int, leaves: Leaves, *, more: bool) -> None:
        super().__init__(rows, number, leaves)
        self._more = more

    def has_next(self) -> bool:
        """Whether a row was seen beyond this page."""
        return self._more


class Leaves(Paginator):  # type: ignore[type-arg]
    """The pages of a query set. `is_long`: there are more rows than `count` says."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to `COUNTED`."""
        return min(self._seen, COUNTED)

    @property
    def is_long(self) -> bool:
        """Whether there are more than `count`."""
        return self._seen > COUNTED

    def get_page(self, number: Any) -> Page[Any]:
        """The page of this number; the first one for nonsense, and where nothing stands."""
        if not self.is_long:
            return super().get_page(number)
        wanted = int(number) if str(number or "").isdecimal() and 0 < len(str(number)) < 10 else 1
        return self._leaf(wanted) or self._leaf(1) or super().get_page(1)

    def _leaf(self, number: int) -> Leaf | None:
        begin = max(number - 1, 0) * self.per_page
        rows = list(self.object_list[begin : begin + self.per_page + 1])
        return Leaf(rows[: self.per_page], number, self, more=len(rows) > self.per_page) if rows else None

    @cached_property
    def _seen(self) -> int:
        rows: QuerySet[Any] = cast("Any", self.object_list)
        return int(rows.order_by().values("pk")[: COUNTED + 1].count())
