"""Five hundred captures of a long absence come in at one go, while others work on (issue 5, "Speed and size")."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

from benchmarks.figures import Effort, Figure, median, percentile
from benchmarks.installation import Failed, Inside, on
from benchmarks.signing import CSRF, SECRET, SESSION, TIMEOUT_SECONDS

AT_ONCE = 20  # envelopes in one request, as the app sends them
SLOWER = 2  # p95 of other users while it goes on, by p95 before
PAUSE_SECONDS = 0.05  # between two pages of one reader
LONGEST_SECONDS = 600


def measure(name: str, effort: Effort) -> list[Figure]:
    """Send them, read pages beside it, and wait until all is filed. `name` is a database."""
    with on(name) as (installation, inside):
        [reader] = inside.ask("orders", count=1, one_customer=False)
        sealed = inside.ask("captures", count=effort.times(500, 25))
        with installation.serving() as port:
            _read(port, reader, lambda: False, least=40)  # warm
            before = _read(port, reader, lambda: False, least=effort.times(200, 20))
            began, stored = time.perf_counter(), list[float]()
            sender = threading.Thread(target=lambda: stored.append(_send(port, sealed)))
            sender.start()
            during = _read(port, reader, lambda: not _is_filed(inside, sealed))
            filed = time.perf_counter() - began
            sender.join()
        if not stored:
            raise Failed("the captures could not be sent")
        told = inside.ask("captured")
        if told != {"filed": len(sealed), "signatures": len(sealed)}:
            raise Failed(f"of {len(sealed)} captures: {told}")
    label = f"sync of {len(sealed)} captures, {name}"
    quiet, busy = percentile(before, 95), percentile(during, 95)
    return [
        Figure(f"{label}: stored", stored[0], "s"),
        Figure(f"{label}: filed, signed and sealed", filed, "s"),
        Figure(f"{label}: p50 of others", median(during), "ms", median(before), "before"),
        Figure(f"{label}: p95 of others", busy, "ms", quiet, "before", target=SLOWER, of_ratio=True),
    ]


def _send(port: int, sealed: list[dict[str, Any]]) -> float:
    """Send all of it, one request after the other; seconds until the last is stored."""
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    for first in range(0, len(sealed), AT_ONCE):
        batch = sealed[first : first + AT_ONCE]
        body = json.dumps({"envelopes": batch})
        connection.request("POST", "/field/sync/", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200 or not all(one["kept"] for one in told["answers"].values()):
            raise Failed(f"sending was answered with {answer.status}: {told}")
    connection.close()
    return time.perf_counter() - began


def _read(port: int, reader: dict[str, Any], on: Callable[[], bool], least: int = 0) -> list[float]:
    """One customer reads their order again and again, at least so often and while `on`; each page's milliseconds."""
    headers = {"Cookie": f"{SESSION}={reader['session']}; {CSRF}={SECRET}"}
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    taken, until = list[float](), time.monotonic() + LONGEST_SECONDS
    while len(taken) < least or (on() and time.monotonic() < until):
        began = time.perf_counter()
        connection.request("GET", reader["visit"], headers=headers)
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise Failed(f"reading was answered with {answer.status}")
        time.sleep(PAUSE_SECONDS)
    connection.close()
    return taken


def _is_filed(inside: Inside, sealed: list[dict[str, Any]]) -> bool:
    filed: int = inside.ask("captured")["filed"]
    return filed >= len(sealed)
