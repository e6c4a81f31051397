"""A real PostgreSQL server for one run: a scratch cluster behind a Unix socket that only its owner can reach.

Durability stays on as in production, because the product refuses a database that may lose commits.
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
from collections.abc import Iterator
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
def server() -> Iterator[str]:
    """Start a server, yield its DATABASE_URL, stop it and remove its files. Raises SetupError."""
    binaries = postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="paraph-pg-"))
    if len(str(folder)) > 80:  # a socket's path may have 107 bytes
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="paraph-pg-", dir="/tmp"))
    process = None
    try:
        account = _account()
        binaries = _reachable(binaries, folder, account)
        if "user" in account:
            shutil.chown(folder, account["user"], account["group"])
        _initialise(binaries, folder, account)
        process = _start(binaries, folder, account)
        _await_ready(binaries, folder, process)
        yield f"postgres://{NAME}@{quote(str(folder), safe='')}/{NAME}"
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


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


def _initialise(binaries: Path, folder: Path, account: dict[str, Any]) -> None:
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={NAME}", "--no-instructions"]
    done = subprocess.run(
        [binaries / "initdb", *options, folder / "cluster"],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    if done.returncode:
        raise SetupError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _start(binaries: Path, folder: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "logging_collector": "off"}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", folder / "cluster", *words],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; the server is stopped after them
            **account,
        )


def _await_ready(binaries: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    command = [str(binaries / "createdb"), "-h", str(folder), "-U", NAME, NAME]
    while time.monotonic() < deadline and process.poll() is None:
        asked = subprocess.run(command, env=_environment(folder), capture_output=True, check=False)
        if asked.returncode == 0:
            return
        time.sleep(0.1)
    log = (folder / "log").read_text(errors="replace")
    raise SetupError(f"PostgreSQL did not start within {START_SECONDS} s:\n{log[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server with its fast shutdown, which does not wait for clients."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in environment().items() if not name.startswith("PG")}
    return {**kept, "HOME": str(folder), "LC_ALL": "C"}
