"""Make the lock files anew: exact versions with hashes, for pip and uv alike, without any host name."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.provision import BIN, FRONTEND, REQUIREMENTS, environment, run

PYTHON_VERSION = "3.11"
FLAGS = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")


def write_all() -> None:
    """Write the Python locks from the `.in` files and the npm lock from package.json. Raises SetupError."""
    for name in ("base", "s3", "build", "dev"):
        _compile(REQUIREMENTS / f"{name}.in", REQUIREMENTS / f"{name}.txt")
    for name in ("bootstrap", "postgresql", "faults"):  # one tool each, without what it would bring along
        _compile(REQUIREMENTS / f"{name}.in", REQUIREMENTS / f"{name}.txt", "--no-deps")
    run(BIN / "npm", "install", "--package-lock-only", "--loglevel=error", cwd=FRONTEND)


def _compile(source: Path, target: Path, *more: str) -> None:
    upgrade = ("--upgrade",) if os.environ.get("UPGRADE") else ()
    command = (BIN / "uv", "pip", "compile", *FLAGS, "--python-version", PYTHON_VERSION, *more, *upgrade)
    run(*command, source, "--output-file", target, env=environment())
