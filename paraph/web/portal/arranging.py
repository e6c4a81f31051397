"""One change to the order of pages, as the list that `returns.arrange` takes. Pages left out keep their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from paraph.signoff.returns import Placing

FULL_TURN, QUARTER = 360, 90  # degrees
Change = Callable[[list[Placing]], list[Placing]]


def turned(page: UUID) -> Change:
    """A quarter to the right."""
    return _each(page, lambda one: replace(one, rotation=(one.rotation + QUARTER) % FULL_TURN))


def removed(page: UUID) -> Change:
    """Left out."""
    return _each(page, lambda one: replace(one, removed=True))


def afresh() -> Change:
    """All left out."""
    return lambda placings: [replace(one, removed=True) for one in placings]


def restored(page: UUID) -> Change:
    """Taken in again, where it was."""
    return _each(page, lambda one: replace(one, removed=False))


def moved(page: UUID, by: int) -> Change:
    """So many places on among the pages that are kept; it stays at the ends."""

    def change(placings: list[Placing]) -> list[Placing]:
        kept = [one.page for one in placings if not one.removed]
        if page in kept:
            at = kept.index(page)
            kept.insert(min(max(at + by, 0), len(kept) - 1), kept.pop(at))
        return ordered(kept)(placings)

    return change


def ordered(pages: Sequence[UUID]) -> Change:
    """The kept pages in this order. Unknown ones do not count; those not named follow, as they stood."""

    def change(placings: list[Placing]) -> list[Placing]:
        kept = {one.page: one for one in placings if not one.removed}
        named = dict.fromkeys(one for one in pages if one in kept)
        queue = [kept[one] for one in (*named, *(one for one in kept if one not in named))]
        return [one if one.removed else queue.pop(0) for one in placings]

    return change


def _each(page: UUID, change: Callable[[Placing], Placing]) -> Change:
    return lambda placings: [change(one) if one.page == page else one for one in placings]
