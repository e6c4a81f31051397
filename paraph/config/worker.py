"""The worker: everything that happens without somebody waiting for it, as loops that do not stop one another.

Each loop has a thread of its own, so that a slow mail server holds up no seal. A loop works in pieces; what it is at
can be killed at any moment, because every piece of work is claimed by a row and claimed again when its lease ran out.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.contrib.sessions.models import Session
from django.db import close_old_connections, connections

from paraph.automation import runner, undelivered
from paraph.capture import filing
from paraph.delivery import collect, outbox, retention
from paraph.evidence import ledger
from paraph.insights import folding
from paraph.lib import clock, home
from paraph.operate import heartbeat, notes, reconcile
from paraph.people import factors, limits, open_sessions
from paraph.sealing.timestamp import EmbeddedAuthority
from paraph.signoff import completion, followups, reading
from paraph.signoff.facts import NOT_LAST

logger = logging.getLogger(__name__)

# Messages sent before the loop looks whether it should stop.
LETTERS_A_PIECE = 10
# A loop that fails waits twice as long each time, at most this many seconds.
LONGEST_PAUSE = 60.0
# Seconds from which on a loop that waits keeps no connection: each costs memory, here or in the database server.
RARELY = 10.0
# Seconds granted to the pieces at hand when the worker is told to stop.
PATIENCE = 20.0
# Rate-limit counters have windows of a day at most, and a one-time code is good for two minutes.
COUNTERS_KEPT = timedelta(days=1)
# A worker that gave no sign of life for so long is not coming back.
BEATS_KEPT = timedelta(days=1)
# A file is written in a moment; one that is half written after an hour has lost its writer.
PARTS_KEPT = timedelta(hours=1)
# How the loops of this process are; its signs of life tell.
PULSE = heartbeat.Pulse()


@dataclass(frozen=True)
class Loop:
    """A piece of work, and how many polls lie between two looks for it. `work` returns how much it did."""

    name: str
    work: Callable[[], int]
    polls: int = 1


def stamp_checkpoints() -> int:
    """Time-stamp the newest checkpoint of every ledger, by the configured authority or our own (evidence.md 4)."""
    authority = completion.authority() or EmbeddedAuthority(completion.keyset())
    return len(ledger.stamp_pending(lambda digest: authority.stamp(digest, at=clock.now())))


def tidy() -> int:
    """Forget what is long over: rate-limit counters, sessions, what old mails said, half-written files."""
    now = clock.now()
    sessions = Session.objects.filter(expire_date__lt=now).delete()[0]
    notes.forget(heartbeat.KIND, now - BEATS_KEPT)
    parts = home.blobs().sweep(now - PARTS_KEPT)
    return (
        factors.forget_spent(now - COUNTERS_KEPT)
        + limits.forget(now - COUNTERS_KEPT)
        + sessions
        + open_sessions.forget_ended()
        + parts
        + retention.wipe()
    )


LOOPS = (
    Loop("consequences", runner.run_all),
    Loop("mail", partial(outbox.deliver_due, LETTERS_A_PIECE, on_dead=undelivered.record)),
    # A seal that is pending waits for a key or a renderer; trying costs a rendering each time (I7: within 60 s).
    Loop("seals", completion.seal_pending, polls=15),
    # Two signed at the same moment: nothing is wrong, so the seal need not wait.
    Loop("seals of the moment", partial(completion.seal_pending, NOT_LAST), polls=2),
    # What phones send is filed at once where that takes a moment; the rest of a long absence follows here.
    Loop("captures", filing.file_due),
    # Reading takes a page a second; what comes meanwhile waits its turn, and other loops go on.
    Loop("papers", reading.read_due),
    Loop("reminders", followups.remind_due, polls=30),
    Loop("expiries", followups.expire_due, polls=30),
    Loop("time stamps", stamp_checkpoints, polls=30),
    Loop("returned mail", partial(collect.collect, on_dead=undelivered.record), polls=60),
    Loop("figures", folding.fold_due, polls=3),
    # Of several workers one does it, once a minute.
    Loop("invariants", reconcile.watch, polls=5),
    Loop("tidying", tidy, polls=3600),
)


def run_once() -> int:
    """Let every loop do one piece of work, in this thread; return how much was done."""
    return sum(_piece(loop) or 0 for loop in LOOPS)


def run_forever(parent: int, poll: float = 1.0) -> None:
    """Run the loops until SIGTERM, SIGINT, or the end of the process `parent`; finish the pieces at hand."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [
        threading.Thread(target=_run, args=(loop, poll, stop), name=loop.name, daemon=True) for loop in LOOPS
    ]
    for thread in threads:
        thread.start()
    logger.info("worker %s: %s", os.getpid(), ", ".join(loop.name for loop in LOOPS))
    with heartbeat.beating(PULSE):
        while not stop.wait(poll):
            if os.getppid() != parent:
                stop.set()  # whoever started us was killed, and starts another worker when it comes back
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    logger.info("worker %s has stopped", os.getpid())


def _run(loop: Loop, poll: float, stop: threading.Event) -> None:
    """One thread. While there is work it goes on at once; else it waits."""
    pause = 0.0
    while not stop.wait(pause):
        done = _piece(loop)
        if done is None:
            pause = min(max(pause, poll * loop.polls) * 2, max(LONGEST_PAUSE, poll * loop.polls))
        else:
            pause = 0.0 if done else poll * loop.polls
        if pause >= RARELY:
            connections.close_all()
    connections.close_all()


def _piece(loop: Loop) -> int | None:
    """One piece of work; None when it failed, which is noted and stops nothing."""
    close_old_connections()
    try:
        with PULSE.piece(loop.name):
            return loop.work()
    except Exception:
        logger.exception("worker: %s failed and will be tried again", loop.name)
        return None
    finally:
        close_old_connections()
