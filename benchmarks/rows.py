"""Rows by the thousand: how the driver of each database takes them fastest. For scratch databases only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Model = type[models.Model]
# While filling: nothing survives a crash, and pages stay in memory (KiB).
SQLITE_LOOSE = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "foreign_keys=OFF")
SQLITE_FIRM = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-2000", "foreign_keys=ON")


def driver(part: Any, value: Any) -> Any:
    """A value as this database's driver wants it."""
    return value if value is None else part.get_db_prep_save(value, connection)


class Counters:
    """Primary keys that are numbers: the next free one of each table."""

    def __init__(self) -> None:
        self.last: dict[Model, int] = {}

    def next(self, model: Model) -> int:
        """One more."""
        if model not in self.last:
            self.last[model] = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
        self.last[model] += 1
        return self.last[model]


class Writer:
    """Rows by table until there are enough of them."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._rows: dict[Model, list[Sequence[Any]]] = {}

    def add(self, model: Model, row: Sequence[Any]) -> None:
        """One row: a value a column, in the model's order, as the driver takes them."""
        self._rows.setdefault(model, []).append(row)

    def flush(self) -> None:
        """Insert them, inside the caller's transaction."""
        for model, rows in self._rows.items():
            parts = model._meta.concrete_fields
            into = (
                f'"{model._meta.db_table}" ({", ".join(f"{chr(34)}{one.column}{chr(34)}" for one in parts)})'
            )
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row([_plain(one) for one in row])
            else:
                marks = ", ".join("?" * len(parts))
                connection.connection.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
        self._rows.clear()

    @contextmanager
    def fast(self) -> Iterator[None]:
        """Everything that makes inserting slow is put aside for the time of the block."""
        sqlite = connection.vendor == "sqlite"
        with connection.cursor() as cursor:
            aside = _put_aside(cursor) if sqlite else []
            if not sqlite:
                cursor.execute("SET synchronous_commit = off")
        yield
        with connection.cursor() as cursor:
            for statement in aside:
                cursor.execute(statement)
            if sqlite:
                for one in SQLITE_FIRM:
                    cursor.execute(f"PRAGMA {one}")
            else:
                cursor.execute("SET synchronous_commit = on")
                for statement in connection.ops.sequence_reset_sql(no_style(), list(self.counters.last)):
                    cursor.execute(statement)
                cursor.execute("ANALYZE")  # as autovacuum does; on SQLite nobody does it


def _put_aside(cursor: Any) -> list[str]:
    """Plain indexes are made once, at the end; returns what makes them."""
    for one in SQLITE_LOOSE:
        cursor.execute(f"PRAGMA {one}")
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _plain(value: Any) -> Any:
    """Binary and JSON values as COPY wants them."""
    return bytes(value) if isinstance(value, memoryview) else value
