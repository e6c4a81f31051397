"""Where a restore goes: the folder and the database of the environment, which must be empty.

The secret: everything is made aside, in a folder and a file or schema of its own that only then get their names. So a
restore that fails, or is killed, has changed nothing. Read before Django is, which is then pointed at what is aside.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import dj_database_url

from paraph.lib import crash, environment
from paraph.operate import scratch
from paraph.operate.scratch import Sorry

# While names are being changed; `startup` refuses to work beside it.
MARK = "restoring"
SQLITE_FILES = ("", "-wal", "-shm", "-turn")
# Made by reading the settings, and worth nothing: who is signed in is not in a backup.
WORTHLESS = {"django.key"}
LOCK_SECONDS = 10
OBJECTS = """
SELECT 'TABLE', quote_ident(c.relname) FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace
   AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = %(schema)s::regnamespace
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


@dataclass
class Place:
    """A data folder and a database. `aside` names what is made on the way to them."""

    folder: Path
    url: str
    aside: str = field(default_factory=lambda: f"{MARK}_{secrets.token_hex(4)}")
    before: str = field(default_factory=lambda: f"before_restore_{datetime.now(UTC):%Y%m%d_%H%M%S}")

    @property
    def staging(self) -> Path:
        """The folder that stands for `folder` meanwhile."""
        return self.folder / self.aside

    @property
    def sqlite(self) -> Path | None:
        """The database file; None when the database is a server."""
        parsed = dj_database_url.parse(self.url)
        return Path(parsed["NAME"]).resolve() if parsed["ENGINE"].endswith("sqlite3") else None

    def taken_by(self) -> str:
        """What is there already, as words; "" where all is empty."""
        keys = self.folder / "keys"
        if keys.is_dir() and {one.name for one in keys.iterdir()} - WORTHLESS:
            return f"keys in {keys}"
        if any((self.folder / "blobs").glob("*/*")):
            return f"files in {self.folder / 'blobs'}"
        if self.sqlite is not None:
            return f"a database in {self.sqlite}" if self.sqlite.exists() else ""
        with _server(self.url) as server:
            found = _objects(server, _schema(server))
        return f"tables in the database ({found[0][1]} …)" if found else ""

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from starting. Raises `Sorry` while somebody is at work there."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / scratch.LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                raise Sorry(f"Paraph is running on {self.folder}; stop it first") from problem
            self._sweep()
            yield

    def tidy(self) -> None:
        """Remove what a restore left that was killed; not while one runs, nor before one is done once more."""
        if (self.folder / MARK).exists() or not any(self._left()):
            return
        # Somebody is at work, or this account may not: it is worth nothing, and the next one removes it.
        with contextlib.suppress(Sorry, OSError), self.held():
            pass

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Inside, the environment points at an empty installation aside, which is removed if it is not moved in."""
        self.staging.mkdir(mode=0o700)
        try:
            if self.sqlite is None:
                with _server(self.url) as server:
                    server.execute(f'CREATE SCHEMA "{self.aside}"')
                os.environ["DATABASE_URL"] = _in_schema(self.url, self.aside)
            else:
                self.sqlite.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.environ["DATABASE_URL"] = f"sqlite:///{self._sqlite_aside()}"
            os.environ.pop(f"DATABASE_URL{environment.FILE}", None)
            os.environ["PARAPH_DATA"] = str(self.staging)
            crash.point("restore.apart")
            yield
        finally:
            self._clean(self.aside)

    def move_in(self) -> list[str]:
        """Give everything its name, after moving aside what was there; return where that is now, as sentences."""
        mark = self.folder / MARK
        mark.write_text(
            f"A restore was moving in. Restore once more with --replace. What was there before is in {self.before}.\n"
        )
        _sync(self.folder)
        crash.point("restore.marked")
        moved = [*self._old_files()]
        crash.point("restore.aside")
        moved += self._databases()
        crash.point("restore.database")
        for name in ("keys", "blobs"):
            if (self.staging / name).exists():
                (self.staging / name).rename(self.folder / name)
        crash.point("restore.files")
        for folder in {self.folder, *([self.sqlite.parent] if self.sqlite else [])}:
            _sync(folder)
        mark.unlink()
        _sync(self.folder)
        crash.point("restore.done")
        return moved

    def _old_files(self) -> Iterator[str]:
        keys, blobs = self.folder / "keys", self.folder / "blobs"
        if keys.is_dir() and {one.name for one in keys.iterdir()} <= WORTHLESS:
            shutil.rmtree(keys)
        if blobs.is_dir() and not any(blobs.glob("*/*")):
            shutil.rmtree(blobs)
        for path in (keys, blobs):
            if path.exists():
                (self.folder / self.before).mkdir(exist_ok=True, mode=0o700)
                path.rename(self.folder / self.before / path.name)
                yield f"{path} is now {self.folder / self.before / path.name}"

    def _databases(self) -> Iterator[str]:
        if self.sqlite is None:
            with _server(self.url) as server, server.transaction():
                server.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
                schema = _schema(server)
                if old := _objects(server, schema):
                    server.execute(f'CREATE SCHEMA "{self.before}"')
                    _move(server, old, schema, self.before)
                    yield f"the tables that were there are now in the schema {self.before}"
                _move(server, _objects(server, self.aside), self.aside, schema)
                server.execute(f'DROP SCHEMA "{self.aside}"')
            return
        for suffix in SQLITE_FILES:
            path = Path(f"{self.sqlite}{suffix}")
            if path.exists():
                aside = path.with_name(f"{self.sqlite.name}.{self.before}{suffix}")
                path.rename(aside)
                if not suffix:
                    yield f"{path} is now {aside}"
        self._sqlite_aside().rename(self.sqlite)

    def _sqlite_aside(self) -> Path:
        assert self.sqlite is not None
        return self.sqlite.with_name(f"{self.sqlite.name}.{self.aside}")

    def _sweep(self) -> None:
        """Remove what a restore had made aside when it was killed: all of that is in its archive."""
        for left in [*self._left()]:
            self._clean(left.name)

    def _left(self) -> Iterator[Path]:
        return self.folder.glob(f"{MARK}_????????")

    def _clean(self, aside: str) -> None:
        if self.sqlite is not None:
            for suffix in SQLITE_FILES:
                self.sqlite.with_name(f"{self.sqlite.name}.{aside}{suffix}").unlink(missing_ok=True)
        else:
            with _server(self.url) as server:
                server.execute(f'DROP SCHEMA IF EXISTS "{aside}" CASCADE')
        # Last, because its name tells the next one what to remove.
        shutil.rmtree(self.folder / aside, ignore_errors=True)


def from_environment() -> Place:
    """The place that the environment names. Raises ImproperlyConfigured."""
    folder = Path(os.environ.get("PARAPH_DATA", "var")).resolve()
    return Place(folder, environment.secret("DATABASE_URL", f"sqlite:///{folder / 'paraph.sqlite3'}"))


@contextlib.contextmanager
def _server(url: str) -> Iterator[Any]:
    import psycopg

    try:
        with psycopg.connect(**_words(url), autocommit=True) as connection:
            yield connection
    except psycopg.errors.LockNotAvailable as problem:
        raise Sorry("Somebody still uses the database; stop every Paraph on it first") from problem
    except psycopg.errors.InsufficientPrivilege as problem:
        raise Sorry(
            f"This database account may not do that ({str(problem).splitlines()[0]}). "
            "Restore with the account that owns the tables, which may make schemas too."
        ) from problem
    except psycopg.OperationalError as problem:
        raise Sorry(f"The database does not answer: {str(problem).strip().splitlines()[0]}") from problem


def _words(url: str) -> dict[str, Any]:
    """The connection as psycopg wants it."""
    parsed = dj_database_url.parse(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    words = {name: parsed.get(theirs) for name, theirs in names.items()}
    return {name: value for name, value in words.items() if value} | dict(parsed.get("OPTIONS", {}))


def _schema(server: Any) -> str:
    found: str | None = server.execute("SELECT current_schema()").fetchone()[0]
    if found is None:
        raise Sorry("The database account has no schema to restore into")
    return found


def _objects(server: Any, schema: str) -> list[tuple[str, str]]:
    """What a schema holds but sequences, which move with their tables, as (kind, name)."""
    # Functions are named with their schema unless it is on the path.
    server.execute("SELECT set_config('search_path', %s, false)", [schema])
    found: list[tuple[str, str]] = server.execute(OBJECTS, {"schema": f'"{schema}"'}).fetchall()
    server.execute("RESET search_path")
    return found


def _move(server: Any, objects: list[tuple[str, str]], source: str, target: str) -> None:
    for what, name in objects:
        server.execute(f'ALTER {what} "{source}".{name} SET SCHEMA "{target}"')


def _in_schema(url: str, schema: str) -> str:
    """The same database, where unqualified names stand for those in another schema."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.pop("currentSchema", None)
    query["options"] = f"{query.get('options', '')} -c search_path={schema}".strip()
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
