"""Exactly-once consequences: entries become runs, runs become effects.

The secret: a unique row per rule and entry. One transaction reads the new entries of a log, makes their runs and moves
the cursor; another one marks runs as done and writes their effects, each run in a savepoint of its own. Whoever made
or claimed a run holds it for a lease; if they die, the worker claims it anew by compare-and-swap, alone in its own
transaction, so that a rule that kills the process harms no other. Faces call `run_pending` right after their commit,
which does what is seen on the next page and leaves letters to the worker; the worker calls `run_all`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from paraph.automation.facts import RuleFailed
from paraph.automation.models import ERROR_CHARS, Cursor, Run, RunState
from paraph.automation.occasions import ORDER_TOPIC, Occasion, Scene
from paraph.automation.rules import RULES, Rule
from paraph.evidence import ledger
from paraph.evidence.models import Entry, Log
from paraph.lib import clock, crash
from paraph.lib.actor import SYSTEM
from paraph.lib.compiled import Compiled
from paraph.lib.literal import Literal
from paraph.work.models import WorkOrder

logger = logging.getLogger(__name__)

# Effects only write rows, so a run takes milliseconds; after this its process is taken for dead.
LEASE = timedelta(seconds=30)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# With the waits above the last try is about three hours after the first.
CIRCLE = "loop"  # why a run was given up that would lead to itself
MAX_ATTEMPTS = 13
# Facts that rules caused, one out of the other, at most so often; then it is taken for a circle (faults.md F26).
MAX_DEPTH = 8
# Entries turned into runs in one transaction.
BATCH = 200


def run_pending(log: str | UUID) -> int:
    """Do what the facts of one log ask for at once; return how many runs were done.

    Costs one query when there is nothing to do. Never raises for what a rule does, nor for a database that is busy:
    the caller's own act is committed, and the worker does the rest, and all that can wait a second.
    """
    at_once = frozenset(rule.key for rule in RULES if rule.at_once)
    try:
        return _run(lambda: _in_one(frozenset(_rules()), at_once).rows(clock.now(), _uuid(log)), at_once)
    except DatabaseError:
        logger.exception("consequences in log %s are left to the worker", log)
        return 0


def run_all() -> int:
    """Do everything the facts of every log ask for: the worker's part, and its safety net."""
    return _run(lambda: list(_stirring(clock.now())), None)


Keys = frozenset[str] | None
Stirring = Callable[[], Iterable[tuple[Any, ...]]]


def _stirring(now: datetime, rules: Keys = None) -> QuerySet[Log, tuple[UUID, bool, bool]]:
    """What there is to do: (log, entries beyond the cursor that a rule waits for?, runs of `rules` that are due?)."""
    position = Cursor.objects.filter(log=OuterRef(OuterRef("name"))).values("position")
    entries = Entry.objects.filter(kind__in=_rules(), index__gte=Coalesce(Subquery(position), 0))
    news = Exists(entries.filter(log=OuterRef("name")))
    due = Exists(_of(OuterRef("name"), _due(now, rules)))
    return (
        Log.objects.annotate(news=news, due=due)
        .filter(Q(news=True) | Q(due=True))
        .values_list("name", "news", "due")
    )


def retry() -> int:
    """Let everything be tried anew that was given up, but what led in a circle; return how many."""
    given_up = Run.objects.filter(state=RunState.DEAD).exclude(error=CIRCLE)
    return given_up.update(
        state=RunState.PENDING, attempts=0, due_at=clock.now(), leased_until=None, error=""
    )


@cache
def _in_one(kinds: frozenset[str], rules: frozenset[str]) -> Compiled:
    """What there is to do in one log, compiled for the kinds of entries that rules wait for."""

    def build(now: datetime, log: UUID) -> QuerySet[Log, tuple[UUID, bool, bool]]:
        return _stirring(now, rules).filter(name=log)

    return Compiled(build, datetime(2000, 1, 1, tzinfo=UTC), UUID(int=1))


@cache
def _news(kinds: frozenset[str]) -> Compiled:
    """The next entries of a log that rules wait for."""

    def build(log: UUID, position: int) -> QuerySet[Entry]:
        waiting = ledger.since(log, position).filter(kind__in=kinds)
        return waiting.select_related("cause", "personal")[:BATCH]

    return Compiled(build, UUID(int=1), 2**40)


def _run(stirring: Stirring, rules: Keys) -> int:
    """Do what there is to do for `rules` (None: all), and what that leads to, until nothing is left.

    Each look is one query.
    """
    done, failed = 0, set[UUID]()
    while found := [one for one in stirring() if _uuid(one[0]) not in failed]:
        for name, news, due in found:
            log = _uuid(name)
            try:
                done += _attempt(_advance(log, rules)) if news else 0
                done += sum(_attempt(runs) for runs in _claimed(log, rules)) if due else 0
            except Exception:
                # One organisation's trouble must not stop the others; the next look tries again.
                logger.exception("consequences in log %s are left for later", log)
                failed.add(log)
    return done


def _uuid(name: UUID | str) -> UUID:
    """A log's name as the driver gave it."""
    return name if isinstance(name, UUID) else UUID(name)


@transaction.atomic
def _advance(log: UUID, rules: Keys) -> list[Run]:
    """Turn the next entries into runs, and move the cursor; return those of `rules`, which are ours.

    The others are due and nobody's: the worker takes them. The cursor stays behind entries no rule waits for, so that
    reading them costs no write.
    """
    cursor = _locked(log)
    entries: list[Entry] = _news(frozenset(_rules())).objects(log, cursor.position)
    if not entries:
        return []
    now = clock.now()
    ours, free = {"attempts": 1, "leased_until": now + LEASE}, {"attempts": 0, "leased_until": None}
    runs = [
        Run(rule=rule.key, entry=entry, due_at=now, **(ours if rules is None or rule.key in rules else free))
        for entry in entries
        for rule in _rules()[entry.kind]
    ]
    for run in runs:
        if _is_circle(run.entry):
            _give_up(run, CIRCLE, "")
    Run.objects.bulk_create(runs)
    cursor.position = entries[-1].index + 1
    cursor.save(update_fields=["position"])
    return [run for run in runs if run.attempts and run.state == RunState.PENDING]


def _locked(log: UUID) -> Cursor:
    found = Cursor.objects.select_for_update().filter(log=log).first()
    if found is None:
        Cursor.objects.bulk_create([Cursor(log=log)], ignore_conflicts=True)
        found = Cursor.objects.select_for_update().get(log=log)
    return found


def _attempt(runs: Sequence[Run]) -> int:
    """Carry out runs we hold, in one transaction an order; return how many were done."""
    done = 0
    for topic, chosen in groupby(sorted(runs, key=_topic), key=_topic):
        done += _attempt_together(topic, list(chosen))
        crash.point("run.committed")
    return done


@transaction.atomic
def _attempt_together(topic: str, runs: list[Run]) -> int:
    # The order first, as every verb does: the ledger is locked after it, never before.
    _hold(topic)
    ours = Run.objects.filter(
        pk__in=[run.pk for run in runs], state=RunState.PENDING, leased_until=runs[0].leased_until
    )
    if ours.update(state=RunState.DONE, done_at=clock.now(), leased_until=None, error="") != len(runs):
        # We were so slow that somebody took them over.
        transaction.set_rollback(True)
        return 0
    scene = Scene(topic)
    done = sum(_carry_out(run, scene) for run in runs)
    crash.point("run.before_commit")
    return done


def _topic(run: Run) -> str:
    return run.entry.topic


def _hold(topic: str) -> None:
    if topic.startswith(ORDER_TOPIC):
        order = WorkOrder.objects.select_for_update().filter(pk=topic.removeprefix(ORDER_TOPIC))
        order.values_list("pk", flat=True).first()


def _carry_out(run: Run, scene: Scene) -> bool:
    """Write the effects of a run that is marked as done; if they fail, it is marked as failed instead."""
    try:
        with transaction.atomic():
            rule = next((one for one in RULES if one.key == run.rule), None)
            if rule is not None:  # else a rule of a later release: nothing of ours
                rule.apply(Occasion(run.rule, run.entry, scene))
    except Exception as problem:
        # One rule must not stop the others, whatever is wrong with it.
        logger.exception("rule %s for entry %s, try %s", run.rule, run.entry_id, run.attempts)
        scene.forget()
        _fail(run, problem)
        return False
    return True


def _fail(run: Run, problem: Exception) -> None:
    wait = min(FIRST_WAIT * 2 ** (run.attempts - 1), LONGEST_WAIT)
    # The words of the problem may hold personal values, which belong into no table of ours.
    name = type(problem).__name__[:ERROR_CHARS]
    if run.attempts >= MAX_ATTEMPTS:
        _give_up(run, "error", name)
    Run.objects.filter(pk=run.pk).update(
        state=run.state, error=name, due_at=clock.now() + wait, leased_until=None, done_at=None
    )


def _give_up(run: Run, reason: str, error: str) -> None:
    run.state, run.error, run.leased_until = RunState.DEAD, error or reason, None
    fact = RuleFailed(rule=run.rule, reason=reason, error=error)
    ledger.append(fact, log=run.entry.log_id, topic=run.entry.topic, by=SYSTEM, cause=run.entry)


def _due(now: datetime, rules: Keys = None) -> QuerySet[Run]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Run.objects.filter(free, state=Literal(RunState.PENDING), due_at__lte=now)
    # Not the column itself: SQLite would look through all runs there ever were of these rules, by their index.
    which = due.annotate(which=Coalesce("rule", Value("")))
    return due if rules is None else which.filter(which__in=sorted(rules))


def _of(log: UUID | OuterRef, due: QuerySet[Run]) -> QuerySet[Run]:
    """Those of one log: looked up for each due run, and not joined, or the database begins with the whole ledger."""
    place = Entry.objects.filter(pk=OuterRef("entry")).values("log")
    return due.annotate(place=Subquery(place)).filter(place=log)


def _claimed(log: UUID, rules: Keys) -> Iterator[list[Run]]:
    """Due runs of a log, taken for as long as the lease: those never tried together, the others one by one.

    The try counts from here.
    """
    found = list(_of(log, _due(clock.now(), rules)).order_by("pk").values_list("pk", "attempts"))
    fresh = [pk for pk, attempts in found if not attempts][:BATCH]
    for chosen in [*([fresh] if fresh else []), *([pk] for pk, attempts in found if attempts)]:
        runs = _claim(chosen)
        for run in runs:
            if run.attempts > MAX_ATTEMPTS:
                _bury(run)  # every try ended the process before it could be marked
        yield [run for run in runs if run.state == RunState.PENDING]


@transaction.atomic
def _claim(pks: Sequence[int]) -> list[Run]:
    """Take runs, all of them or none: somebody may have been faster."""
    now = clock.now()
    taken = _due(now).filter(pk__in=pks).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    if taken != len(pks):
        transaction.set_rollback(True)
        return []
    return list(Run.objects.filter(pk__in=pks).select_related("entry__personal").order_by("pk"))


@transaction.atomic
def _bury(run: Run) -> None:
    ours = Run.objects.filter(pk=run.pk, state=RunState.PENDING, leased_until=run.leased_until)
    _give_up(run, "error", "NoTryEnded")
    ours.update(state=run.state, error=run.error, leased_until=None)


def _is_circle(entry: Entry) -> bool:
    """Whether the entry is the end of a chain of causes longer than `MAX_DEPTH`."""
    depth, cause = 0, entry.cause
    while cause is not None and depth <= MAX_DEPTH:
        depth, cause = depth + 1, cause.cause
    return depth > MAX_DEPTH


def _rules() -> dict[str, list[Rule]]:
    """The rules by the kind of fact they wait for, in their order."""
    found: dict[str, list[Rule]] = {}
    for rule in RULES:
        found.setdefault(rule.on, []).append(rule)
    return found
