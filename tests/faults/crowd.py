"""Customers who sign at the same time and do not give up, and what they wrote down where no fault reaches it."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tests.faults import serving
from tests.faults.house import Posting

SECONDS = 600  # for everybody to get their receipt, on a machine that does much else
LATEST = 0.4  # seconds after an acknowledgement within which a fault comes


class Crowd:
    """`ports` are those of the servers; a customer who gets no answer tries again, with any of them."""

    def __init__(self, postings: Sequence[Posting], ports: list[int], threads: int = 3) -> None:
        self.ports, self.total = ports, len(postings)
        self.codes: dict[str, str] = {}
        self.without_answer: Counter[str] = Counter()
        self._waiting: queue.SimpleQueue[Posting] = queue.SimpleQueue()
        self._problems: list[Exception] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._customer) for _ in range(threads)]
        for one in postings:
            self._waiting.put(one)

    def __enter__(self) -> Crowd:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join()
        assert self._problems == []

    def wait_for(self, receipts: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Until so many customers hold a receipt; `meanwhile` is what an operator looks after."""
        until = time.monotonic() + SECONDS
        while len(self.codes) < min(receipts, self.total):
            assert not self._problems, self._problems
            assert time.monotonic() < until, f"only {len(self.codes)} of {self.total} could sign"
            meanwhile()
            time.sleep(0.02)

    def at_a_bad_moment(self, chance: random.Random, receipts: int) -> None:
        """Until so many more hold a receipt, and then some moment later: the next ones are at it."""
        self.wait_for(len(self.codes) + receipts)
        time.sleep(chance.uniform(0, LATEST))

    def finish(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Until everybody holds a receipt."""
        self.wait_for(self.total, meanwhile)

    def _customer(self) -> None:
        """Sign for one after the other; wait for those who are being tried by others and may come back."""
        try:
            while not self._over.is_set() and len(self.codes) < self.total:
                try:
                    posting = self._waiting.get(timeout=0.1)
                except queue.Empty:
                    continue
                self._try(posting)
        except Exception as problem:  # noqa: BLE001 - told to the test
            self._problems.append(problem)

    def _try(self, posting: Posting) -> None:
        code = serving.sign(random.choice(self.ports), posting, patient=True)
        if code:
            assert self.codes.setdefault(posting.path, code) == code
        else:
            self.without_answer[posting.path] += 1
            self._waiting.put(posting)
            time.sleep(0.1)
