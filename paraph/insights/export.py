"""The figures as CSV: a row for each piece of the period and each figure, then one for the whole period.

Lengths are seconds, rates per cent, both plain figures; what was not recorded is empty. Names that people typed are
never a formula (security.md line 30).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from paraph.insights.measures import RESOLVE, STEPS, Asked, Figures, Scope, Times
from paraph.insights.models import Answer
from paraph.insights.periods import Period
from paraph.lib.spreadsheet import BYTE_ORDER_MARK, harmless

COLUMNS = (
    "figure",
    "from",
    "until",
    "part",
    "rows",
    "counted",
    "median_seconds",
    "lower_quartile_seconds",
    "upper_quartile_seconds",
    "rate_percent",
    *Answer.values,
    "disputed",
    "technician",
    "customer",
    "kind",
)
PLAIN = frozenset(COLUMNS) - {"technician", "customer", "kind"}


def write(told: Figures, scope: Scope) -> bytes:
    """The file: UTF-8 with a byte order mark, commas, a head."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    whose = {
        "technician": scope.technician.user.name if scope.technician else "",
        "customer": scope.customer.name if scope.customer else scope.named,
        "kind": scope.kind.name if scope.kind else "",
    }
    for row in _rows(told):
        row |= whose
        writer.writerow({name: value if name in PLAIN else harmless(value) for name, value in row.items()})
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _rows(told: Figures) -> Iterator[dict[str, Any]]:
    part = "week" if told.period.in_weeks else "month"
    for name in STEPS:
        yield from _spreads(name, part, told, told.closed, told.closed_all)
    yield from _spreads(RESOLVE, part, told, told.settled, told.settled_all)
    for piece, asked in zip(told.pieces, told.asked, strict=True):
        yield _rate(_head("approval_rate", part, piece), asked)
    yield _rate(_head("approval_rate", "period", told.period), told.asked_all)


def _spreads(
    name: str, part: str, told: Figures, each: list[Times], whole: Times
) -> Iterator[dict[str, Any]]:
    for piece, times in zip(told.pieces, each, strict=True):
        yield _spread(_head(name, part, piece), name, times)
    yield _spread(_head(name, "period", told.period), name, whole)


def _spread(head: dict[str, Any], name: str, times: Times) -> dict[str, Any]:
    spread = times.spreads[name]
    return head | {
        "rows": times.rows,
        "counted": spread.count,
        "median_seconds": _whole(spread.median),
        "lower_quartile_seconds": _whole(spread.lower),
        "upper_quartile_seconds": _whole(spread.upper),
    }


def _rate(head: dict[str, Any], asked: Asked) -> dict[str, Any]:
    answers = {name: asked.answers.get(name, 0) for name in Answer.values}
    rate = "" if asked.rate is None else f"{asked.rate:.2f}"
    told = {"rows": asked.all, "counted": asked.over, "rate_percent": rate, "disputed": asked.disputed}
    return head | told | answers


def _head(name: str, part: str, piece: Period) -> dict[str, Any]:
    return {
        "figure": name,
        "from": piece.first.isoformat(),
        "until": piece.last.isoformat(),
        "part": part,
    }


def _whole(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.0f}"
