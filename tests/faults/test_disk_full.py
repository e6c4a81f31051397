"""F7: the disk is full. Nobody is told "signed" who is not, and when there is room again all goes on by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import postgres
from scripts.postgres import Cluster
from tests.faults import serving, tools
from tests.faults.crowd import Crowd
from tests.faults.world import World

NOT_NOW = {503, 507}
# Enough for database, static files and a few sealed copies.
DISK_MB = 64
BLOBS_MB = 2
CUSTOMERS = 4


@pytest.mark.sqlite
def test_F7_the_disk_of_database_and_files_is_full(tmp_path: Path) -> None:
    with tools.small_disk(tmp_path / "disk", DISK_MB) as disk:
        world = World(disk / "data")
        world.paraph("migrate")
        first, *others = world.prepare(CUSTOMERS)
        with world.serving(tmp_path) as server:
            code = serving.sign(server.port, first)
            with tools.full(disk):
                answers = [serving.answer_to(server.port, one) for one in others]
                assert set(answers) <= NOT_NOW, answers
                assert server.answers()
            with Crowd(others, [server.port]) as crowd:
                crowd.finish()
            assert serving.sign(server.port, first) == code
        assert_all_there(world, [code, *crowd.codes.values()])


@pytest.mark.sqlite
def test_F7_the_disk_of_the_files_is_full_and_the_seal_follows(tmp_path: Path) -> None:
    world = World(tmp_path / "data")
    world.paraph("migrate")
    with tools.small_disk(world.data / "blobs", BLOBS_MB) as disk:
        postings = world.prepare(2)
        with world.serving(tmp_path) as server, tools.full(disk):
            codes = [serving.sign(server.port, one) for one in postings]
            pages = [serving.page(server.port, one, "receipt/") for one in postings]
            assert all("could not be stored" in one for one in pages), pages
            assert not any("Signed and sealed" in one for one in pages)
        assert_all_there(world, codes)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server whose data are on a small disk."""
    folder = postgres.short_folder()
    made = Cluster(folder, folder / "disk" / "cluster")
    with tools.small_disk(folder / "disk", DISK_MB) as disk:
        made.own(disk)
        made.create("--wal-segsize=1")
        made.start(**SMALL)
        try:
            yield made
        finally:
            made.abort()
    shutil.rmtree(folder, ignore_errors=True)


SMALL = {"min_wal_size": "2MB", "max_wal_size": "8MB", "shared_buffers": "16MB"}


@pytest.mark.postgresql
def test_F7_the_disk_of_a_postgresql_server_is_full(tmp_path: Path, cluster: Cluster) -> None:
    world = World(tmp_path / "data", cluster.url)
    world.paraph("migrate")
    first, *others = world.prepare(CUSTOMERS)
    with world.serving(tmp_path) as server:
        code = serving.sign(server.port, first)
        with tools.full(cluster.data.parent):
            answers = [serving.answer_to(server.port, one) for one in others * 5]
            # Until its log needs another file, the server may still take what fits into the last one.
            assert NOT_NOW & set(answers), answers
            assert set(answers) <= NOT_NOW | {302}, answers
        if not cluster.is_running():
            cluster.start(**SMALL)
        with Crowd(others, [server.port]) as crowd:
            crowd.finish()
    assert_all_there(world, [code, *crowd.codes.values()])


def assert_all_there(world: World, codes: list[str]) -> None:
    """Every receipt is found, once, and nothing is broken, without anybody having repaired anything."""
    world.ask("work")
    found = world.ask("found")
    assert sorted(found["codes"].values()) == sorted(codes)
    assert found["broken"] == []
