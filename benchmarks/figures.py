"""A figure: what we need, what the same machine needs at best, and whether that is good enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

AT_MOST, AT_LEAST = "at most", "at least"
COLUMNS = ("figure", "ours", "floor", "ratio", "target", "")


@dataclass(frozen=True)
class Figure:
    """One line of the table. `floor` was measured in the same run, interleaved; `ratio` is ours by it.

    A target is a bound on `ours`, or on `ratio` when `of_ratio` says so; without one the figure only informs.
    """

    name: str
    ours: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    target: float | None = None
    bound: str = AT_MOST
    of_ratio: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours divided by the floor."""
        return self.ours / self.floor if self.floor else None

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None without a target."""
        judged = self.ratio if self.of_ratio else self.ours
        if self.target is None or judged is None:
            return None
        return judged <= self.target if self.bound == AT_MOST else judged >= self.target

    def as_json(self) -> dict[str, Any]:
        """Everything, for a file."""
        return {**asdict(self), "ratio": self.ratio, "passed": self.passed}

    def cells(self) -> tuple[str, ...]:
        """The line of the table."""
        floor = f"{number(self.floor)} {self.unit} {self.floor_name}".rstrip() if self.floor else ""
        target = ""
        if self.target is not None:
            unit = "×" if self.of_ratio else f" {self.unit}"
            target = f"{self.bound} {number(self.target)}{unit}"
        ratio = f"{number(self.ratio)}×" if self.ratio is not None else ""
        verdict = {True: "pass", False: "FAIL", None: ""}[self.passed]
        return (self.name, f"{number(self.ours)} {self.unit}".rstrip(), floor, ratio, target, verdict)


Measurement = Callable[["Effort"], list[Figure]]


@dataclass(frozen=True)
class Effort:
    """How much to measure: everything, or just enough to see that it works."""

    quick: bool = False

    def times(self, full: int, quick: int) -> int:
        """The one number or the other."""
        return quick if self.quick else full


def table(figures: Sequence[Figure]) -> str:
    """All figures as aligned text."""
    rows = [COLUMNS, *(one.cells() for one in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def number(value: float | None) -> str:
    """Three digits that matter: 0.0123, 4.56, 123, 12,345."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many per cent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
