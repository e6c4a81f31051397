"""Reading files of others by turns, so that a web process always has a thread left for everybody else (F21).

One file is read at a time in a process, a second one waits, and whoever comes then is told to try again: at once, for
waiting would take the last thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from paraph.signoff.refusals import BUSY, FileRefused

MOST_AT_ONCE = 2  # read, and waiting for it; `config.server` has more threads than that
PATIENCE = 12.0  # seconds: longer than the longest file takes

_room = threading.BoundedSemaphore(MOST_AT_ONCE)
_reading = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """While a file is read. Raises `FileRefused` (busy) when others wait already; nothing is wrong with the file."""
    if not _room.acquire(blocking=False):
        raise FileRefused(BUSY)
    try:
        if not _reading.acquire(timeout=PATIENCE):
            raise FileRefused(BUSY)
        try:
            yield
        finally:
            _reading.release()
    finally:
        _room.release()
