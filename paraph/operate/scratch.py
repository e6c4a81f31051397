"""The data folder of a demo: said to be in use while it is served, removed to start over. Needs no settings."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import IO

# What a demo writes into PARAPH_DATA. The note is what tells a demo from an installation in use.
DEMO_FILES = ("paraph.sqlite3*", "blobs", "mail", "keys", "static", "demo")
NOTE = "demo"
LOCK = "in-use.lock"


class Sorry(Exception):
    """An expected problem, as a sentence for the person at the terminal."""


def hold(folder: Path) -> IO[str]:
    """Say that the folder is being served, until the returned file is closed or the process ends."""
    lock = (folder / LOCK).open("a")
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def reset(folder: Path, *, database_elsewhere: bool) -> None:
    """Remove a demo. Raises `Sorry` for a folder that no demo was made in, is served, or holds no database."""
    if database_elsewhere:
        raise Sorry("--reset removes the demo's own SQLite file; drop the database of DATABASE_URL yourself")
    found = [path for pattern in DEMO_FILES for path in folder.glob(pattern)]
    if any(path.name.startswith("paraph.sqlite3") for path in found) and not (folder / NOTE).exists():
        raise Sorry(f"{folder} was not made by the demo, so nothing is removed")
    if _is_held(folder):
        raise Sorry("the demo is running; stop it first")
    for path in found:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_held(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    with (folder / LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
