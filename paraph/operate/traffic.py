"""How many requests, how long they took: counted in memory that all web processes of one `paraph serve` share.

The secret: the memory is made before the processes are, and each takes a part of its own by a file lock, which ends
with its process. So nothing is locked while counting, nothing is lost when a process is killed, the next one goes on
counting where it stopped, and a scrape adds up all parts. Where no memory was shared, a process counts for itself.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import URLResolver, get_resolver

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "other")
# Statuses we answer with; anything else counts as its hundred.
STATUSES = (
    200,
    204,
    206,
    301,
    302,
    303,
    304,
    400,
    403,
    404,
    405,
    409,
    410,
    413,
    416,
    422,
    429,
    500,
    502,
    503,
    507,
)
OTHERS = (100, 200, 300, 400, 500)
# Seconds; the last bucket is everything slower.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MORE_ROUTES = ("healthz", "readyz", "metrics", "unknown", "files")
# Processes that can count at the same time on one machine.
PARTS = 64
MICROSECONDS = 1_000_000
WORD = 8


@dataclass(frozen=True)
class Place:
    """Where numbers of one process lie, in words from the beginning of its part."""

    routes: dict[str, int]

    @property
    def statuses(self) -> int:
        """Words for the counts by route, method and status."""
        return len(self.routes) * len(METHODS) * (len(STATUSES) + len(OTHERS))

    @property
    def words(self) -> int:
        """Words of a part: the counts, then a histogram and the sum of microseconds a route."""
        return self.statuses + len(self.routes) * (len(BOUNDS) + 2)

    def status(self, route: int, method: int, status: int) -> int:
        """The word of a count."""
        return (route * len(METHODS) + method) * (len(STATUSES) + len(OTHERS)) + status

    def times(self, route: int) -> int:
        """The first word of a route's histogram; its sum stands behind the buckets."""
        return self.statuses + route * (len(BOUNDS) + 2)


class Memory:
    """Parts of counts in shared memory."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._file = _file()
        # One word more than the parts: whether this server was told to stop.
        self._stopping = PARTS * place.words
        size = -(-(self._stopping + 1) * WORD // mmap.PAGESIZE) * mmap.PAGESIZE
        os.truncate(self._file, size)
        self.numbers = memoryview(mmap.mmap(self._file, size)).cast("Q")
        self._owner = 0
        self._base = 0
        self._lock = threading.Lock()

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        place = self.place
        number = place.routes.get(route, place.routes["unknown"])
        which = place.status(number, METHODS.index(method), _status(status))
        times = place.times(number)
        with self._lock:
            if self._owner != os.getpid():
                self._take()
            base, numbers = self._base, self.numbers
            numbers[base + which] += 1
            numbers[base + times + bisect_left(BOUNDS, seconds)] += 1
            numbers[base + times + len(BOUNDS) + 1] += int(seconds * MICROSECONDS)

    def _take(self) -> None:
        """Take a part nobody counts in. Its lock ends with this process."""
        # The lock of a fork belongs to its parent; the last part is shared by all that find none.
        for part in range(PARTS):
            self._base = part * self.place.words
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, part)
            except OSError:
                continue
            break
        self._owner = os.getpid()

    @property
    def stopping(self) -> bool:
        """Whether all processes of this server are about to stop."""
        return bool(self.numbers[self._stopping])

    @stopping.setter
    def stopping(self, value: bool) -> None:
        self.numbers[self._stopping] = value

    def total(self, word: int) -> int:
        """One number, added up over all parts."""
        return sum(self.numbers[part * self.place.words + word] for part in range(PARTS))


@dataclass(frozen=True)
class Route:
    """What was counted for a route: answers by (method, status), histogram, seconds in all."""

    name: str
    answers: dict[tuple[str, str], int]
    buckets: list[int]
    seconds: float


def prepare() -> None:
    """Make the memory; called before the web processes are forked."""
    memory()


@cache
def memory() -> Memory:
    """The memory of this process and of those forked from it."""
    names = [*MORE_ROUTES, *sorted(set(_names(get_resolver())))]
    return Memory(Place({name: number for number, name in enumerate(dict.fromkeys(names))}))


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer by this process."""
    memory().count(route, method, status, seconds)


def counted() -> Iterator[Route]:
    """Everything that was counted, for routes somebody asked for."""
    held = memory()
    names = [*map(str, STATUSES), *(f"{one // 100}xx" for one in OTHERS)]
    for name, number in held.place.routes.items():
        first = held.place.times(number)
        buckets = [held.total(first + one) for one in range(len(BOUNDS) + 1)]
        if not any(buckets):
            continue
        answers = {
            (method, status): found
            for row, method in enumerate(METHODS)
            for column, status in enumerate(names)
            if (found := held.total(held.place.status(number, row, column)))
        }
        yield Route(name, answers, buckets, held.total(first + len(BOUNDS) + 1) / MICROSECONDS)


@cache
def _status(status: int) -> int:
    if status in STATUSES:
        return STATUSES.index(status)
    return len(STATUSES) + OTHERS.index(min(max(status // 100 * 100, OTHERS[0]), OTHERS[-1]))


def _file() -> int:
    """A file without a name, in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("paraph-traffic")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _names(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif one.name:
            yield f"{space}{one.name}"
