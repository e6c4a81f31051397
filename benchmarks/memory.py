"""What `paraph serve` keeps in memory while nobody asks for anything: all its processes together.

The proportional set size (PSS, proc(5)) counts a page shared by three processes as a third in each, so that the sum is
what the installation takes from the machine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Effort, Figure
from benchmarks.installation import Failed, on_sqlite
from benchmarks.load import rate
from benchmarks.signing import SESSION, sign

# issue 3, "Speed and size": web and worker together, resident when idle.
MOST_MB = 300
SETTLED_SECONDS = 6  # each loop of the worker has looked for work several times
PROC = Path("/proc")


def idle(effort: Effort) -> list[Figure]:
    """Just started; and after pages were read and orders were signed, which loads what starting does not."""
    with on_sqlite() as installation, installation.inside() as inside:
        rounds = [
            inside.ask("orders", count=count, one_customer=False)
            for count in (effort.times(40, 4), effort.times(360, 4))
        ]
        with installation.serving() as port:
            server = installation.server_pid
            time.sleep(SETTLED_SECONDS)
            figures = _figures("after the start", resident(server))
            signed = 0
            for orders in rounds:
                for order in orders:
                    sign(port, order)
                    cookie = f"{SESSION}={order['session']}"
                    rate(port, order["visit"], cookie=cookie, connections=4, seconds=0.1)
                signed += len(orders)
                time.sleep(SETTLED_SECONDS)
                figures += _figures(f"after {signed} signatures", resident(server))
    return figures


def resident(server: int) -> dict[str, float]:
    """Megabytes of each process under this one and of itself, by what it is. Raises `Failed` without Linux's /proc."""
    if not (PROC / "self/smaps_rollup").exists():
        raise Failed("memory can only be measured on Linux: /proc/*/smaps_rollup is not there")
    found: dict[str, float] = {}
    for pid in family(server):
        command = (PROC / f"{pid}/cmdline").read_bytes()
        name = "worker" if b"worker" in command else "web" if pid != server else "parent"
        found[name] = found.get(name, 0.0) + _pss(pid)
    return found


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in (PROC / f"{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def _pss(pid: int) -> float:
    told = re.search(r"^Pss: +(\d+) kB", (PROC / f"{pid}/smaps_rollup").read_text(), re.MULTILINE)
    if told is None:
        raise Failed(f"process {pid} does not say how large it is")
    return int(told[1]) * 1024 / 1e6


def _figures(when: str, found: dict[str, float]) -> list[Figure]:
    parts = ", ".join(f"{name} {size:.0f}" for name, size in found.items())
    return [Figure(f"memory {when} ({parts})", sum(found.values()), "MB", target=MOST_MB)]
