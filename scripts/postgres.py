"""A real PostgreSQL server for one run: a scratch cluster behind a Unix socket that only its owner can reach.

Durability stays on as in production, because the product refuses a database that may lose commits. The fault tests
kill a cluster of their own and start it again.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.machine import POSTGRES_WHEEL, postgres_binaries
from scripts.provision import SetupError, environment

NAME = "paraph"
START_SECONDS = 60  # a loaded machine needs a while to open a new cluster
STOP_SECONDS = 20
SUPERUSER_STAND_INS = ("postgres", "nobody")


@contextlib.contextmanager
def server(quick: Path | None = None) -> Iterator[str]:
    """Start a server, yield its DATABASE_URL, stop it and remove its files. Raises SetupError.

    `quick` is a folder in memory for its data.
    """
    folder = short_folder()
    cluster = Cluster(folder, quick and quick / "postgresql" / "cluster")
    try:
        if quick:
            cluster.data.parent.mkdir()
            cluster.own(cluster.data.parent)
        cluster.create()
        cluster.start()
        yield cluster.url
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def short_folder() -> Path:
    """A new folder whose path is short enough for a socket, which may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="paraph-pg-"))
    if len(str(folder)) > 80:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="paraph-pg-", dir="/tmp"))
    return folder


class Cluster:
    """One server in one folder; its data may be elsewhere, for example on a small disk."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        self.folder, self.data = folder, data or folder / "cluster"
        self.account = _account()
        self.binaries = _reachable(postgres_binaries(), folder, self.account)
        self.process: subprocess.Popen[bytes] | None = None
        self.patience = START_SECONDS

    @property
    def url(self) -> str:
        """The DATABASE_URL."""
        return f"postgres://{NAME}@{quote(str(self.folder), safe='')}/{NAME}"

    def create(self, *more: str) -> None:
        """Make the cluster; `more` are further words for initdb. Raises SetupError."""
        self.own(self.folder)
        options = [
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            f"--username={NAME}",
            "--no-instructions",
        ]
        done = subprocess.run(
            [self.binaries / "initdb", *options, *more, self.data],
            cwd=self.folder,
            env=_environment(self.folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self.account,
        )
        if done.returncode:
            raise SetupError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def own(self, folder: Path) -> None:
        """Give a folder to the account the server runs as."""
        if "user" in self.account:
            shutil.chown(folder, self.account["user"], self.account["group"])

    def start(self, **options: str) -> None:
        """Start the server and wait until it answers; after a crash it recovers first. Raises SetupError."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            self.process = self._launch(options)
            if self._answers(deadline):
                return
            time.sleep(0.2)  # what is left of a killed server still holds its memory
        log = (self.folder / "log").read_text(errors="replace")
        raise SetupError(f"PostgreSQL did not start within {self.patience} s:\n{log[-4000:]}")

    def stop(self) -> None:
        """End the server with its fast shutdown, which does not wait for clients."""
        self._end(signal.SIGINT)

    def abort(self) -> None:
        """The immediate shutdown: no checkpoint, as `pg_ctl -m immediate`."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """Kill every process of it at once, as a power failure would."""
        if self.process is not None:
            for pid in (self.process.pid, *_children(self.process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def is_running(self) -> bool:
        """Whether it was not killed and has not ended itself."""
        return self.process is not None and self.process.poll() is None

    def _end(self, number: int) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def _launch(self, options: dict[str, str]) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "logging_collector": "off",
            **options,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *words],
                cwd=self.folder,
                env=_environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; the server is stopped after them
                **self.account,
            )

    def _answers(self, deadline: float) -> bool:
        """Whether the database is there before the server ends or the time is up."""
        command: Sequence[str] = [str(self.binaries / "createdb"), "-h", str(self.folder), "-U", NAME, NAME]
        while time.monotonic() < deadline and self.is_running():
            asked = subprocess.run(command, env=_environment(self.folder), capture_output=True, check=False)
            if asked.returncode == 0 or b"already exists" in asked.stderr:
                return True
            time.sleep(0.25)
        return False


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _account() -> dict[str, Any]:
    """Whom to run as: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    for name in SUPERUSER_STAND_INS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise SetupError("PostgreSQL refuses to run as root, and this machine has no account postgres or nobody.")


def _reachable(binaries: Path, folder: Path, account: dict[str, Any]) -> Path:
    """The programs where the account can run them: a wheel inside root's home is out of its reach."""
    if not account or not binaries.is_relative_to(POSTGRES_WHEEL):
        return binaries
    copy = shutil.copytree(POSTGRES_WHEEL, folder / "programs", symlinks=True)
    return Path(copy) / binaries.relative_to(POSTGRES_WHEEL)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in environment().items() if not name.startswith("PG")}
    return {**kept, "HOME": str(folder), "LC_ALL": "C"}
