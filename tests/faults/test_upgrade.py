"""F23: a new version comes while customers sign. Old and new code share one database for a while; nobody notices."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from scripts.provision import BUILT, LOCALES, ROOT
from tests.faults import house
from tests.faults.crowd import Crowd
from tests.faults.world import World

pytestmark = pytest.mark.postgresql

# The last commit of the version before this one: whoever upgrades comes from there.
PREVIOUS = "069e119a7d803278cc4465e9475d6df84f481267"
CUSTOMERS = 12
# Signed with: old code, old code on the new schema, both, new code.
A_PHASE = CUSTOMERS // 4


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The product as it was, with what is built from its sources."""
    folder = tmp_path / "previous"
    done = subprocess.run(["git", "archive", PREVIOUS], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.fail(f"this test needs the commit {PREVIOUS}: git fetch --unshallow\n{done.stderr.decode()}")
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    shutil.copytree(BUILT, folder / BUILT.relative_to(ROOT))
    for compiled in LOCALES.glob("*/LC_MESSAGES/*.mo"):
        shutil.copy(compiled, folder / compiled.relative_to(ROOT))
    return folder


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database on the server of this run."""
    server = house.database_url()
    name = f"upgrade_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{server.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_F23_migrating_and_restarting_one_host_after_the_other_fails_no_sign_off(
    tmp_path: Path, old_code: Path, url: str
) -> None:
    old, new = World(tmp_path / "data", url, old_code), World(tmp_path / "data", url)
    old.paraph("migrate")
    customers = old.prepare(CUSTOMERS)
    first, ports = old.serve(tmp_path), list[int]()
    ports.append(first.port)
    hosts = [first]
    try:
        with Crowd(customers, ports, threads=2) as crowd:
            crowd.wait_for(A_PHASE)
            new.paraph("migrate")
            crowd.wait_for(2 * A_PHASE)
            hosts.append(new.serve(tmp_path))
            ports.append(hosts[1].port)
            crowd.wait_for(3 * A_PHASE)
            # As a balancer does: no new requests for it first, then the end.
            ports.remove(first.port)
            first.stop()
            crowd.finish()
        assert crowd.without_answer.total() == 0, hosts[0].said()
    finally:
        for one in hosts:
            one.kill()
    new.ask("work")
    found = new.ask("found")
    assert sorted(found["codes"].values()) == sorted(crowd.codes.values())
    assert found["broken"] == []
