"""Signs of life of the workers: each leaves a note every few seconds, and takes it away when it stops in order."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, connections

from paraph.operate import notes

logger = logging.getLogger(__name__)

KIND = "worker"
EVERY_SECONDS = 10.0
# Three beats may get lost, for example while the database starts again.
SILENT = timedelta(seconds=45)
# A loop that failed so often in a row, or is at one piece for so long, is in trouble.
FAILURES = 3
BUSY = timedelta(minutes=15)


@dataclass
class Pulse:
    """What a worker knows about its loops: failures in a row, and since when each is at its piece of work."""

    failures: dict[str, int] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def piece(self, loop: str) -> Iterator[None]:
        """Around each piece of work; one that raises counts as failed."""
        self.since[loop] = time.monotonic()
        try:
            yield
        except BaseException:
            self.failures[loop] = self.failures.get(loop, 0) + 1
            raise
        else:
            self.failures[loop] = 0
        finally:
            self.since.pop(loop, None)

    @property
    def troubled(self) -> list[str]:
        """Loops that need a look."""
        now = time.monotonic()
        stuck = {one for one, since in dict(self.since).items() if now - since > BUSY.total_seconds()}
        return sorted(stuck | {one for one, count in dict(self.failures).items() if count >= FAILURES})


@dataclass(frozen=True)
class Beat:
    """A worker that is alive, and the names of its loops in trouble."""

    at: datetime
    troubled: tuple[str, ...]


def alive(now: datetime) -> list[Beat]:
    """The workers that were heard of lately, on whatever machine."""
    return [
        Beat(one.at, tuple(one.told.get("troubled", ()))) for one in notes.of(KIND) if now - one.at <= SILENT
    ]


@contextmanager
def beating(pulse: Pulse) -> Iterator[None]:
    """Leave signs of life from a thread of its own until the block ends, then take the note away."""
    name, stop = f"{KIND}:{socket.gethostname()}:{os.getpid()}", threading.Event()
    thread = threading.Thread(target=_beat, args=(name, pulse, stop), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(EVERY_SECONDS)


def _beat(name: str, pulse: Pulse, stop: threading.Event) -> None:
    wait = 0.0
    while not stop.wait(wait):
        wait = EVERY_SECONDS
        _tell(lambda: notes.leave(name, troubled=pulse.troubled))
    _tell(lambda: notes.remove(name))
    connections.close_all()


def _tell(what: object) -> None:
    close_old_connections()
    try:
        what()  # type: ignore[operator]
    except DatabaseError as problem:
        # A database that is away is told by the loops; the next beat tries again.
        logger.warning("no sign of life was left: %s", type(problem).__name__)
    finally:
        close_old_connections()
