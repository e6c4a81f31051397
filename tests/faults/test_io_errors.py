"""F8: the disk fails now and then. Whoever holds a receipt has signed; the others try again and can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import tools
from tests.faults.crowd import Crowd
from tests.faults.serving import Server
from tests.faults.world import World

# What SQLite and the store of files write and make durable with.
POINTS = ("posix/io/rw/pwrite", "posix/io/sync/fsync", "posix/io/sync/fdatasync")
PROBABILITY = 0.02
ERROR = "disk I/O error"
CUSTOMERS = 6
# A start that meets an error says so and ends; somebody starts it again.
STARTS = 10
# Some more customers, until an error has come.
MOST = 6


@pytest.mark.sqlite
def test_F8_with_random_write_errors_every_acknowledged_signature_is_there(tmp_path: Path) -> None:
    world, codes = World(tmp_path / "data"), list[str]()
    world.paraph("migrate")
    waiting = world.prepare(CUSTOMERS)
    server = started(world, tmp_path)
    try:
        for _ in range(max(MOST, tools.rounds(0) // CUSTOMERS)):
            with Crowd(waiting, [server.port]) as crowd:
                crowd.finish()
            codes += crowd.codes.values()
            if ERROR in server.said() and len(codes) >= tools.rounds(CUSTOMERS):
                break
            waiting = world.prepare(CUSTOMERS)
    finally:
        server.kill()
    assert ERROR in server.said(), "no error was injected"
    world.ask("work")
    found = world.ask("found")
    assert sorted(found["codes"].values()) == sorted(codes)
    assert found["broken"] == []


def started(world: World, logs: Path) -> Server:
    """A server whose disk fails; sometimes it does so at the start."""
    before = tools.failing_io(POINTS, PROBABILITY)
    for _ in range(STARTS):
        try:
            return world.serve(logs, before)
        except AssertionError as problem:
            if ERROR not in str(problem):
                raise
    raise AssertionError("the server did not start once")
