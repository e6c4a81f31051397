"""F21, F22: a file that kills the process that reads it kills nothing else; over its memory, the kernel says no."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import pytest

from paraph.intake import sandbox, taking
from paraph.intake.errors import Reason, Refused
from paraph.intake.limits import MB, TAKING, Limits
from tests.intake import files

SMALL = Limits(wall=8.0, cpu=6, memory=256 * MB)


# A child whose module `hostile` is run, as if a file had taken over its reader.
START = """import sys
sys.path += [*sys.argv[4:], {folder!r}]
from paraph.intake.inside import child
known = child.importlib.import_module
child.importlib.import_module = lambda name: known(name.rpartition(".")[2])
child.TASKS["hostile"] = "hostile"
child.main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))"""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where to write that module."""
    monkeypatch.setattr(sandbox, "_START", START.format(folder=str(tmp_path)))
    return tmp_path / "hostile.py"


def _run(place: Path, body: str, limits: Limits = SMALL) -> object:
    place.write_text(
        "import os, socket, subprocess, time\ndef hostile():\n"
        + "".join(f"    {line}\n" for line in body.splitlines())
    )
    return sandbox.run("hostile", limits).value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(3)", Reason.CRASHED),
        ("import ctypes; ctypes.string_at(0)", Reason.CRASHED),
        ("bytearray(300_000_000)", Reason.TOO_MUCH_MEMORY),
        ("x = []\nwhile True: x.append(bytearray(1_000_000))", Reason.TOO_MUCH_MEMORY),
    ],
    ids=["exits", "crashes", "one large piece", "many small ones"],
)
def test_F22_what_it_does_to_itself_is_a_refusal(hostile: Path, body: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        _run(hostile, body)
    assert refused.value.reason is reason
    assert refused.value.peak_mb <= SMALL.memory / MB


def test_F21_what_never_ends_is_ended(hostile: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        _run(hostile, "while True: pass", Limits(wall=1.5, cpu=5, memory=256 * MB, due=0.1))
    assert refused.value.reason is Reason.TOO_SLOW
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("patient", [False, True], ids=["somebody waits", "nobody waits"])
def test_F21_what_the_machine_had_no_time_for_is_no_fault_of_the_file(
    hostile: Path, *, patient: bool
) -> None:
    limits = Limits(wall=1.0, cpu=5, memory=256 * MB, due=3.0, patient=patient)
    with pytest.raises(Refused) as refused:
        _run(hostile, "time.sleep(9)", limits)
    assert refused.value.reason is Reason.BUSY
    assert (refused.value.seconds >= 2 * limits.wall) == patient
    assert not TAKING.patient  # somebody waits for every file that is uploaded
    assert TAKING.wall < 10


@pytest.mark.parametrize(
    "body",
    [
        "return open('/etc/passwd').read()",
        "return socket.socket().connect(('127.0.0.1', 22))",
        "return subprocess.run(['/bin/true'])",
        "return os.fork()",
        "return os.listdir('/')",
        "return os.kill(os.getppid(), 0)",
        "open('here', 'w').write('x')",
    ],
    ids=[
        "reads files",
        "connects",
        "runs programs",
        "forks",
        "lists folders",
        "signals its parent",
        "writes",
    ],
)
def test_F21_it_reaches_nothing_outside_of_itself(hostile: Path, body: str) -> None:
    with pytest.raises(Refused, match=r"PermissionError|Operation not permitted"):
        _run(hostile, body)


def test_F21_it_knows_neither_settings_nor_secrets(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    assert "hunter2" not in str(_run(hostile, "return str(dict(os.environ))"))


def test_F21_others_work_on_while_a_hostile_file_is_read() -> None:
    ended: list[Reason] = []

    def attack() -> None:
        try:
            taking.take_in(files.bomb(5000))
        except Refused as refused:
            ended.append(refused.reason)

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    for one in attackers:
        one.start()
    assert taking.take_in(files.office()).pages == 1
    for one in attackers:
        one.join()
    assert len(ended) == 2


def test_F21_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Refused):
        taking.take_in(files.nested())
    assert list(tmp_path.iterdir()) == []
