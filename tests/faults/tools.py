"""What the fault tests need of the machine: small disks, programs that make I/O fail. Missing is a failure, no skip."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.provision import SetupError, apt_install, has_apt

FILLED = 4096


def program(name: str, package: str) -> str:
    """The path of a program, installed where that is possible."""
    found = shutil.which(name)
    if found is None and has_apt():
        try:
            apt_install(package)
        except SetupError as problem:
            pytest.fail(f"this test needs {name}: apt-get install {package}\n{problem}")
        found = shutil.which(name)
    if found is None:
        pytest.fail(f"this test needs {name}: apt-get install {package}")
    return found


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of that size, in memory, at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"this test fills a small disk and may not mount one ({done.stderr.strip()}). "
            "Run it as root, in a container with --cap-add SYS_ADMIN."
        )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Nothing can be written there, until the block ends."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, FILLED):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


def failing_io(points: Sequence[str], probability: float) -> list[str]:
    """The words in front of a command that make some of its system calls fail at random (libfiu)."""
    fiu = program("fiu-run", "fiu-utils")
    chosen = [f"enable_random name={one},probability={probability}" for one in points]
    return [fiu, "-x", "-f", "", *(word for one in chosen for word in ("-c", one))]


def rounds(few: int) -> int:
    """How often a fault strikes: few times in `make test`, as often as PARAPH_ROUNDS says in `make faults`."""
    return max(few, int(os.environ.get("PARAPH_TEST_FAULT_ROUNDS", "0")))
