"""Lanes of `make test` and `make check`: all are run, failures are told, a gate that fails saves the others' time."""

from __future__ import annotations

import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scripts import lanes
from scripts.lanes import Lane, Lanes, slowest


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "FOLDER", tmp_path)


def python(name: str, program: str, *, gate: bool = False) -> Lane:
    return Lane(name, (sys.executable, "-S", "-c", program), {}, gate)


def test_every_lane_is_run_and_the_first_failure_is_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = [
        python("one", "print('said by one')"),
        python("two", "raise SystemExit(3)"),
        python("three", "print('said by three')"),
        python("four", "raise SystemExit(4)"),
    ]
    assert Lanes(chosen).run() == 3
    told = capsys.readouterr().out
    assert "said by one" in told
    assert "said by three" in told
    assert told.endswith("failed: two ended with 3\nfailed: four ended with 4\n")


@pytest.mark.parametrize("interrupts", [signal.default_int_handler, signal.SIG_IGN], ids=["heard", "ignored"])
def test_what_runs_is_stopped_when_a_gate_fails_and_the_rest_is_not_begun(
    interrupts: Any, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(partial(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, interrupts)))
    began = time.monotonic()
    chosen = [
        python("gate", "raise SystemExit(1)", gate=True),
        python("long", "import time; time.sleep(600)"),
        python("never", "print('came last')"),
    ]
    assert Lanes(chosen).run() == 1
    assert time.monotonic() - began < 300
    assert "came last" not in capsys.readouterr().out


def test_what_is_said_can_be_followed_in_a_file() -> None:
    lane = python("A lane, of two", "print('said')")
    assert Lanes([lane]).run() == 0
    assert lane.log.name == "a-lane-of-two.log"
    assert lane.log.read_text() == "said\n"


def test_the_slowest_files_are_summed_over_all_lanes() -> None:
    lines = [
        '{"file": "tests/a.py", "seconds": 2.0, "processor": 1.0}',
        '{"file": "tests/b.py", "seconds": 3.0, "processor": 0.5}',
        '{"file": "tests/a.py", "seconds": 2.5, "processor": 1.0}',
    ]
    told = slowest("\n".join(lines), 1)
    assert told.splitlines()[0] == "the 1 slowest files of 2, 8 s:"
    assert told.splitlines()[1].split() == ["4.5", "s,", "2.0", "s", "of", "the", "processor", "tests/a.py"]
