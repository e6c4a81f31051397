"""The command line: help that helps, and sentences instead of stack traces."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from paraph.config import cli
from paraph.operate import scratch
from paraph.operate.scratch import Sorry

COMMANDS = (
    "serve",
    "worker",
    "migrate",
    "demo",
    "sample",
    "check",
    "keys",
    "member",
    "backup",
    "restore",
    "verify",
    "bounce",
)


def paraph(*words: str, repository: Path, data: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with a data folder of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARAPH_", "DATABASE_", "DJANGO_"))
    }
    env = {**kept, "PARAPH_DATA": str(data), **changes}
    command = [sys.executable, "-m", "paraph.config.cli", *words]
    return subprocess.run(command, cwd=repository, env=env, text=True, capture_output=True, check=False)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(f"\n  {command} " in said for command in COMMANDS)
    assert "PARAPH_DATA" in said
    assert all(len(line) <= 100 for line in said.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: paraph {command}" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "changes", "told"),
    [
        (("serve",), {}, "Run: paraph migrate"),
        (("check",), {"PARAPH_ORIGIN": "http://sign.example.com"}, "PARAPH_ORIGIN must be https"),
        (("check",), {"PARAPH_PORT": "http"}, "PARAPH_PORT must be a whole number"),
        (("check",), {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "The database does not answer"),
    ],
)
def test_an_expected_problem_is_a_sentence(
    words: tuple[str, ...], changes: dict[str, str], told: str, repository: Path, tmp_path: Path
) -> None:
    done = paraph(*words, repository=repository, data=tmp_path, **changes)
    assert done.returncode == 1
    assert done.stderr.startswith("paraph: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_line_35_a_fresh_folder_becomes_an_installation_nobody_else_can_read(
    repository: Path, tmp_path: Path
) -> None:
    data = tmp_path / "var"
    made = paraph("migrate", repository=repository, data=data)
    assert made.returncode == 0, made.stderr
    assert "made: log key" in made.stdout
    checked = paraph("check", repository=repository, data=data)
    assert checked.returncode == 0
    assert checked.stdout.endswith("settings, database and keys are fit for use\n")
    assert not re.search("^(fault|warning)", checked.stdout, re.MULTILINE)
    assert {path.stat().st_mode & 0o077 for path in data.glob("paraph.sqlite3*")} == {0}
    (data / "keys" / "log.pem").chmod(0o644)
    checked = paraph("check", repository=repository, data=data)
    assert checked.returncode == 1
    assert "others can read log.pem" in checked.stdout


def test_sample_refuses_a_folder_with_something_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert cli.main(["sample", str(tmp_path)]) == 1
    assert "is not an empty folder" in capsys.readouterr().err


def test_starting_over_removes_a_demo_and_nothing_else(tmp_path: Path) -> None:
    for name in ("paraph.sqlite3", "paraph.sqlite3-wal", "demo", "mine.txt"):
        (tmp_path / name).write_text("filled")
    (tmp_path / "blobs" / "ab").mkdir(parents=True)
    scratch.reset(tmp_path, database_elsewhere=False)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_starting_over_spares_an_installation_in_use(tmp_path: Path) -> None:
    (tmp_path / "paraph.sqlite3").write_text("real")
    with pytest.raises(Sorry, match="not made by the demo"):
        scratch.reset(tmp_path, database_elsewhere=False)
    with pytest.raises(Sorry, match="DATABASE_URL"):
        scratch.reset(tmp_path, database_elsewhere=True)
    assert (tmp_path / "paraph.sqlite3").exists()


def test_starting_over_waits_until_nobody_serves_the_demo(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("filled")
    in_use = scratch.hold(tmp_path)
    with pytest.raises(Sorry, match="running"):
        scratch.reset(tmp_path, database_elsewhere=False)
    in_use.close()
    scratch.reset(tmp_path, database_elsewhere=False)
    assert not (tmp_path / "demo").exists()


@pytest.mark.slow
def test_a_new_key_is_put_in_front_and_the_older_one_stays(repository: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert paraph("migrate", repository=repository, data=data).returncode == 0
    for name, pattern in (("links", "links.keys"), ("capture", "capture-*.key.pem")):
        done = paraph("keys", "--rotate", name, repository=repository, data=data)
        assert done.returncode == 0, done.stderr
        assert list((data / "keys").glob(pattern))
    assert len((data / "keys" / "links.keys").read_text().split()) == 2
