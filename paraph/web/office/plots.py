"""Figures as pictures: where the shapes of a plot stand, and the words around it (look.md, Components).

The shapes are SVG stretched to the width there is; every word stands beside it as text, so that it is as large on a
phone as anywhere. A median is a thick stroke, the middle half a hollow box around it, a share a solid bar in a hollow
one: no colour is needed to tell them apart. The table behind says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import floor, log10

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paraph.insights.measures import Asked, Figures, Spread, Times
from paraph.insights.periods import Period
from paraph.lib import figures

MINUTE, HOUR, DAY = 60, 3600, 86400
WIDE = 10  # of a column, in the picture's own units; it is 100 high
NICE = (1, 2, 4, 6, 8, 10)  # tops of scales whose half is a round figure as well


@dataclass(frozen=True)
class Column:
    """A week or month. Places are text as SVG takes them, from the top; "" draws nothing."""

    title: str
    x: int
    box_y: str = ""
    box_height: str = ""
    stroke_y: str = ""


@dataclass(frozen=True)
class Plot:
    """A picture: its columns, the scale at its side (top, half, nothing), the days below, and what it says."""

    columns: list[Column]
    scale: tuple[str, str, str]
    begin: str
    end: str
    summary: str

    @property
    def width(self) -> int:
        """In the picture's own units."""
        return WIDE * len(self.columns)


def length(seconds: float | None) -> str:
    """A measured length with one decimal in a unit that suits it: ``12 min``, ``3.5 h``, ``2.4 days``; "–" for none."""
    if seconds is None:
        return "–"
    return _in_unit(seconds, _unit(seconds))


def share(per_cent: float | None) -> str:
    """``82 %``, with one decimal; "–" for none."""
    if per_cent is None:
        return "–"
    return figures.percent(Decimal(str(round(per_cent, 1))), get_language() or "en")


def spread(found: Spread) -> str:
    """Where the middle half lies, as one text."""
    if not found.count:
        return "–"
    lower, upper = length(found.lower), length(found.upper)
    return lower if lower == upper else _("%(lower)s to %(upper)s") % {"lower": lower, "upper": upper}


def name(piece: Period) -> str:
    """The days of a week or month."""
    return figures.days(piece.first, piece.last, get_language() or "en")


def lengths(told: Figures, each: Sequence[Times], which: str, what: str) -> Plot:
    """A plot of medians with their middle halves; `what` it is about."""
    found = [one.spreads[which] for one in each]
    top = _top(max((one.upper or 0 for one in found), default=0))
    unit = _unit(top)
    scale = tuple(_in_unit(value, unit) for value in (top, top / 2, 0))

    def column(place: int, piece: Period) -> Column:
        one = found[place]
        if one.median is None or one.lower is None or one.upper is None:
            return Column(f"{name(piece)}: {_('nothing')}", WIDE * place)
        high, low = 100 - 100 * one.upper / top, 100 - 100 * one.lower / top
        title = f"{name(piece)}: {length(one.median)} ({spread(one)})"
        return Column(title, WIDE * place, _at(high), _at(low - high), _at(100 - 100 * one.median / top))

    medians = [(one.median, piece) for one, piece in zip(found, told.pieces, strict=True)]
    return _plot(told, column, (scale[0], scale[1], scale[2]), _summary(what, medians, length))


def shares(told: Figures, each: Sequence[Asked], what: str) -> Plot:
    """A plot of rates in per cent."""

    def column(place: int, piece: Period) -> Column:
        rate = each[place].rate
        if rate is None:
            return Column(f"{name(piece)}: {_('nothing')}", WIDE * place)
        return Column(f"{name(piece)}: {share(rate)}", WIDE * place, _at(100 - rate), _at(rate), "0")

    rates = [(one.rate, piece) for one, piece in zip(each, told.pieces, strict=True)]
    return _plot(told, column, (share(100), share(50), share(0)), _summary(what, rates, share))


def _plot(
    told: Figures, column: Callable[[int, Period], Column], scale: tuple[str, str, str], summary: str
) -> Plot:
    language = get_language() or "en"
    columns = [column(place, piece) for place, piece in enumerate(told.pieces)]
    begin, end = (figures.on(day, language) for day in (told.period.first, told.period.last))
    return Plot(columns, scale, begin, end, summary)


def _summary(
    what: str, values: Sequence[tuple[float | None, Period]], say: Callable[[float | None], str]
) -> str:
    known = [(value, piece) for value, piece in values if value is not None]
    if not known:
        return what
    low, high = min(known, key=lambda one: one[0]), max(known, key=lambda one: one[0])
    return _("%(what)s: lowest %(low)s (%(when)s), highest %(high)s (%(then)s).") % {
        "what": what,
        "low": say(low[0]),
        "when": name(low[1]),
        "high": say(high[0]),
        "then": name(high[1]),
    }


def _unit(seconds: float) -> int:
    """Minutes below an hour and a half, hours below a day and a half, else days."""
    return next((size for size, above in ((MINUTE, HOUR), (HOUR, DAY)) if seconds < 1.5 * above), DAY)


def _in_unit(seconds: float, unit: int) -> str:
    value = Decimal(str(round(seconds / unit, 0 if unit == MINUTE else 1))).normalize()
    told = figures.quantity(value, get_language() or "en")
    if unit == DAY:
        return ngettext("%(n)s day", "%(n)s days", 1 if value == 1 else 2) % {"n": told}
    return _("%(n)s min") % {"n": told} if unit == MINUTE else _("%(n)s h") % {"n": told}


def _top(seconds: float) -> float:
    """The end of the scale: the next round number of the unit in which it is told."""
    unit = _unit(seconds)
    value = max(seconds / unit, 1)
    ten = 10 ** floor(log10(value))
    return float(unit * next(one * ten for one in NICE if one * ten >= value))


def _at(value: float) -> str:
    return f"{value:.1f}"
