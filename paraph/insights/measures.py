"""The figures themselves: how long orders take to close (S1-21), how many requests are approved (S1-22), how fast
disputes are resolved (S1-23), and how many approvals somebody had to verify.

Time to close: `order.opened` → `order.reported`, for orders closed in the period. Its steps are of the same orders: to
the first `signature.given`, from there to the report, and from the report to the first `invoice.drafted` after it.
Approval rate: of the requests asked in the period that are over, those signed with at least one line approved; what the
shop withdrew before it was over, and what still waits, is not counted. Dispute resolution: `dispute.raised` →
`dispute.resolved`, for disputes resolved in the period. `folds` says how each fact counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from paraph.insights.models import Answer, Asking, Closing, Settling
from paraph.insights.periods import Period
from paraph.people.models import Customer, Member
from paraph.work.models import OrderKind

# Whole seconds each; see `Closing`.
CLOSE, SIGN, REPORT, INVOICE = "to_close", "to_sign", "after_signing", "to_invoice"
STEPS = (CLOSE, SIGN, REPORT, INVOICE)
RESOLVE = "to_resolve"
OVER = (Answer.APPROVED, Answer.REJECTED, Answer.DECLINED, Answer.EXPIRED)


@dataclass(frozen=True)
class Scope:
    """Whose figures: an organisation's, and of these only some. `named`: part of a customer's name."""

    organisation: UUID
    technician: Member | None = None
    customer: Customer | None = None
    kind: OrderKind | None = None
    named: str = ""

    def of(self, model: type[Any]) -> QuerySet[Any]:
        """The rows that count."""
        found: QuerySet[Any] = model.objects.filter(organisation=self.organisation)
        chosen = {"technician": self.technician, "customer": self.customer, "kind": self.kind}
        found = found.filter(**{name: one for name, one in chosen.items() if one is not None})
        return found.filter(customer__name__icontains=self.named) if self.named else found


@dataclass(frozen=True)
class Spread:
    """The middle of some lengths in seconds, and where the middle half of them lies; None of nothing."""

    count: int = 0
    median: float | None = None
    lower: float | None = None
    upper: float | None = None

    @classmethod
    def of(cls, ordered: Sequence[int]) -> Spread:
        """Of lengths in ascending order; between two of them by straight line, as spreadsheets do (QUARTILE.INC)."""
        if not ordered:
            return cls()
        return cls(len(ordered), *(_at(ordered, share) for share in (0.5, 0.25, 0.75)))


@dataclass(frozen=True)
class Times:
    """Rows of a period: how many there are, and the spread of each length where both its ends were recorded."""

    rows: int = 0
    spreads: dict[str, Spread] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """Requests asked in a period, by what became of them; lines of those that were signed."""

    answers: dict[str, int]
    approved_lines: int
    lines: int

    @property
    def over(self) -> int:
        """What the rate is of."""
        return sum(self.answers.get(one, 0) for one in OVER)

    @property
    def rate(self) -> float | None:
        """Per cent; None when nothing is over."""
        return 100 * self.answers.get(Answer.APPROVED, 0) / self.over if self.over else None

    @property
    def line_rate(self) -> float | None:
        """Per cent of the lines of signed requests that were approved."""
        return 100 * self.approved_lines / self.lines if self.lines else None


@dataclass(frozen=True)
class Figures:
    """Everything of a period: by its pieces, and of it all. `open_disputes` is now; `verified` of `signed` orders."""

    period: Period
    pieces: list[Period]
    closed: list[Times]
    closed_all: Times
    asked: list[Asked]
    asked_all: Asked
    settled: list[Times]
    settled_all: Times
    open_disputes: int
    signed: int
    verified: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened."""
        return not (self.closed_all.rows or sum(self.asked_all.answers.values()) or self.settled_all.rows)


def figures(scope: Scope, period: Period) -> Figures:
    """All figures of a period. Seven queries, whatever there is; each reads an index alone."""
    pieces = period.pieces()
    closed = _within(scope.of(Closing), "closed_on", period)
    settled = scope.of(Settling)
    asked = _asked(_within(scope.of(Asking), "asked_on", period), pieces)
    signed = closed.exclude(to_sign=None)
    closed_times = _times(closed, "closed_on", STEPS, pieces)
    settled_times = _times(_within(settled, "resolved_on", period), "resolved_on", (RESOLVE,), pieces)
    found = signed.values_list("verified").annotate(n=Count("*")).order_by()
    checked: dict[bool, int] = dict(found)
    return Figures(
        period,
        pieces,
        *closed_times,
        *asked,
        *settled_times,
        open_disputes=settled.filter(resolved_on=None).count(),
        signed=sum(checked.values()),
        verified=checked.get(True, 0),
    )


def _within(found: QuerySet[Any], day: str, period: Period) -> QuerySet[Any]:
    return found.filter(**{f"{day}__gte": period.first, f"{day}__lte": period.last})


def _times(
    found: QuerySet[Any], day: str, columns: Sequence[str], pieces: list[Period]
) -> tuple[list[Times], Times]:
    """The spreads of each piece and of all. Rows come by day, so a piece is a stretch of them: no day is read twice."""
    counts = _by_piece(found.values_list(day).annotate(n=Count("*")).order_by(), pieces)
    table = list(found.order_by(day).values_list(*columns))
    ends = [sum(counts[: place + 1]) for place in range(len(counts))]
    each: list[dict[str, Spread]] = [{} for _ in pieces]
    whole: dict[str, Spread] = {}
    for at, name in enumerate(columns):
        stretches = [
            sorted([row[at] for row in table[end - count : end] if row[at] is not None])
            for end, count in zip(ends, counts, strict=True)
        ]
        for told, stretch in zip(each, stretches, strict=True):
            told[name] = Spread.of(stretch)
        # Stretches in order, one behind the other: sorting them all again costs next to nothing.
        whole[name] = Spread.of(sorted(chain.from_iterable(stretches)))
    return [Times(count, told) for count, told in zip(counts, each, strict=True)], Times(sum(counts), whole)


def _by_piece(days: Iterable[tuple[date, int]], pieces: list[Period]) -> list[int]:
    counted = dict(days)
    return [sum(n for day, n in counted.items() if one.first <= day <= one.last) for one in pieces]


def _asked(found: QuerySet[Any], pieces: list[Period]) -> tuple[list[Asked], Asked]:
    told = found.values_list("asked_on", "answer").annotate(
        n=Count("*"), approved=Sum("approved"), rejected=Sum("rejected"), undecided=Sum("undecided")
    )
    rows = list(told.order_by())
    each = [[row for row in rows if one.first <= row[0] <= one.last] for one in pieces]
    return [_count(some) for some in each], _count(rows)


def _count(rows: Iterable[tuple[Any, ...]]) -> Asked:
    answers: Counter[str] = Counter()
    approved = lines = 0
    for _day, answer, count, yes, no, undecided in rows:
        answers[answer] += count
        approved, lines = approved + yes, lines + yes + no + undecided
    return Asked(dict(answers), approved, lines)


def _at(ordered: Sequence[int], share: float) -> float:
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
