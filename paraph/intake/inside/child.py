"""The child's life: get ready, give everything up, read one question, answer it, end."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from paraph.intake import wire
from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import confine, pace

# The module of each task. It is imported, with all it needs, before the first byte of the question is read.
TASKS = {
    "take_in": "intaking",
    "take_in_heic": "intaking",
    "bind": "binding",
    "pictures": "pages",
    "judge": "verdicts",
}
THREADED = {"take_in_heic"}  # its decoder, libde265, works in a thread and cannot do without


def main(task: str, memory: int, cpu: int) -> None:
    """Answer the question on standard input, which is the task's keyword arguments; never returns."""
    answers, questions = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    pace.tell(os.dup(2))
    nothing = os.open(os.devnull, os.O_RDWR)
    for taken in (0, 1, 2):
        os.dup2(nothing, taken)
    module = importlib.import_module(f"paraph.intake.inside.{TASKS[task]}")
    confine.limit(memory, cpu)
    confined = confine.give_up(threads=task in THREADED)
    told = _told(lambda: getattr(module, task)(**wire.unpack(questions.read())))
    answers.write(wire.pack({**told, "confined": confined}))
    answers.flush()
    os._exit(0)


def _told(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": work()}
    except Refused as refused:
        return {"refused": refused.reason.value, "detail": refused.detail}
    except MemoryError:
        return {"refused": Reason.TOO_MUCH_MEMORY.value, "detail": ""}
    except RecursionError:
        return {"refused": Reason.DAMAGED.value, "detail": "nested too deeply"}
    except Exception as problem:  # noqa: BLE001 - a foreign file may break anything; the parent tells who asked
        return {"refused": Reason.CRASHED.value, "detail": f"{type(problem).__name__}: {problem}"[:200]}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
