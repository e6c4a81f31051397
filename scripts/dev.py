#!/usr/bin/env python3
"""The one door for developers: `make <word>` and `python3 scripts/dev.py <word>` are the same.

Needs nothing but Python 3.11; sets everything else up on first use. Words: demo, test, check, bench, audit,
messages, faults, setup, fix, lock, and on-postgres COMMAND…, which gives it a scratch PostgreSQL server.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
    for _name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        if shutil.which(_name):
            os.execvp(_name, [_name, *sys.argv])  # noqa: S606
    sys.exit("Paraph needs Python 3.11 or newer: install python3.11, or say make PYTHON=/path/to/it.")

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scripts import lock, machine, postgres
from scripts.lanes import Lane, Lanes, slowest
from scripts.provision import BIN, ROOT, SetupError, environment, provision

FAULT_ROUNDS = "50"
QUICK = "not slow and not browser and not fault"
HALF = ("tests/web", "tests/attacks", "tests/intake", "tests/operate")  # of the quick tests' time
# Three parts of the journeys, so that no core waits long for the other one at the end.
FIELD = "tests/journeys/test_s1_*"
PAPER = "tests/journeys/test_s0_*"


def demo(*words: str) -> int:
    """Fill the demo company and serve it until Ctrl-C; this process becomes the server."""
    command = [str(BIN / "paraph"), "demo", "--serve", *words]
    os.chdir(ROOT)
    os.execve(command[0], command, environment())  # noqa: S606


def setup(*words: str) -> int:
    """Only set up."""
    print(f"ready: {BIN.relative_to(ROOT)}/paraph --help")
    return 0


def fix(*words: str) -> int:
    """Format the Python files and mend what the linter can mend by itself."""
    for options in (["format"], ["check", "--fix"]):
        subprocess.run([str(BIN / "ruff"), *options, "."], cwd=ROOT, env=environment(), check=False)
    return 0


def check(*words: str) -> int:
    """The quick part: lint, types, import contracts, strings, quick tests on SQLite."""
    machine.foreign_checkers()
    with machine.quick_folder() as quick:
        env = {**environment(), **scratch(quick)}
        return Lanes(
            [
                static(),
                lane("half of the quick tests", "-m", QUICK, *HALF, env=env),
                lane("the other quick tests", "-m", QUICK, *(f"--ignore={one}" for one in HALF), env=env),
            ]
        ).run()


def test(*words: str) -> int:
    """Every test, on SQLite, and those of the database again on PostgreSQL."""
    env = {**environment(), "CHROMIUM": str(machine.chromium())}
    machine.foreign_checkers()
    with (
        machine.quick_folder() as quick,
        postgres.server(quick) as url,
        tempfile.NamedTemporaryFile("r") as costs,
    ):
        env = {**env, **scratch(quick), "PARAPH_TEST_COSTS": costs.name}
        # The longest first: what is left when one ends goes beside the other.
        failed = Lanes(
            [
                static(gate=True),
                lane("PostgreSQL", "-m", "database and not browser", env={**env, **database(url)}),
                lane("SQLite", "-m", "not browser and not fault", env=env),
                lane("faults on SQLite", "-m", "fault and not browser", env=env),
                lane(
                    "browser", "-m", "browser", *(f"--ignore-glob={one}" for one in (FIELD, PAPER)), env=env
                ),
                lane("browser in the field", "-m", "browser", *files(FIELD), env=env),
                lane("browser and paper", "-m", "browser", *files(PAPER), env=env),
            ]
        ).run()
        print(slowest(costs.read()), flush=True)
    return failed


def faults(*words: str) -> int:
    """Only the fault tests, on both databases: killed processes, full disks, power failures. PARAPH_ROUNDS times each.

    More words go to pytest, for example -k F9.
    """
    rounds = os.environ.get("PARAPH_ROUNDS", FAULT_ROUNDS)
    machine.file_systems()
    env = {**environment(), "PARAPH_TEST_FAULT_ROUNDS": rounds}
    print(f"faults: {rounds} rounds on SQLite", flush=True)
    on_sqlite = pytest("-m", "fault", *words, env=env)
    with postgres.server() as url:
        print(f"faults: {rounds} rounds on PostgreSQL", flush=True)
        on_postgres = pytest("-m", "fault", *words, env={**env, **database(url)})
    return on_sqlite or on_postgres


def bench(*words: str) -> int:
    """The performance figures as one table."""
    return subprocess.run(
        [BIN / "python", "-m", "benchmarks", *words], cwd=ROOT, env=environment(), check=False
    ).returncode


def sbom(*words: str) -> int:
    """Write the parts list, and check every part for known vulnerabilities; 2 when that could not be done."""
    command = [str(BIN / "python"), "-m", "scripts.audit"]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def messages(*words: str) -> int:
    """Bring the catalogues up to date with the source, and say what is left to translate."""
    for word in ("extract", "compile", "check"):
        command = [str(BIN / "python"), "-m", "scripts.messages", word]
        code = subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode
        if code and word != "check":  # what is left to translate is told, and fails in `make check`
            return code
    return 0


def relock(*words: str) -> int:
    """Work out the locked versions and hashes anew, and install them."""
    lock.write_all()
    provision()
    return 0


def on_postgres(*words: str) -> int:
    """Run a command with a scratch PostgreSQL server, for example .venv/bin/pytest tests/evidence."""
    with postgres.server() as url:
        env = {**environment(), **database(url)}
        return subprocess.run(words, cwd=ROOT, env=env, check=False).returncode


def static(*, gate: bool = False) -> Lane:
    """The checks of `scripts/checks.py`."""
    return Lane("static checks", (BIN / "python", "-m", "scripts.checks"), environment(), gate)


def lane(name: str, *arguments: str, env: dict[str, str]) -> Lane:
    """A run of pytest beside others; each keeps what browsers leave in a folder of its own."""
    bare = Lane(name, (), env)
    output = f"--output={bare.log.with_suffix('')}"
    return replace(bare, command=(BIN / "python", "-m", "pytest", "-q", output, *arguments))


def files(pattern: str) -> list[str]:
    """The files of tests that a pattern names."""
    return sorted(str(one.relative_to(ROOT)) for one in ROOT.glob(pattern))


def pytest(*arguments: str, env: dict[str, str]) -> int:
    """Run pytest in the open; 5, no tests were collected, counts as a failure."""
    return subprocess.run(
        [BIN / "python", "-m", "pytest", *arguments], cwd=ROOT, env=env, check=False
    ).returncode


def scratch(quick: Path | None) -> dict[str, str]:
    """The environment that puts the tests' own installation, database and files, into a folder in memory."""
    return {"PARAPH_TEST_SCRATCH": str(quick)} if quick else {}


def database(url: str) -> dict[str, str]:
    """The environment that points both the product and its tests at a database."""
    return {"DATABASE_URL": url, "PARAPH_TEST_DATABASE_URL": url}


COMMANDS = {
    "demo": demo,
    "test": test,
    "check": check,
    "fix": fix,
    "bench": bench,
    "audit": sbom,
    "messages": messages,
    "faults": faults,
    "setup": setup,
    "lock": relock,
    "on-postgres": on_postgres,
}


def main() -> int:
    """Read the command line, set up what is missing, do what was asked."""
    word, *rest = sys.argv[1:] or [""]
    if word not in COMMANDS:
        print(f"usage: {sys.argv[0]} {' | '.join(COMMANDS)}\n\n{__doc__}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch server is stopped
    try:
        provision()
        return COMMANDS[word](*rest)
    except SetupError as failed:
        print(failed, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
