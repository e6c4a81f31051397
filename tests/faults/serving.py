"""A real `paraph serve` on the test's database and files, and how its processes are killed."""

from __future__ import annotations

import html
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from tests.delivery.mail_server import free_port
from tests.faults import house
from tests.faults.house import Posting

START_SECONDS = 90
ANSWER_SECONDS = 30
STOP_SECONDS = 60
SECRET = "c" * 32  # a browser's CSRF cookie; the form sends the same


class Server:
    """`paraph serve` with some web processes and a worker. Everything it says goes into a file."""

    def __init__(
        self,
        folder: Path,
        *,
        environment: dict[str, str] | None = None,
        code: Path = house.REPOSITORY,
        before: Sequence[str] = (),
        web: int = 2,
    ) -> None:
        self.port = free_port()
        self._log = (folder / f"serve-{self.port}.log").open("w+")
        where = {"PARAPH_PORT": str(self.port), "PARAPH_WORKERS": str(web)}
        self._main = subprocess.Popen(
            [*before, sys.executable, "-m", "paraph.config.cli", "serve"],
            env={**(environment or house.environment()), **where},
            cwd=code,
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

    def stop(self) -> None:
        """As an operator does: what is at hand is finished."""
        self._main.terminate()
        try:
            self._main.wait(STOP_SECONDS)
        finally:
            self.kill()

    def said(self) -> str:
        """Everything its processes wrote."""
        return Path(self._log.name).read_text()

    def kill_worker(self) -> None:
        """Its worker; the server starts another one."""
        for pid in family(self._main.pid):
            if b"worker" in _command(pid):
                _kill(pid)

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
        raise AssertionError(f"paraph serve did not start:\n{self.said()}")

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


def sign(port: int, posting: Posting, *, patient: bool = False) -> str:
    """Send the request that signs; return the code of the receipt, "" when there was no answer at all.

    `patient`: an answer that says *not now* (a status from 500 on) is no answer either.
    """
    try:
        status, where = _ask(port, "POST", posting.path, cookies(posting), form(posting))
        if patient and status >= 500:
            return ""
        if status != 302:
            raise AssertionError(f"{posting.path} answered {status}")
        status, name = _ask(port, "GET", urlsplit(where).path.removesuffix("/") + ".json", cookies(posting))
    except (OSError, HTTPException):
        return ""
    if patient and status >= 500:
        return ""
    assert status == 200, status
    return name.split("receipt-")[1].removesuffix('.json"')


def answer_to(port: int, posting: Posting) -> int:
    """The status that answers the request that signs; 0 when nothing does."""
    try:
        return _ask(port, "POST", posting.path, cookies(posting), form(posting))[0]
    except (OSError, HTTPException):
        return 0


def page(port: int, posting: Posting, name: str) -> str:
    """Another page of the same customer's."""
    connection = HTTPConnection("localhost", port, timeout=ANSWER_SECONDS)
    try:
        where = f"{posting.path.split('/sign/')[0]}/{name}"
        connection.request("GET", where, headers={"Cookie": cookies(posting)})
        return html.unescape(connection.getresponse().read().decode())
    finally:
        connection.close()


def form(posting: Posting) -> dict[str, str]:
    """What the browser sends."""
    return {**posting.fields, "csrfmiddlewaretoken": SECRET}


def cookies(posting: Posting) -> str:
    """What it sends along."""
    return f"{settings.SESSION_COOKIE_NAME}={posting.session}; {settings.CSRF_COOKIE_NAME}={SECRET}"


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
