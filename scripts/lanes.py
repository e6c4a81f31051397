"""Several commands side by side, so that every core is busy to the end.

Each writes into a file of its own in `test-results`, to be followed while it runs, and is printed whole when it ends.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts.provision import ROOT

FOLDER = ROOT / "test-results"
AT_ONCE = 2  # a browser and a database server work beside the tests: more than this on two cores only waits


@dataclass(frozen=True)
class Lane:
    """A named command. What comes after a `gate` that fails is not worth its time."""

    name: str
    command: tuple[str | Path, ...]
    env: dict[str, str] = field(repr=False)
    gate: bool = False

    @property
    def log(self) -> Path:
        """Where it writes what it says."""
        return FOLDER / f"{re.sub('[^a-z]+', '-', self.name.lower())}.log"


class Lanes:
    """Runs lanes in their order, so many at once; returns the exit code of the first that failed, or 0."""

    def __init__(self, lanes: Sequence[Lane], at_once: int = AT_ONCE) -> None:
        self._lanes, self._at_once = lanes, at_once
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self._closed = threading.Lock(), False

    def run(self) -> int:
        """Run them all; whatever ends this call ends them."""
        FOLDER.mkdir(exist_ok=True)
        with ThreadPoolExecutor(self._at_once) as pool:
            try:
                codes = list(pool.map(self._one, self._lanes))
            except BaseException:
                self._close()
                raise
        for lane, code in zip(self._lanes, codes, strict=True):
            if code:
                told = lane.log.read_text(errors="replace").splitlines()
                failures = [line for line in told if line.startswith(("FAILED ", "ERROR "))]
                print("\n".join([*failures, f"failed: {lane.name} ended with {code}"]), flush=True)
        return next((code for code in codes if code), 0)

    def _one(self, lane: Lane) -> int:
        path, started = lane.log, time.monotonic()
        with path.open("wb") as said:
            process = self._start(lane, said)
            if process is None:
                return 0
            code = process.wait()
        with self._lock:
            self._running.discard(process)
            if self._closed:
                return 0
            told = path.read_text(errors="replace").rstrip()
            print(f"{lane.name}, {time.monotonic() - started:.0f} s:\n{told}\n", flush=True)
        if code and lane.gate:
            self._close()
        return code

    def _start(self, lane: Lane, said: object) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closed:
                return None
            process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                lane.command,
                cwd=ROOT,
                env=lane.env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            self._running.add(process)
            print(f"begun: {lane.name}, writes {lane.log.relative_to(FOLDER.parent)}", flush=True)
            return process

    def _close(self) -> None:
        with self._lock:
            self._closed = True
            # Interrupted, tests end what they started; who was begun in the background never hears of an interrupt.
            deaf = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
            for process in self._running:
                process.send_signal(signal.SIGTERM if deaf else signal.SIGINT)


def slowest(costs: str, number: int = 10) -> str:
    """The dearest files of tests, from the lines that `tests/costs.py` writes, all lanes together."""
    seconds: Counter[str] = Counter()
    processor: Counter[str] = Counter()
    for line in costs.splitlines():
        told = json.loads(line)
        seconds[told["file"]] += told["seconds"]
        processor[told["file"]] += told["processor"]
    lines = [
        f"{spent:7.1f} s, {processor[file]:6.1f} s of the processor  {file}"
        for file, spent in seconds.most_common(number)
    ]
    return "\n".join(
        [f"the {len(lines)} slowest files of {len(seconds)}, {sum(seconds.values()):.0f} s:", *lines]
    )
