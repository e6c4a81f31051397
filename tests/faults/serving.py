"""A real `paraph serve` on the test's database and files, and how its processes are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from tests.delivery.mail_server import free_port
from tests.faults import house
from tests.faults.house import Posting

START_SECONDS = 90
ANSWER_SECONDS = 30
SECRET = "c" * 32  # a browser's CSRF cookie; the form sends the same


class Server:
    """`paraph serve` with two web processes and a worker. Everything it says goes into a file."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._log = (folder / f"serve-{self.port}.log").open("w+")
        self._main = subprocess.Popen(
            [sys.executable, "-m", "paraph.config.cli", "serve"],
            env=house.environment(PARAPH_PORT=str(self.port), PARAPH_WORKERS="2"),
            cwd=house.REPOSITORY,
            stdout=self._log,
            stderr=self._log,
        )
        self._await()

    def kill(self) -> None:
        """Everything at once, as when the machine's memory is full or its container is stopped hard."""
        for pid in (self._main.pid, *family(self._main.pid)):
            _kill(pid)
        self._main.wait()
        self._log.close()

    def kill_one(self, chosen: int) -> None:
        """One web process; the server starts another one."""
        found = self.web_processes()
        if found:
            _kill(found[chosen % len(found)])

    def web_processes(self) -> list[int]:
        """Those who answer: the children but the worker."""
        return [pid for pid in family(self._main.pid) if b"worker" not in _command(pid)]

    def _await(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._main.poll() is None:
            if self.answers():
                return
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"paraph serve did not start:\n{Path(self._log.name).read_text()}")

    def answers(self) -> bool:
        """Whether somebody listens."""
        try:
            connection = HTTPConnection("localhost", self.port, timeout=ANSWER_SECONDS)
            connection.request("GET", "/proof/")
            connection.getresponse().read()
        except (OSError, HTTPException):
            return False
        connection.close()
        return True


def sign(port: int, posting: Posting) -> str:
    """Send the request that signs; return the code of the receipt, "" when there was no answer at all."""
    form = {**posting.fields, "csrfmiddlewaretoken": SECRET}
    cookies = f"{settings.SESSION_COOKIE_NAME}={posting.session}; {settings.CSRF_COOKIE_NAME}={SECRET}"
    try:
        status, where = _ask(port, "POST", posting.path, cookies, form)
        if status != 302:
            raise AssertionError(f"{posting.path} answered {status}")
        status, name = _ask(port, "GET", urlsplit(where).path.removesuffix("/") + ".json", cookies)
    except (OSError, HTTPException):
        return ""
    assert status == 200, status
    return name.split("receipt-")[1].removesuffix('.json"')


def family(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for one in map(int, told) for found in (one, *family(one))]


def _ask(
    port: int, method: str, path: str, cookies: str, form: dict[str, str] | None = None
) -> tuple[int, str]:
    """The status, and where it leads to or the file's name."""
    connection = HTTPConnection("localhost", port, timeout=ANSWER_SECONDS)
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status, answer.getheader("Location") or answer.getheader("Content-Disposition") or ""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
