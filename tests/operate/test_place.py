"""What a killed restore left is removed by whatever comes next, and never under the hands of a running one."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from paraph.operate import place, scratch, startup
from paraph.operate.place import Place

LEFT = "restoring_0123abcd"


@pytest.fixture
def target(tmp_path: Path) -> Place:
    """An installation, and beside it what a restore had made when it was killed."""
    (tmp_path / "paraph.sqlite3").touch()
    for suffix in ("", "-wal"):
        (tmp_path / f"paraph.sqlite3.{LEFT}{suffix}").touch()
    (tmp_path / LEFT / "keys").mkdir(parents=True)
    (tmp_path / "before_restore_20261121_021500").mkdir()
    return Place(tmp_path, f"sqlite:///{tmp_path}/paraph.sqlite3")


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_F2_what_a_killed_restore_left_is_removed_and_nothing_else(target: Place) -> None:
    target.tidy()
    assert names(target.folder) == {"paraph.sqlite3", "before_restore_20261121_021500", scratch.LOCK}


def test_F2_beside_a_running_restore_nothing_is_removed(target: Place) -> None:
    with (target.folder / scratch.LOCK).open("a") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        before = names(target.folder)
        target.tidy()
        assert names(target.folder) == before
    target.tidy()
    assert LEFT not in names(target.folder)


def test_F2_before_an_unfinished_restore_is_done_once_more_nothing_is_removed(target: Place) -> None:
    (target.folder / place.MARK).touch()
    before = names(target.folder)
    target.tidy()
    assert names(target.folder) == before


@pytest.mark.django_db
def test_F2_every_command_clears_up_as_it_starts(target: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAPH_DATA", str(target.folder))
    monkeypatch.setenv("DATABASE_URL", target.url)
    startup.require_database()
    assert LEFT not in names(target.folder)
