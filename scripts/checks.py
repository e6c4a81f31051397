"""The checks that need no database server and no browser: one line if they pass, everything if they fail."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.provision import BIN, FRONTEND, ROOT, environment

TSC = FRONTEND / "node_modules/.bin/tsc"


@dataclass(frozen=True)
class Check:
    """A named command; `tells` repeats its last line when it passes."""

    name: str
    command: tuple[str | Path, ...]
    cwd: Path = ROOT
    tells: bool = False


def static() -> list[Check]:
    """Lint, types, import contracts, strings, and the front end's types and tests."""
    python = BIN / "python"
    return [
        Check("format", (BIN / "ruff", "format", "--check", "--output-format=concise", ".")),
        Check("lint", (BIN / "ruff", "check", "--output-format=concise", ".")),
        Check("import contracts", (BIN / "lint-imports", "--no-logo")),
        Check("types", (python, "-m", "mypy")),
        Check("front-end types", (TSC, "--noEmit"), cwd=FRONTEND),
        Check("worker types", (TSC, "--noEmit", "-p", "tsconfig.worker.json"), cwd=FRONTEND),
        Check("front-end tests", (BIN / "node", "--test", "src/**/*.test.ts"), cwd=FRONTEND),
        Check("strings", (python, "-m", "scripts.messages", "check"), tells=True),
    ]


def run_all(checks: Iterable[Check]) -> int:
    """Run the checks in order and stop at the first failure; return the exit code."""
    for check in checks:
        started = time.monotonic()
        done = subprocess.run(
            check.command,
            cwd=check.cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        if done.returncode:
            print(done.stdout, flush=True)
            print(f"failed  {check.name:<18}{seconds:6.1f} s", flush=True)
            return done.returncode
        told = done.stdout.strip().splitlines()[-1:] if check.tells else []
        print(f"passed  {check.name:<18}{seconds:6.1f} s  {''.join(told)}".rstrip(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(run_all(static()))
