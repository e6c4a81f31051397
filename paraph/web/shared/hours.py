"""The figure of hours: a bar and a sentence for each line and for all together (S3-06, look.md, Components).

Portal and office show the same one. Lengths are per cent of the longest bar; the sentences are those of
`signoff.progress`, so that the figure, the table behind it and the PDF say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.lib import figures
from paraph.signoff import progress


@dataclass(frozen=True)
class Bar:
    """One row of the figure.

    `planned`, `worked` and `over` (the part of the hours beyond the estimate) are lengths as text, ``62.5``; "" draws
    nothing.
    """

    told: Mapping[str, Any]
    planned: str
    worked: str
    over: str
    sentence: str
    beyond: str
    difference: str
    share: str

    @property
    def is_over(self) -> bool:
        """Whether more was worked than estimated."""
        return self.told["difference"] is not None and Decimal(self.told["difference"]) > 0

    @property
    def sign(self) -> str:
        """Where the line stands with the customer, as a state of the pill *decision*."""
        if self.told["changed"]:
            return "changed"
        return "authorised" if self.told["authorised"] else str(self.told["decision"])


@dataclass(frozen=True)
class Figure:
    """The whole figure of one order."""

    bars: tuple[Bar, ...]
    together: Bar
    coverage: str


def figure(content: Mapping[str, Any]) -> Figure:
    """Return the figure of what `signoff.progress.present` says, in the active language."""
    told = content["items"]
    longest = max((_longest(one) for one in told if _counts(one)), default=Decimal(0))
    bars = tuple(_bar(one, longest, done=one["work"] == progress.DONE) for one in told)
    sums = _comparable(content["hours"])
    return Figure(bars, _bar(sums, _longest(sums)), progress.coverage(content))


def _comparable(sums: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sums with a difference only where it can be read beside them: all lines have hours, or it is more already."""
    if sums["actual"] is None:
        return sums
    apart = Decimal(sums["actual"]) - Decimal(sums["estimated"])
    told = apart > 0 or sums["recorded"] == sums["lines"]
    return {**sums, "difference": str(apart) if told else None}


def _counts(told: Mapping[str, Any]) -> bool:
    return told.get("work") != progress.LEFT


def _longest(told: Mapping[str, Any]) -> Decimal:
    return max(Decimal(told["estimated"]), Decimal(told["actual"] or 0))


def _bar(told: Mapping[str, Any], longest: Decimal, *, done: bool = False) -> Bar:
    language, counts = get_language() or "en", _counts(told)
    return Bar(
        told,
        planned=_long(told["estimated"], longest) if counts else "",
        worked=_long(told["actual"], longest) if counts else "",
        over=_over(told, longest) if counts else "",
        sentence=progress.worked(told, language) if counts else _("Rejected, so it is not done."),
        beyond=progress.beyond(told, language, done=done) if counts else "",
        difference=progress.apart(told["difference"], language) if counts else "",
        share="" if told["share"] is None or not counts else figures.percent(told["share"], language),
    )


def _over(told: Mapping[str, Any], longest: Decimal) -> str:
    apart = Decimal(told["actual"] or 0) - Decimal(told["estimated"])
    return _long(str(apart), longest) if apart > 0 else ""


def _long(hours: str | None, longest: Decimal) -> str:
    """A length as SVG takes it, in per cent of the longest bar; "" for none."""
    if hours is None or not longest or not Decimal(hours):
        return ""
    return f"{Decimal(hours) * 100 / longest:.1f}"
