"""`paraph serve`: pages at once, a worker that is kept alive, and an end that ends everything."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraph.operate import startup
from tests.config.test_cli import paraph
from tests.delivery.mail_server import free_port
from tests.faults.serving import family

STARTED = re.compile(r"worker (\d+): consequences")

pytestmark = [pytest.mark.slow, pytest.mark.fault]


@pytest.fixture
def port() -> str:
    return str(free_port())


@pytest.fixture
def data(tmp_path: Path, repository: Path) -> Path:
    """The data folder of a fresh installation."""
    folder = tmp_path / "var"
    assert paraph("migrate", repository=repository, data=folder).returncode == 0
    return folder


@pytest.fixture
def server(data: Path, port: str, repository: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that says where it is; it is ended after the test."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PARAPH_", "DATABASE_"))
    }
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "paraph.config.cli", "serve"]
    process = subprocess.Popen(
        command,
        cwd=repository,
        env={**kept, "PARAPH_DATA": str(data), "PARAPH_PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_F1_it_serves_survives_the_death_of_its_worker_and_ends_as_a_whole(
    server: subprocess.Popen[str], port: str, data: Path, repository: Path
) -> None:
    worker = int(read_until(server, STARTED))
    with urllib.request.urlopen(f"http://localhost:{port}/sign-in/", timeout=30) as page:
        assert page.status == 200
    again = paraph("serve", repository=repository, data=data, PARAPH_PORT=port)
    assert again.returncode == 1
    assert "is busy" in again.stderr
    os.kill(worker, signal.SIGKILL)
    second = int(read_until(server, STARTED))
    assert second != worker
    assert os.getpriority(os.PRIO_PROCESS, second) == os.getpriority(os.PRIO_PROCESS, server.pid) + 5
    server.terminate()
    assert server.wait(60) == 0
    assert not Path(f"/proc/{second}").exists()


def test_F1_a_killed_server_takes_its_family_along_and_leaves_the_port_free(
    server: subprocess.Popen[str], port: str
) -> None:
    read_until(server, STARTED)
    with urllib.request.urlopen(f"http://localhost:{port}/sign-in/", timeout=30) as page:
        assert page.status == 200
    children = family(server.pid)
    assert len(children) >= 3
    server.kill()
    server.wait(60)
    until = time.monotonic() + 60
    while any(map(is_alive, children)) and time.monotonic() < until:
        time.sleep(0.1)
    assert [pid for pid in children if is_alive(pid)] == []
    startup.require_free("127.0.0.1", int(port))


def is_alive(pid: int) -> bool:
    """Whether it runs; one that ended and that nobody has asked about yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def read_until(process: subprocess.Popen[str], wanted: re.Pattern[str]) -> str:
    """Read what the server says until it matches; return the first group."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := wanted.search(line):
            return found.group(1)
    raise AssertionError("".join(said))
