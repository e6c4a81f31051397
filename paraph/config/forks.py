"""The first worker as a fork of the server: what both have imported is in memory once.

Only possible before the first thread; a worker that is started again later is a process of its own.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.05
# mallopt(3): how many heaps the C library keeps. Each thread would get one, and each keeps what was ever in use.
M_ARENA_MAX = -8
HEAPS = 1
# mallopt(3): from this size on a piece of memory goes back to the system as soon as it is free, and so does that much
# at the end of the heap. Fixed, or the C library raises them with the largest document ever rendered.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGE_BYTES = 64 * 1024
# proc_pid_stat(5): where in memory the words of the command line begin and end.
ARG_START, ARG_END = 48, 49


class Fork:
    """A child that does one thing and ends; to be asked like a `subprocess.Popen`."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _end(work)

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait until it has ended; raises `subprocess.TimeoutExpired`."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout)
            time.sleep(POLL_SECONDS)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def save_memory() -> None:
    """Keep little of what is free, in this process and its forks. Where the C library knows no such thing, nothing."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or any(name.startswith("MALLOC_") for name in os.environ):
        return
    for option, value in (
        (M_ARENA_MAX, HEAPS),
        (M_TRIM_THRESHOLD, LARGE_BYTES),
        (M_MMAP_THRESHOLD, LARGE_BYTES),
    ):
        mallopt(option, value)


def call_it(words: str) -> None:
    """What `ps` shows for this process. Linux only; as many letters as there is room for."""
    if sys.platform == "linux":
        told = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        begin, end = (int(told[field - 3]) for field in (ARG_START, ARG_END))
        room = end - begin
        ctypes.memmove(begin, words.encode()[: room - 1].ljust(room, b"\0"), room)


def _end(work: Callable[[], None]) -> None:
    """The child's whole life; it never returns into what the parent was doing."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - told here, because nobody above may go on
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
