"""An installation of its own: a folder, a database, processes. Its server may be killed, its disk filled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults import house
from tests.faults.house import Posting
from tests.faults.serving import Server

SECONDS = 180
INSIDE = Path(__file__).with_name("inside.py")


class World:
    """`data` is its PARAPH_DATA; `url` its DATABASE_URL, "" for SQLite; `code` whose product runs there."""

    def __init__(self, data: Path, url: str = "", code: Path = house.REPOSITORY) -> None:
        self.data, self.url, self.code = data, url, code

    def environment(self, **changes: str) -> dict[str, str]:
        """That of its processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PARAPH_")}
        for name in ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        told = {
            "PARAPH_DATA": str(self.data),
            "PARAPH_DEMO": "1",  # mails go into the mailbox
            "DJANGO_SETTINGS_MODULE": "paraph.config.settings",
            "PYTHONPATH": str(self.code),
            "PYTHONPYCACHEPREFIX": self._compiled(),
        }
        return {**kept, **told, **({"DATABASE_URL": self.url} if self.url else {}), **changes}

    def paraph(self, *words: str, before: Sequence[str] = ()) -> str:
        """Run a command of the product, and return what it printed. Fails the test when it fails."""
        command = [*before, sys.executable, "-m", "paraph.config.cli", *words]
        return self._run(command, "")

    def ask(self, word: str, told: Any = None) -> Any:
        """Have something done inside; see `inside.py`."""
        said = self._run([sys.executable, str(INSIDE), word], json.dumps(told))
        return json.loads(said.splitlines()[-1])

    def prepare(self, count: int) -> list[Posting]:
        """Customers who are about to sign."""
        return [Posting(**one) for one in self.ask("prepare", count)]

    @contextmanager
    def serving(self, logs: Path, **changes: str) -> Iterator[Server]:
        """`paraph serve` there. It is killed at the end."""
        server = self.serve(logs, **changes)
        try:
            yield server
        finally:
            server.kill()

    def serve(self, logs: Path, before: Sequence[str] = (), **changes: str) -> Server:
        """The same, to be killed by the caller."""
        return Server(logs, environment=self.environment(**changes), code=self.code, before=before)

    def _compiled(self) -> str:
        """Of code that is gone after the test nothing is kept."""
        return house.compiled() if self.code == house.REPOSITORY else str(self.data.parent / "compiled")

    def _run(self, command: list[str], told: str) -> str:
        done = subprocess.run(
            command,
            env=self.environment(),
            cwd=self.code,
            input=told,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout
