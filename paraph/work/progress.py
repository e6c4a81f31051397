"""How far the work is: estimated against actual hours, line by line and together (S3-06). Pure arithmetic.

The secret: hours nobody recorded are `None` and stay so; they are never counted as 0. Lines the customer rejected are
not done, so they count neither as estimated nor as worked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Effort:
    """The hours of one line; `actual` is None while nobody recorded any, `counts` is False for a rejected line."""

    estimated: Decimal
    actual: Decimal | None = None
    counts: bool = True

    @property
    def difference(self) -> Decimal | None:
        """Actual minus estimated hours; None while nothing is recorded."""
        return None if self.actual is None else self.actual - self.estimated

    @property
    def share(self) -> int | None:
        """Actual hours as whole per cent of the estimate; None when nothing is recorded or was estimated."""
        return share(self.actual, self.estimated)


@dataclass(frozen=True)
class Together:
    """All lines that count: `lines` is how many, `recorded` how many of them have hours; `rejected` ones do not count.

    `difference` compares like with like: only the lines that have hours, against the estimate of the same lines.
    """

    estimated: Decimal
    actual: Decimal | None
    difference: Decimal | None
    lines: int
    recorded: int
    rejected: int

    @property
    def share(self) -> int | None:
        """Hours worked as whole per cent of all estimated hours."""
        return share(self.actual, self.estimated)


def together(efforts: Iterable[Effort]) -> Together:
    """Sum the lines."""
    told = list(efforts)
    counted = [one for one in told if one.counts]
    worked = [(one.estimated, one.actual) for one in counted if one.actual is not None]
    actual = sum((hours for _, hours in worked), Decimal(0)) if worked else None
    return Together(
        estimated=sum((one.estimated for one in counted), Decimal(0)),
        actual=actual,
        difference=None if actual is None else actual - sum((planned for planned, _ in worked), Decimal(0)),
        lines=len(counted),
        recorded=len(worked),
        rejected=len(told) - len(counted),
    )


def share(actual: Decimal | None, estimated: Decimal) -> int | None:
    """`actual` as whole per cent of `estimated`, rounded half up; None where there is nothing to compare."""
    if actual is None or not estimated:
        return None
    return int((actual * HUNDRED / estimated).quantize(Decimal(1), ROUND_HALF_UP))
