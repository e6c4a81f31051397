"""The reconciler: every minute, do the twelve invariants of faults.md still hold? The answer must be: no findings.

The secret: bounded work. What is new since the last pass is looked at whole: each log from where it was verified last,
and the orders its new entries tell of. What is old is walked slowly, all of it within a day, files included. What was
found stays found until the same place is looked at again and holds. Reading holds nobody up (`lib.one_moment`).

Not looked at here: what only those outside can show, for which there is `evidence.audit` with the receipts and
checkpoints they keep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Count, F, Max, Q

from paraph.automation.models import Run, RunState
from paraph.billing.models import Series
from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.delivery.models import State as Posted
from paraph.evidence import triggers
from paraph.evidence.models import Entry, Log
from paraph.evidence.onward import Problem, Reached, Step, check_onward
from paraph.lib import clock
from paraph.lib.one_moment import one_moment
from paraph.operate import invariants, notes, particulars
from paraph.operate.cases import TOPIC, Finding
from paraph.operate.models import Note
from paraph.sealing.errors import SealingError
from paraph.signoff import completion
from paraph.signoff.models import Return, ReturnState, SignOff, State
from paraph.work.models import WorkOrder

__all__ = ["Finding", "findings", "latest", "numbers", "orders_of", "reconcile", "watch"]

logger = logging.getLogger(__name__)

NAME = "reconciler"
VERIFIED = "verified:"  # and the name of a log: how far it was recomputed
EVERY = timedelta(minutes=1)
A_DAY = 24 * 60  # passes
# Entries recomputed in a pass; a busy installation that records more is caught up with when it rests.
ENTRIES = 10_000
# Orders in the news looked at in a pass; the slow walk comes by the others.
IN_THE_NEWS = 200
# Orders read together.
TOGETHER = 25
# The fewest old orders a pass looks at, so that a small installation is seen whole each minute.
FEWEST = 25
# A finding is kept by its subject; with more than this there is no doubt that something is wrong.
KEPT = 200
# Longer than any lease and than the longest pause of a loop that fails.
STUCK = outbox.LEASE + timedelta(minutes=5)
UNSEALED = timedelta(seconds=60)  # I7
# The seals' loop tries every quarter of a minute.
KEYS_BACK = timedelta(minutes=2)
KEY_FAULTS = {"key_missing", "key_unusable"}


@dataclass
class Pass:
    """One look at the installation: where the slow walk stands, and what was found."""

    told: dict[str, Any]
    findings: set[Finding] = field(default_factory=set)
    seen: set[UUID] = field(default_factory=set)


def watch() -> int:
    """Reconcile when a minute has passed since anybody did: of several workers, one does. Returns 0: nobody waits."""
    now = clock.now()
    if notes.read(NAME) is None:
        Note.objects.bulk_create([Note(name=NAME, at=now - EVERY)], ignore_conflicts=True)
    # A clock that was set back must not keep us waiting.
    due = Note.objects.filter(Q(at__lte=now - EVERY) | Q(at__gt=now + EVERY), name=NAME)
    if due.exists() and due.update(at=now):
        reconcile()
    return 0


def reconcile() -> list[Finding]:
    """Look at what is new, at the next part of what is old, and at all that was found before; return what is wrong."""
    note = notes.read(NAME)
    this = Pass(dict(note.told) if note else {})
    earlier = [Finding(**one) for one in this.told.get("findings", [])]
    news = _logs(this)
    _orders(this, _subjects(earlier))
    _orders(this, islice(news, IN_THE_NEWS), prove=False)
    _orders(this, _walk(this))
    this.findings |= {
        *_guards(),
        *numbers(),
        *particulars.members_stand_as_told(),
        *_stuck(),
        *_unsealed(this),
    }
    found = sorted(this.findings)
    for one in found:
        if one not in earlier:
            logger.error("%s does not hold: %s", one.invariant, one.sentence)
    for one in earlier:
        if one not in this.findings:
            logger.info("%s holds again: %s", one.invariant, one.sentence)
    this.told |= {
        "count": len(found),
        "findings": [asdict(one) for one in found[:KEPT]],
        "done": clock.iso(clock.now()),
    }
    notes.leave(NAME, **this.told)
    return found


def latest() -> tuple[datetime, int] | None:
    """When the last pass ended, and how much it found; None before the first."""
    note = notes.read(NAME)
    if note is None or "done" not in note.told:
        return None
    return clock.parse(note.told["done"]), int(note.told["count"])


def findings() -> list[Finding]:
    """What the last pass found, at most `KEPT`."""
    note = notes.read(NAME)
    return [Finding(**one) for one in note.told.get("findings", [])] if note else []


def _logs(this: Pass) -> Iterator[UUID]:
    """I5, I11, I12: recompute every log from where it was verified; return the orders told of in what is new."""
    reached = {one.name: one.told for one in Note.objects.filter(name__startswith=VERIFIED)}
    left, topics = ENTRIES, dict[str, None]()
    known = {name.removeprefix(VERIFIED) for name in reached}
    for log in sorted({str(one) for one in Log.objects.values_list("name", flat=True)} | known):
        before = _reached(reached.get(VERIFIED + log))
        step = _onward(UUID(log), before, max(1, left))
        left -= step.reached.size - before.size
        topics |= dict.fromkeys(sorted(step.topics))
        this.findings |= {Finding(one.invariant, f"log:{log}", one.text) for one in step.problems}
        if step.reached != before:
            told = step.reached
            last_at = clock.iso(told.last_at) if told.last_at else None
            notes.leave(VERIFIED + log, size=told.size, frontier=told.frontier.hex(), last_at=last_at)
    return orders_of(topics)


def _onward(log: UUID, before: Reached, limit: int) -> Step:
    """One log; what is spoilt so that it cannot even be read, or not be checked without a key, is a problem too."""
    try:
        with one_moment():
            return check_onward(log, before, limit)
    except DatabaseError:
        raise
    except Exception as problem:  # noqa: BLE001 - whatever somebody spoilt is what is looked for
        text = f"{invariants.UNCHECKED}: {type(problem).__name__}: {problem}"
        return Step(before, problems=[Problem("I5", text[:200])])


def _reached(told: dict[str, Any] | None) -> Reached:
    if told is None:
        return Reached()
    last_at = clock.parse(told["last_at"]) if told["last_at"] else None
    return Reached(told["size"], bytes.fromhex(told["frontier"]), last_at)


def _subjects(earlier: Iterable[Finding]) -> Iterator[UUID]:
    return orders_of(one.subject for one in earlier)


def orders_of(topics: Iterable[str]) -> Iterator[UUID]:
    """The orders among some topics."""
    for one in topics:
        if one.startswith(TOPIC):
            with suppress(ValueError):  # a topic somebody spoilt is the log's finding
                yield UUID(one.removeprefix(TOPIC))


def _walk(this: Pass) -> Iterator[UUID]:
    """The next of all orders, by their rows and by the entries that opened them: one may be there without the other.

    Begins anew at the end. The stride is worked out once a round, because counting looks at everything.
    """
    told = this.told
    if not told.get("stride") or not told.get("order"):
        told["stride"] = max(FEWEST, -(-WorkOrder.objects.count() // (A_DAY * 9 // 10)))
    stride, start = told["stride"], told.get("order")
    rows = WorkOrder.objects.order_by("pk").values_list("pk", flat=True)
    pks = list((rows.filter(pk__gt=UUID(start)) if start else rows)[:stride])
    told["order"] = str(pks[-1]) if len(pks) == stride else None
    opened = Entry.objects.filter(kind="order.opened", pk__gt=told.get("entry", 0)).order_by("pk")
    entries = list(opened.values_list("pk", "topic")[:stride])
    told["entry"] = entries[-1][0] if len(entries) == stride else 0
    known = list(orders_of(topic for _, topic in entries))
    there = set(WorkOrder.objects.filter(pk__in=known).values_list("pk", flat=True))
    return iter([*pks, *(pk for pk in known if pk not in there)])


def _orders(this: Pass, pks: Iterator[UUID], *, prove: bool = True) -> None:
    """Look at orders, each once a pass."""
    waiting = (pk for pk in pks if pk not in this.seen)
    while batch := list(dict.fromkeys(islice(waiting, TOGETHER))):
        this.seen |= set(batch)
        this.findings |= invariants.look_at(batch, prove=prove)


def _guards() -> Iterator[Finding]:
    """I5: the triggers that keep the ledger as it is."""
    gone = triggers.missing(connection)
    if gone:
        yield Finding("I5", "triggers", f"triggers are missing: {', '.join(gone)}")


def numbers() -> Iterator[Finding]:
    """I3: each number of a series was given to one document, and none left out."""
    given = Series.objects.annotate(given=Count("invoices"), last=Max("invoices__sequence"))
    for one in given.exclude(next_number=F("given") + 1, last=F("given")).exclude(next_number=1, given=0):
        sentence = (
            f"{one.kind} numbers {one.prefix}{one.year}: {one.given} given, the next is {one.next_number}"
        )
        yield Finding("I3", f"series:{one.pk}", sentence)


def _stuck() -> Iterator[Finding]:
    """I4: nothing waits longer than its lease and its back-off, unless it is known why."""
    long_ago = clock.now() - STUCK
    free = Q(leased_until=None) | Q(leased_until__lte=long_ago)
    runs = Run.objects.filter(free, state=RunState.PENDING, due_at__lte=long_ago)
    for run in runs[:TOGETHER]:
        yield Finding("I4", f"run:{run.pk}", f"rule {run.rule} waits since {clock.iso(run.due_at)}")
    papers = Return.objects.filter(free, state=ReturnState.SENT, due_at__lte=long_ago)
    for paper in papers[:TOGETHER]:
        yield Finding(
            "I4",
            f"return:{paper.pk}",
            f"a signed paper waits to be read since {clock.iso(paper.due_at or long_ago)}",
        )
    letters = Delivery.objects.filter(state=Posted.QUEUED)
    # A mail server that is down is a known fault: one message at a time finds out, and the others wait for it.
    if letters.filter(due_at__gt=long_ago).exclude(last_error="").exists():
        return
    for letter in letters.filter(free, due_at__lte=long_ago)[:TOGETHER]:
        yield Finding(
            "I4", f"message:{letter.pk}", f"message {letter.key} waits since {clock.iso(letter.due_at)}"
        )


def _unsealed(this: Pass) -> Iterator[Finding]:
    """I7: nothing is complete without its seal for more than a minute, unless the fault has a name and still is."""
    now, late = clock.now(), SignOff.objects.filter(state=State.COMPLETE)
    keys_back = _keys_since(this, now) <= now - KEYS_BACK
    for signoff in late.filter(completed_at__lte=now - UNSEALED).select_related("order")[:TOGETHER]:
        named = signoff.seal_fault and not (keys_back and signoff.seal_fault in KEY_FAULTS)
        if not named:
            why = signoff.seal_fault or "no fault is named"
            sentence = f"{signoff.order.number}: complete, not sealed ({why})"
            yield Finding("I7", f"signoff:{signoff.pk}", sentence)


def _keys_since(this: Pass, now: datetime) -> datetime:
    """Since when the seal keys are fit for use: now, while they are not."""
    try:
        completion.keyset()
    except SealingError:
        this.told["keys_since"] = None
        return now
    since = this.told.get("keys_since")
    this.told["keys_since"] = since or clock.iso(now)
    return clock.parse(since) if since else now
