"""What waits, and for how long: messages, consequences, seals. Counts and ages, nothing about whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from paraph.automation.models import Cursor, Run, RunState
from paraph.automation.rules import RULES
from paraph.capture.models import Capture
from paraph.capture.models import State as Captured
from paraph.delivery.models import Delivery
from paraph.delivery.models import State as Posted
from paraph.evidence.models import Entry, Log
from paraph.insights.models import Cursor as Folded
from paraph.signoff.models import Return, ReturnState, SignOff, State, Verdict, Verification


@dataclass(frozen=True)
class Queue:
    """`waiting` rows in all; `late`: for how long the oldest has been due without anybody taking it."""

    waiting: int
    late: timedelta | None

    @property
    def seconds(self) -> float:
        """`late` in seconds; 0 when nothing is."""
        return self.late.total_seconds() if self.late else 0.0


@dataclass(frozen=True)
class Post(Queue):
    """Messages. `unreachable`: those that found the mail server down; `oldest`: since when the first one waits."""

    unreachable: int
    oldest: timedelta | None


def messages(now: datetime) -> Post:
    """The outbox."""
    found = Delivery.objects.filter(state=Posted.QUEUED).aggregate(
        waiting=Count("pk"),
        due=Min("due_at", filter=_free(now) & Q(due_at__lte=now)),
        unreachable=Count("pk", filter=Q(last_error__startswith="ServerDown")),
        oldest=Min("created_at"),
    )
    return Post(found["waiting"], _age(now, found["due"]), found["unreachable"], _age(now, found["oldest"]))


def runs(now: datetime) -> Queue:
    """Consequences that are to be carried out."""
    found = Run.objects.filter(state=RunState.PENDING).aggregate(
        waiting=Count("pk"), due=Min("due_at", filter=_free(now) & Q(due_at__lte=now))
    )
    return Queue(found["waiting"], _age(now, found["due"]))


def entries(now: datetime) -> Queue:
    """Ledgers with entries that a rule waits for and nobody has read yet; the age is that of the oldest entry."""
    return _unread(now, Cursor.objects.all(), Q(kind__in={rule.on for rule in RULES}))


def figures(now: datetime) -> Queue:
    """Ledgers with entries that no figure counts yet; the age is that of the oldest one."""
    return _unread(now, Folded.objects.all(), Q())


def seals(now: datetime) -> Queue:
    """Signed documents that are not sealed yet (faults.md I7)."""
    found = SignOff.objects.filter(state=State.COMPLETE).aggregate(
        waiting=Count("pk"), oldest=Min("completed_at")
    )
    return Queue(found["waiting"], _age(now, found["oldest"]))


def papers(now: datetime) -> Queue:
    """Signed papers that came back and are to be read by the worker (I9)."""
    found = Return.objects.filter(state=ReturnState.SENT).aggregate(
        waiting=Count("pk"), due=Min("due_at", filter=_free(now) & Q(due_at__lte=now))
    )
    return Queue(found["waiting"], _age(now, found["due"]))


def reviews(now: datetime) -> Queue:
    """Signed papers that wait for a person to look at them; the age is that since they were sent."""
    found = Return.objects.filter(state=ReturnState.REVIEW).aggregate(
        waiting=Count("pk"), oldest=Min("sent_at")
    )
    return Queue(found["waiting"], _age(now, found["oldest"]))


def captures(now: datetime) -> Queue:
    """What phones sent and is to be filed by the worker (I8)."""
    found = Capture.objects.filter(state=Captured.RECEIVED).aggregate(
        waiting=Count("pk"), due=Min("due_at", filter=_free(now) & Q(due_at__lte=now))
    )
    return Queue(found["waiting"], _age(now, found["due"]))


def decisions(now: datetime) -> Queue:
    """Captures that wait for a person to decide about them; the age is that since they arrived."""
    found = Capture.objects.filter(state=Captured.HELD).aggregate(
        waiting=Count("pk"), oldest=Min("received_at")
    )
    return Queue(found["waiting"], _age(now, found["oldest"]))


def verifications(now: datetime) -> Queue:
    """Signatures in doubt that wait for a person; the age is that since they were given."""
    found = Verification.objects.filter(verdict=Verdict.WAITING).aggregate(
        waiting=Count("pk"), oldest=Min("raised_at")
    )
    return Queue(found["waiting"], _age(now, found["oldest"]))


def _unread(now: datetime, cursors: QuerySet[Any], which: Q) -> Queue:
    position = cursors.filter(log=OuterRef(OuterRef("name"))).values("position")
    unread = Entry.objects.filter(which, log=OuterRef("name"), index__gte=Coalesce(Subquery(position), 0))
    since = Log.objects.annotate(since=Subquery(unread.order_by("index").values("at")[:1]))
    found: dict[str, Any] = since.exclude(since=None).aggregate(waiting=Count("pk"), oldest=Min("since"))
    return Queue(found["waiting"], _age(now, found["oldest"]))


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


def _age(now: datetime, since: datetime | None) -> timedelta | None:
    return None if since is None else max(now - since, timedelta(0))
