"""Backup and restore of a large installation, by the command line as an operator does it, beside copying the bytes."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.figures import Effort, Figure
from benchmarks.growth import LARGE, LARGE_QUICK
from benchmarks.installation import PYTHON, ROOT, Failed, Installation, on_sqlite

TAKES_AT_MOST = 3600  # seconds; a command that takes longer hangs


def backup(effort: Effort) -> list[Figure]:
    """Fill an installation, back it up, and restore it into another folder."""
    orders, entries = LARGE_QUICK if effort.quick else LARGE
    with on_sqlite() as installation:
        with installation.inside() as inside:
            inside.ask("fill", orders=orders, entries=entries)
        data = Path(installation.environment["PARAPH_DATA"])
        archive, copy, back = (data.parent / name for name in ("archive", "copy", "back"))
        copied = _timed_copy(data, copy)
        shutil.rmtree(copy)
        saved = _timed(installation, data, "backup", str(archive))
        restored = _timed(installation, back, "restore", str(archive))
        size = archive.stat().st_size / 1e6
        held = sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) / 1e6
    label = f"{orders:,} orders"
    return [
        Figure(f"backup, {label}", saved / 60, "min", copied / 60, "copying the bytes"),
        Figure(f"restore, {label}", restored / 60, "min", copied / 60, "copying the bytes"),
        Figure(f"archive, {label}", size, "MB", held, "what it holds"),
    ]


def _timed_copy(source: Path, target: Path) -> float:
    """Seconds to copy a folder and have it on the disk."""
    began = time.perf_counter()
    shutil.copytree(source, target)
    subprocess.run(["sync", "-f", str(target)], check=True)
    return time.perf_counter() - began


def _timed(installation: Installation, data: Path, *words: str) -> float:
    """Seconds that a command takes on the installation in this folder. Raises `Failed` with what it said."""
    database = f"sqlite:///{data / 'paraph.sqlite3'}"
    environment = {**installation.environment, "PARAPH_DATA": str(data), "DATABASE_URL": database}
    began = time.perf_counter()
    done = subprocess.run(
        [*PYTHON, "paraph.config.cli", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TAKES_AT_MOST,
        check=False,
    )
    if done.returncode:
        raise Failed(
            f"paraph {words[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"
        )
    return time.perf_counter() - began
