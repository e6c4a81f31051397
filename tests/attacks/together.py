"""Many at the same time: each job in a thread and on a connection of its own, all from one starting gun."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 60


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs; return what each returned, in their order."""
    gun = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gun.wait(PATIENCE_SECONDS)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
