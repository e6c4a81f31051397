"""A scratch installation of the product: its folder and database, its server, and a process inside it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from scripts import postgres

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "paraph.config.settings"
START_SECONDS = 120
STOP_SECONDS = 40
PYTHON = (sys.executable, "-m")


class Failed(Exception):
    """Something to be measured did not work; the text says what."""


class Inside:
    """A process with Django set up that does one thing at a time for us; see `inside`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [*PYTHON, "benchmarks.inside"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, verb: str, **told: Any) -> Any:
        """Have a function of `inside` called; returns what it returned. Raises `Failed`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"verb": verb, **told}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Failed(f"{verb}: the process inside has ended; what it said stands above")
        return json.loads(answer)

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=STOP_SECONDS)


class Installation:
    """PARAPH_DATA in a scratch folder, and the environment of every process on it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PARAPH_", "SMTP_"))
        }
        self.environment = {
            **kept,
            "PARAPH_DATA": str(folder / "data"),
            "DATABASE_URL": database or f"sqlite:///{folder / 'data' / 'paraph.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PARAPH_DEMO": "1",  # mails go into files
            "PARAPH_LOG_LEVEL": "ERROR",
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX") or str(folder / "compiled"),
        }
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._log = folder / "server.log"
        (folder / "data").mkdir(mode=0o700)
        subprocess.run(
            [*PYTHON, "paraph.config.cli", "migrate"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    @contextmanager
    def inside(self) -> Iterator[Inside]:
        """A process inside, for the time of the block."""
        process = Inside(self.environment)
        try:
            yield process
        finally:
            process.close()

    @contextmanager
    def serving(self, settings: str = SETTINGS, look: str = "/proof/") -> Iterator[int]:
        """`paraph serve` with its web processes and its worker; yields the port. Raises `Failed`."""
        port = _free_port()
        changes = {"PARAPH_PORT": str(port), "DJANGO_SETTINGS_MODULE": settings, "PARAPH_WORKERS": "2"}
        with self._log.open("a") as log:
            process = subprocess.Popen(
                [*PYTHON, "paraph.config.cli", "serve"],
                env={**self.environment, **changes},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        try:
            self._await(process, port, look)
            self.server_pid = process.pid
            yield port
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    def _await(self, process: subprocess.Popen[bytes], port: int, look: str) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if _answers(port, look):
                return
            time.sleep(0.1)
        raise Failed(f"the server did not start:\n{self._log.read_text()[-4000:]}")


@contextmanager
def on_sqlite() -> Iterator[Installation]:
    """An installation on SQLite, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="paraph-bench-", ignore_cleanup_errors=True) as folder:
        yield Installation(Path(folder))


@contextmanager
def on_postgresql() -> Iterator[Installation]:
    """An installation on a PostgreSQL server of its own, stopped and removed afterwards."""
    with (
        postgres.server() as url,
        tempfile.TemporaryDirectory(prefix="paraph-bench-", ignore_cleanup_errors=True) as folder,
    ):
        yield Installation(Path(folder), url)


SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
PLACES = {SQLITE: on_sqlite, POSTGRESQL: on_postgresql}


@contextmanager
def on(database: str) -> Iterator[tuple[Installation, Inside]]:
    """An installation on one of `PLACES`, and a process inside it."""
    with PLACES[database]() as installation, installation.inside() as inside:
        yield installation, inside


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("localhost", port, timeout=START_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
