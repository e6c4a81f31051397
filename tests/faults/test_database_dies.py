"""F9: the PostgreSQL server is killed while customers sign. Whoever holds a receipt has signed, the others can."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts import postgres
from scripts.postgres import Cluster
from tests.faults import serving, tools
from tests.faults.crowd import Crowd
from tests.faults.world import World

pytestmark = pytest.mark.postgresql

SEED = 20_261_122
# Each kind of death once in `make test`.
ROUNDS = tools.rounds(3)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of this test's own."""
    folder = postgres.short_folder()
    made = Cluster(folder)
    made.create()
    made.start()
    try:
        yield made
    finally:
        made.abort()
        shutil.rmtree(folder, ignore_errors=True)


def test_F9_a_database_server_that_dies_in_mid_transaction_loses_no_receipt(
    tmp_path: Path, cluster: Cluster
) -> None:
    chance = random.Random(SEED)
    deaths: list[Callable[[Cluster], None]] = [Cluster.abort, kill_a_connection, Cluster.kill]
    world = World(tmp_path / "data", cluster.url)
    world.paraph("migrate")
    # Two a round, and some who come when it is over.
    customers = world.prepare(2 * ROUNDS + 3)
    with world.serving(tmp_path) as server, Crowd(customers, [server.port]) as crowd:
        for turn in range(ROUNDS):
            crowd.at_a_bad_moment(chance, 1)
            deaths[turn % len(deaths)](cluster)
            if not cluster.is_running():
                cluster.start()
        crowd.finish()
    world.ask("work")
    found = world.ask("found")
    assert sorted(found["codes"].values()) == sorted(crowd.codes.values())
    assert found["broken"] == []


def kill_a_connection(cluster: Cluster) -> None:
    """kill -9 of one process that serves a connection; the server then ends all of them and recovers."""
    assert cluster.process is not None
    for pid in serving.family(cluster.process.pid):
        with suppress(OSError):
            if b" paraph paraph " in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                return
