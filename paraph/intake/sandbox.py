"""Runs one task on foreign bytes in a child process of its own, and lets nothing of it survive but its answer.

The child starts with an empty environment, an empty folder, no open files but its ends of three pipes (question,
answer, and how many pages it has read); it gives up network, files and other processes before it reads the first byte
(`inside.confine`), and is killed when it is over its time. A child is used once.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paraph.intake import wire
from paraph.intake.errors import Reason, Refused
from paraph.intake.limits import MB, Limits

MAX_ANSWER = 512 * MB  # what a child may say: page images of a long scan have about 100 MB
CHUNK = 1 << 18
LOOK = 0.05  # seconds between two looks at the memory of a child
_ROOT = str(Path(__file__).resolve().parents[2])
_START = """import sys
sys.path += sys.argv[4:]
from paraph.intake.inside import child
child.main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"""
# One arena and one thread: an address space is limited, and threads reserve it by the gigabyte.
_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
}


Paced = Callable[[int], None]


@dataclass(frozen=True)
class Done:
    """What a child answered, what it took, and what it had given up (`inside.confine`)."""

    value: Any
    confined: tuple[str, ...]
    seconds: float
    peak_mb: float


def run(task: str, limits: Limits, *, paced: Paced | None = None, **request: Any) -> Done:
    """Run a task of `inside.child` with these limits; raises Refused, also when the child dies.

    `paced` is called with the number of pages read so far whenever there are more; a child can say what it likes.
    """
    began = time.monotonic()
    deadline = _Deadline(began, limits)
    with tempfile.TemporaryDirectory(prefix="paraph-intake-") as folder:
        child = _start(folder, task, limits)
        try:
            said, peak = _talk(child, wire.pack(request), deadline, paced)
        finally:
            _end(child)
    seconds = time.monotonic() - began
    if said is None:
        reason = Reason.BUSY if deadline.starved else Reason.TOO_SLOW
        raise Refused(reason, f"over {limits.wall:g} s", seconds=seconds, peak_mb=peak)
    return _answer(said, child.returncode, seconds, peak)


def _start(folder: str, task: str, limits: Limits) -> subprocess.Popen[bytes]:
    places = {_ROOT, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    words = [task, str(limits.memory), str(limits.cpu), *sorted(places)]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", _START, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_ENVIRONMENT,
        start_new_session=True,
    )


class _Deadline:
    """When a child's time is up, and whether it was kept waiting by others; then the patient wait once more."""

    def __init__(self, began: float, limits: Limits) -> None:
        self.limits = limits
        self.until = began + limits.wall
        self.patient, self.starved = limits.patient, False

    def left(self, pid: int) -> float:
        """Seconds until it is killed; 0 or less: now."""
        left = self.until - time.monotonic()
        if left > 0:
            return left
        self.starved = _worked(pid) < self.limits.due
        if not (self.starved and self.patient):
            return left
        self.patient = False
        self.until += self.limits.wall
        return self.limits.wall


def _talk(
    child: subprocess.Popen[bytes], asked: bytes, deadline: _Deadline, paced: Paced | None
) -> tuple[bytes | None, float]:
    """Send the question while reading the answer; None when time is up. Also the child's largest memory, in MB."""
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    said, peak, rest, pages = bytearray(), 0.0, memoryview(asked), 0
    os.set_blocking(child.stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdin, selectors.EVENT_WRITE)
        ready.register(child.stdout, selectors.EVENT_READ)
        ready.register(child.stderr, selectors.EVENT_READ)
        while (left := deadline.left(child.pid)) > 0 and len(said) <= MAX_ANSWER:
            able = {key.fileobj for key, _events in ready.select(min(left, LOOK))}
            peak = max(peak, _memory(child.pid))
            if child.stdin in able:
                rest = _send(child.stdin, rest)
                if not rest:
                    ready.unregister(child.stdin)
                    child.stdin.close()
            if child.stderr in able:
                some = os.read(child.stderr.fileno(), CHUNK)
                if not some:
                    ready.unregister(child.stderr)
                pages += some.count(wire.PAGE)
                if paced and wire.PAGE in some:
                    paced(pages)
            if child.stdout in able:
                some = os.read(child.stdout.fileno(), CHUNK)
                if not some:
                    return bytes(said), peak
                said += some
    return None, peak


def _send(pipe: Any, rest: memoryview) -> memoryview:
    try:
        return rest[os.write(pipe.fileno(), rest[:CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def _memory(pid: int) -> float:
    """The most memory this process ever had, in MB; `ru_maxrss` would count its parent's before it became itself."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((one for one in status.splitlines() if one.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) / 1024


def _worked(pid: int) -> float:
    """The processor seconds this process has had (proc(5), fields 14 and 15 of stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    child.wait()


def _answer(said: bytes, code: int, seconds: float, peak: float) -> Done:
    try:
        told = wire.unpack(said)
        if "refused" not in told:
            return Done(told["value"], tuple(map(str, told["confined"])), seconds, peak)
        reason, detail = Reason(told["refused"]), str(told["detail"])[:200]
    except (ValueError, KeyError, TypeError):
        reason, detail = _how_it_died(code), f"the child ended with {code}"
    raise Refused(reason, detail, seconds=seconds, peak_mb=peak)


def _how_it_died(code: int) -> Reason:
    return Reason.TOO_SLOW if code == -signal.SIGXCPU else Reason.CRASHED
