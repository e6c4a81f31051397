"""From the POST that signs until the sealed copy is downloaded: real requests to a real server, its worker at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from benchmarks.figures import AT_LEAST, Effort, Figure, median, percentile
from benchmarks.installation import Failed, Inside, on

# What `paraph serve` promises (issue 2, "Speed and size").
ONE_CLIENT_MS = 100
EIGHT_CLIENTS_PER_SECOND = 15
SLOWEST_BY_MEDIAN = 4
CLIENTS = 8
WARM = 8  # each web process renders its first document slower
TIMEOUT_SECONDS = 120
SECRET = "c" * 32  # a browser's CSRF cookie; the form sends the same
SESSION, CSRF = "__Host-paraph", "__Host-csrf"


def measure(name: str, effort: Effort) -> list[Figure]:
    """Signing by one client and by eight, for many customers and for one. `name` is a database."""
    with on(name) as (installation, inside):
        prepared = {
            whose: [
                inside.ask("orders", count=count, one_customer=one)
                for count in (WARM, effort.times(30, 3), effort.times(120, 8))
            ]
            for whose, one in (("distinct customers", False), ("one customer", True))
        }
        found = []
        with installation.serving() as port:
            for whose, (warm, alone, together) in prepared.items():
                _together(port, warm)
                found += _one_client(f"sign, {name}, {whose}", port, alone, inside)
                found += _eight_clients(f"sign, {name}, {whose}", port, together)
        return found


def _one_client(name: str, port: int, orders: Sequence[dict[str, Any]], inside: Inside) -> list[Figure]:
    """One after the other; after each, what a commit, rendering and sealing alone cost at that moment."""
    taken, floors = [], []
    for order in orders:
        taken.append(sign(port, order))
        floors.append([inside.ask("commit"), *inside.ask("document")])
    commit, rendered, sealed = (median(column) for column in zip(*floors, strict=True))
    ours, label = median(taken), f"{name}, 1 client: p50"
    return [
        Figure(label, ours, "ms", commit, "durable commit", target=ONE_CLIENT_MS),
        Figure(f"{label} by rendering alone", ours, "ms", rendered, "render"),
        Figure(f"{label} by sealing alone", ours, "ms", sealed, "seal"),
    ]


def _eight_clients(name: str, port: int, orders: Sequence[dict[str, Any]]) -> list[Figure]:
    began = time.perf_counter()
    taken = _together(port, orders)
    rate = len(taken) / (time.perf_counter() - began)
    label = f"{name}, {CLIENTS} clients"
    return [
        Figure(f"{label}: rate", rate, "/s", target=EIGHT_CLIENTS_PER_SECOND, bound=AT_LEAST),
        Figure(
            f"{label}: p99 by p50",
            percentile(taken, 99),
            "ms",
            median(taken),
            "p50",
            target=SLOWEST_BY_MEDIAN,
            of_ratio=True,
        ),
    ]


def _together(port: int, orders: Iterable[dict[str, Any]]) -> list[float]:
    """Sign everything with eight clients at once; each one's milliseconds."""
    taken: list[float] = []
    problems: list[Exception] = []
    waiting = _Shared(orders)

    def client() -> None:
        try:
            taken.extend(sign(port, order) for order in waiting)
        except (OSError, Failed) as problem:
            problems.append(problem)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise Failed(f"{len(problems)} of {CLIENTS} clients failed: {problems[0]}")
    return taken


def sign(port: int, order: dict[str, Any]) -> float:
    """Sign and download; milliseconds. Raises `Failed` when anything but the sealed copy comes back."""
    body = urlencode({**order["fields"], "csrfmiddlewaretoken": SECRET})
    headers = {
        "Cookie": f"{SESSION}={order['session']}; {CSRF}={SECRET}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        began = time.perf_counter()
        connection.request("POST", order["sign"], body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 302 or not (answer.getheader("Location") or "").endswith("/receipt/"):
            raise Failed(f"signing was answered with {answer.status}")
        connection.request("GET", f"{order['visit']}sealed.pdf", headers=headers)
        copy = connection.getresponse()
        if copy.status != 200 or not copy.read().startswith(b"%PDF"):
            raise Failed(f"the sealed copy was answered with {copy.status}")
        return (time.perf_counter() - began) * 1000
    finally:
        connection.close()


class _Shared:
    """An iterator that several threads may draw from."""

    def __init__(self, values: Iterable[dict[str, Any]]) -> None:
        self._values, self._turn = iter(values), threading.Lock()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        with self._turn:
            return next(self._values)
