"""Where the processes that die come from: one process has imported everything, and forks for each of them.

An interpreter that imports the product takes longer than what these processes do. A line of JSON comes in,
`{"program", "crash_at", "told"}`, and one goes out, `{"returncode", "stdout", "stderr"}`. Each program is a module of
this folder with a `main`; it opens a database connection of its own, and dies alone.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
import tempfile
import traceback
from typing import Any, NoReturn, TextIO

import django

SECONDS = 60


def main() -> None:
    """Import what all of them need; then one after the other, until nobody asks any more."""
    django.setup()
    for name in ("paraph.config.urls", "paraph.config.worker", "django.test"):
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(_live(**json.loads(line))), flush=True)


def _live(program: str, crash_at: str, told: Any) -> dict[str, Any]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        pid = os.fork()
        if not pid:
            _be(program, crash_at, told, out, err)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return {
            "returncode": os.waitstatus_to_exitcode(status),
            "stdout": out.read(),
            "stderr": err.read(),
        }


def _be(program: str, crash_at: str, told: Any, out: TextIO, err: TextIO) -> NoReturn:
    """The child: never returns into what its parent does."""
    code = 1
    try:
        signal.alarm(SECONDS)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdin = io.StringIO(json.dumps(told))
        os.environ["PARAPH_CRASH_AT"] = crash_at
        importlib.import_module(f"tests.faults.{program}").main()
        code = 0
    except BaseException:  # noqa: BLE001 - told to the test, by the exit code and in stderr
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
