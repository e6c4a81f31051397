"""F4, F5, F6: the power fails, making durable fails. Only `make faults` does this: it needs FUSE and minutes.

Everything is kept on `cowardly_disk.py`, which after a power failure has only what was made durable.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import machine, postgres
from scripts.postgres import Cluster
from scripts.provision import SetupError
from tests.faults import tools
from tests.faults.crowd import Crowd
from tests.faults.serving import Server
from tests.faults.world import World

pytestmark = pytest.mark.power

SEED = 20_261_124
# A round costs half a minute: a tenth of those of the quick faults.
ROUNDS = max(3, tools.rounds(0) // 10)
A_ROUND = 6
MOUNT_SECONDS = 30
BROKEN_SECONDS = 2.0
# A server that recovers makes every file durable first; through this file system that takes minutes, and it is so.
RECOVERY_SECONDS = 300
SETTINGS = {"recovery_init_sync_method": "syncfs"}
DISK = Path(__file__).with_name("cowardly_disk.py")


class Disk:
    """A mounted cowardly disk at `mount`, made of folders beside it."""

    def __init__(self, folder: Path) -> None:
        self.live, self.safe, self.mount = folder / "live", folder / "safe", folder / "mount"
        self._broken = folder / "mount.eio"
        self._process: subprocess.Popen[bytes] | None = None
        for one in (self.live, self.mount):
            one.mkdir()
            one.chmod(0o755)

    def switch_on(self) -> None:
        """Mount it. What is there at first, or was made durable before, is there."""
        if not self.safe.exists():
            shutil.copytree(self.live, self.safe, symlinks=True)
            own_alike(self.live, self.safe)
        packages = {"PYTHONPATH": str(machine.file_systems())}
        command = [sys.executable, str(DISK), str(self.live), str(self.safe), str(self.mount)]
        self._process = subprocess.Popen(command, env=packages)
        until = time.monotonic() + MOUNT_SECONDS
        while not self.mount.is_mount():
            assert self._process.poll() is None, "the file system ended"
            assert time.monotonic() < until, "the file system was not mounted"
            time.sleep(0.05)

    def fail(self) -> None:
        """Power off: whoever wrote there must be dead by now. What was not made durable is gone."""
        self.switch_off()
        shutil.rmtree(self.live)
        shutil.rmtree(self.safe.with_name("safe.bytes"))
        subprocess.run(["cp", "-a", str(self.safe), str(self.live)], check=True)

    def switch_off(self) -> None:
        """Unmount it."""
        subprocess.run(["umount", "-l", str(self.mount)], check=True)
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Making durable answers EIO."""
        self._broken.touch()
        try:
            yield
        finally:
            self._broken.unlink()


def own_alike(source: Path, copy: Path) -> None:
    """Give a copy to those who own the source."""
    subprocess.run(["cp", "-a", "--attributes-only", f"{source}/.", str(copy)], check=True)


@pytest.fixture
def disk() -> Iterator[Disk]:
    """Not yet mounted. Its folder is none of pytest's: those are closed to the account of the database server."""
    try:
        machine.file_systems()
    except SetupError as problem:
        pytest.fail(str(problem))
    folder = postgres.short_folder()
    made = Disk(folder)
    yield made
    made.switch_off()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(disk: Disk) -> Iterator[Cluster]:
    """A server whose files are on the disk."""
    made = Cluster(disk.live.parent, disk.live / "cluster")
    made.own(disk.live)
    made.create("--no-sync")
    made.data = disk.mount / "cluster"
    made.patience = RECOVERY_SECONDS
    disk.switch_on()
    made.start(**SETTINGS)
    yield made
    made.kill()


@pytest.mark.sqlite
def test_F4_after_a_power_failure_sqlite_has_every_acknowledged_signature(tmp_path: Path, disk: Disk) -> None:
    disk.switch_on()
    world = World(disk.mount / "data")
    world.paraph("migrate")
    chance, customers = random.Random(SEED), world.prepare(A_ROUND * ROUNDS)
    hosts = [world.serve(tmp_path)]
    ports = [hosts[0].port]
    with Crowd(customers, ports, threads=4) as crowd:
        for _ in range(ROUNDS):
            crowd.at_a_bad_moment(chance, 2)
            hosts[-1].kill()
            disk.fail()
            disk.switch_on()
            hosts.append(world.serve(tmp_path))
            ports[:] = [hosts[-1].port]
        crowd.finish()
    hosts[-1].kill()
    assert_all_there(world, crowd)


@pytest.mark.postgresql
def test_F5_after_a_power_failure_postgresql_has_every_acknowledged_signature(
    tmp_path: Path, disk: Disk, cluster: Cluster
) -> None:
    world = World(disk.mount / "data", cluster.url)
    world.data.mkdir(mode=0o700)
    world.paraph("migrate")
    chance, customers = random.Random(SEED), world.prepare(A_ROUND * ROUNDS)
    hosts = [world.serve(tmp_path)]
    ports = [hosts[0].port]
    with Crowd(customers, ports, threads=4) as crowd:
        for _ in range(ROUNDS):
            crowd.at_a_bad_moment(chance, 2)
            hosts[-1].kill()
            cluster.kill()
            disk.fail()
            disk.switch_on()
            cluster.start(**SETTINGS)
            hosts.append(world.serve(tmp_path))
            ports[:] = [hosts[-1].port]
        crowd.finish()
    hosts[-1].kill()
    assert_all_there(world, crowd)


@pytest.mark.sqlite
def test_F6_while_nothing_can_be_made_durable_in_sqlite_nothing_is_acknowledged(
    tmp_path: Path, disk: Disk
) -> None:
    disk.switch_on()
    world = World(disk.mount / "data")
    world.paraph("migrate")
    assert_no_receipt_while_broken(tmp_path, disk, world, lambda: None)


@pytest.mark.postgresql
def test_F6_while_nothing_can_be_made_durable_in_postgresql_nothing_is_acknowledged(
    tmp_path: Path, disk: Disk, cluster: Cluster
) -> None:
    world = World(tmp_path / "data", cluster.url)
    world.paraph("migrate")

    def mend() -> None:
        if not cluster.is_running():
            cluster.start(**SETTINGS)

    assert_no_receipt_while_broken(tmp_path, disk, world, mend)


def assert_no_receipt_while_broken(logs: Path, disk: Disk, world: World, mend: Callable[[], None]) -> None:
    """Customers sign, the disk fails, nobody gets a receipt; it works again, everybody does."""
    customers = world.prepare(A_ROUND)
    server: Server = world.serve(logs)
    try:
        with Crowd(customers, [server.port], threads=4) as crowd:
            crowd.wait_for(1)
            with disk.broken():
                time.sleep(0.5)  # what was made durable before the fault is answered
                before = len(crowd.codes)
                time.sleep(BROKEN_SECONDS)
                assert len(crowd.codes) == before
            crowd.finish(mend)
        said = server.said()
    finally:
        server.kill()
    assert "ERROR" in said
    assert_all_there(world, crowd)


def assert_all_there(world: World, crowd: Crowd) -> None:
    """Every receipt is found, once, and nothing is broken."""
    world.ask("work")
    found = world.ask("found")
    assert sorted(found["codes"].values()) == sorted(crowd.codes.values())
    assert found["broken"] == []
