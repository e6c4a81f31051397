"""A file of somebody else never takes the last thread of a web process (F21)."""

from __future__ import annotations

import threading

import pytest

from paraph.config import server
from paraph.signoff.refusals import FileRefused
from paraph.web.shared import turns


def test_F21_one_file_is_read_one_waits_and_the_next_is_told_at_once() -> None:
    reading, go_on = threading.Event(), threading.Event()
    came: list[str] = []

    def read(name: str) -> None:
        with turns.turn():
            came.append(name)
            reading.set()
            go_on.wait(20)

    jobs = [threading.Thread(target=read, args=(name,)) for name in ("first", "second")]
    jobs[0].start()
    assert reading.wait(20)
    jobs[1].start()
    while turns._room._value:  # until the second waits
        pass
    assert came == ["first"]
    with pytest.raises(FileRefused) as told, turns.turn():
        pass
    assert told.value.again
    go_on.set()
    for one in jobs:
        one.join()
    assert came == ["first", "second"]
    assert server.THREADS > turns.MOST_AT_ONCE
    with turns.turn():
        pass  # all is as before
