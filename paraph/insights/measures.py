"""The figures themselves: how long orders take to close (S1-21), how many requests are approved (S1-22), how fast
disputes are resolved (S1-23), and how many approvals somebody had to verify.

Time to close: `order.opened` → `order.reported`, for orders closed in the period. Its steps are of the same orders: to
the first `signature.given`, from there to the report, and from the report to the first `invoice.drafted` after it.
Approval rate: of the requests asked in the period that are over, those signed with at least one line approved; what the
shop withdrew before it was over, and what still waits, is not counted. Disputed: of all requests asked in the period,
those that somebody ever disputed (S1-05). Dispute resolution: `dispute.raised` →
`dispute.resolved`, for disputes resolved in the period. `folds` says how each fact counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

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
    def of(cls, *stretches: Sequence[int]) -> Spread:
        """Of lengths, each stretch of them ascending; between two lengths by straight line, as spreadsheets do
        (QUARTILE.INC).
        """
        filled = [one for one in stretches if one]
        count = sum(map(len, filled))
        return cls(count, *(_at(filled, count, share) for share in (0.5, 0.25, 0.75))) if count else cls()


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
    disputed: int = 0

    @property
    def all(self) -> int:
        """Every request, whatever became of it."""
        return sum(self.answers.values())

    @property
    def dispute_rate(self) -> float | None:
        """Per cent of all of them that somebody ever disputed (S1-05); None when nothing was asked."""
        return 100 * self.disputed / self.all if self.all else None

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
        return not (self.closed_all.rows or self.asked_all.all or self.settled_all.rows)


def figures(scope: Scope, period: Period) -> Figures:
    """All figures of a period. Six queries, whatever there is; each reads an index alone."""
    pieces = period.pieces()
    closed = _within(scope.of(Closing), "closed_on", period)
    disputes = scope.of(Settling)
    settled = _within(disputes, "resolved_on", period)
    doubtful = Count("to_sign", filter=Q(verified=True))
    days = _days(closed, "closed_on", signed=Count("to_sign"), verified=doubtful)
    return Figures(
        period,
        pieces,
        *_times(closed.order_by("closed_on"), STEPS, _by_piece(days, pieces)),
        *_asked(_within(scope.of(Asking), "asked_on", period), pieces),
        *_times(
            settled.order_by("resolved_on"), (RESOLVE,), _by_piece(_days(settled, "resolved_on"), pieces)
        ),
        open_disputes=disputes.filter(resolved_on=None).count(),
        signed=sum(signed for _day, _n, signed, _verified in days),
        verified=sum(verified for *_, verified in days),
    )


def _within(found: QuerySet[Any], day: str, period: Period) -> QuerySet[Any]:
    return found.filter(**{f"{day}__gte": period.first, f"{day}__lte": period.last})


def _days(found: QuerySet[Any], day: str, **more: Count) -> list[tuple[Any, ...]]:
    """Each day, how many rows it has, and whatever else is to be counted of it."""
    return list(found.values_list(day).annotate(n=Count("*"), **more).order_by())


def _times(found: QuerySet[Any], columns: Sequence[str], counts: Sequence[int]) -> tuple[list[Times], Times]:
    """The spreads of each piece and of all. Rows come by day, so a piece is a stretch of them, `counts` long: a day
    with each row would cost more than the lengths.
    """
    table = list(found.values_list(*columns))
    ends = [sum(counts[: place + 1]) for place in range(len(counts))]
    each: list[dict[str, Spread]] = [{} for _ in counts]
    whole: dict[str, Spread] = {}
    for at, name in enumerate(columns):
        stretches = [
            sorted([row[at] for row in table[end - count : end] if row[at] is not None])
            for end, count in zip(ends, counts, strict=True)
        ]
        for told, stretch in zip(each, stretches, strict=True):
            told[name] = Spread.of(stretch)
        whole[name] = Spread.of(*stretches)
    return [Times(count, told) for count, told in zip(counts, each, strict=True)], Times(sum(counts), whole)


def _by_piece(days: Iterable[tuple[Any, ...]], pieces: list[Period]) -> list[int]:
    return [sum(n for day, n, *_ in days if one.first <= day <= one.last) for one in pieces]


def _asked(found: QuerySet[Any], pieces: list[Period]) -> tuple[list[Asked], Asked]:
    told = found.values_list("asked_on", "answer").annotate(
        n=Count("*"),
        approved=Sum("approved"),
        rejected=Sum("rejected"),
        undecided=Sum("undecided"),
        disputes=Count("asked_on", filter=Q(disputed=True)),
    )
    rows = list(told.order_by())
    each = [[row for row in rows if one.first <= row[0] <= one.last] for one in pieces]
    return [_count(some) for some in each], _count(rows)


def _count(rows: Iterable[tuple[Any, ...]]) -> Asked:
    answers: Counter[str] = Counter()
    approved = lines = disputed = 0
    for _day, answer, count, yes, no, undecided, disputes in rows:
        answers[answer] += count
        disputed += disputes
        approved, lines = approved + yes, lines + yes + no + undecided
    return Asked(dict(answers), approved, lines, disputed)


def _at(stretches: Sequence[Sequence[int]], count: int, share: float) -> float:
    place = (count - 1) * share
    low = _nth(stretches, int(place))
    high = _nth(stretches, min(int(place) + 1, count - 1))
    return low + (high - low) * (place - int(place))


def _nth(stretches: Sequence[Sequence[int]], place: int) -> int:
    """What stands at a place of all of them in order, found by halving: sorting them together would cost much more."""
    if len(stretches) == 1:
        return stretches[0][place]
    lengths = range(min(one[0] for one in stretches), max(one[-1] for one in stretches) + 1)
    found = bisect_left(
        lengths, place + 1, key=lambda length: sum(bisect_right(one, length) for one in stretches)
    )
    return lengths[found]
