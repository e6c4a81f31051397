"""F2 of backup and restore: killed at every named point. Nothing half done looks whole, and what runs goes on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from paraph.operate import archive
from tests import cast
from tests.cast import Shop
from tests.faults import house, tools
from tests.operate.test_backup import Elsewhere, here, same_database  # noqa: F401 - fixtures

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

# Whether the archive is there when `paraph backup` dies at a point.
BACKUP = {"backup.begun": False, "backup.written": False, "backup.verified": False, "backup.named": True}
# What is there when `paraph restore` dies at a point.
NOTHING, UNFINISHED, WHOLE = "nothing", "unfinished", "whole"
RESTORE = {
    "restore.apart": NOTHING,
    "restore.loaded": NOTHING,
    "restore.marked": UNFINISHED,
    "restore.aside": UNFINISHED,
    "restore.database": UNFINISHED,
    "restore.files": UNFINISHED,
    "restore.done": WHOLE,
}
# Each takes some ten seconds: the worst ones in `make test`, all in `make faults`.
ALL = tools.rounds(1) > 1
TRIED = list(RESTORE) if ALL else ["restore.database", "restore.done"]


def crashed(place: Elsewhere, at: str, *words: str) -> None:
    """A command that dies there."""
    place.more = {"PARAPH_CRASH_AT": at}
    done: subprocess.CompletedProcess[str] = place.run(*words)
    place.more = {}
    assert done.returncode == house.CRASHED, f"{at} was not reached:\n{done.stdout}{done.stderr}"


@pytest.fixture
def taken(shop: Shop, here: Elsewhere, tmp_path: Path) -> str:  # noqa: F811
    """A backup of an installation where somebody signed."""
    cast.signed(shop, shop.open_order(lines=3))
    here.told("backup", str(tmp_path / "one.tar"))
    return str(tmp_path / "one.tar")


@pytest.mark.parametrize("point", BACKUP if ALL else ["backup.written"])
def test_F2_a_backup_killed_at_any_point_is_whole_or_not_there(
    point: str,
    shop: Shop,
    here: Elsewhere,  # noqa: F811
    tmp_path: Path,
) -> None:
    cast.signed(shop, shop.open_order(lines=3))
    path = tmp_path / "there" / "one.tar"
    path.parent.mkdir()
    crashed(here, point, "backup", str(path))
    assert path.exists() == BACKUP[point]
    if path.exists():
        archive.verify(path, "")
    else:
        assert [one.stat().st_mode & 0o777 for one in path.parent.iterdir()] == [0o600]
        assert "verified" in here.told("backup", str(path))
        assert list(path.parent.iterdir()) == [path], "what the killed one left is gone"
    cast.signed(shop, shop.open_order(lines=3))
    house.worker_comes()
    assert house.broken(shop) == []


@pytest.mark.parametrize("point", TRIED)
def test_F2_a_restore_killed_at_any_point_leaves_nothing_or_all_or_says_that_it_is_not_done(
    point: str,
    taken: str,
    same_database: Elsewhere,  # noqa: F811
) -> None:
    place, left = same_database, RESTORE[point]
    crashed(place, point, "restore", taken)
    if left == UNFINISHED:
        refused = place.run("verify")
        assert refused.returncode == 1
        assert "A restore was not finished" in refused.stderr
    if left != WHOLE:
        place.told("restore", taken, *(["--replace"] if left == UNFINISHED else []))
    place.works()
    assert not list(place.folder.glob("restoring*")), "what the killed one left is gone"


@pytest.mark.parametrize("point", ["restore.apart", "restore.loaded"] if ALL else ["restore.loaded"])
def test_F2_a_restore_killed_before_it_moves_in_leaves_what_was_there_at_work(
    point: str,
    taken: str,
    same_database: Elsewhere,  # noqa: F811
) -> None:
    same_database.told("restore", taken)
    crashed(same_database, point, "restore", "--replace", taken)
    same_database.works()
