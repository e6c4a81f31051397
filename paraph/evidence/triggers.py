"""Triggers that make the ledger append-only, on SQLite and PostgreSQL (evidence.md 1, attack A1).

What may change after all, because the record itself does not: a checkpoint may receive its time stamp once;
personal values may be emptied; a log may grow. Everything else is refused, with IntegrityError.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

FUNCTION = "evidence_refuse"
POSTGRESQL_FUNCTION = f"""CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$"""


@dataclass(frozen=True)
class Guard:
    """A table, the update that is lawful (SQL, None when no update is), and what makes a row the same row."""

    table: str
    key: tuple[str, ...]
    lawful: str | None = None


def _same(*columns: str) -> str:
    return " AND ".join(f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"' for column in columns)


GUARDS = (
    Guard("evidence_entry", ("log_id", "index")),
    Guard("evidence_node", ("log_id", "level", "position")),
    Guard(
        "evidence_checkpoint",
        ("log_id", "size"),
        "OLD.token IS NULL AND NEW.token IS NOT NULL AND "
        + _same("id", "log_id", "size", "root", "note", "at"),
    ),
    Guard("evidence_personal", ("entry_id",), f"length(NEW.sealed) = 0 AND {_same('entry_id')}"),
    Guard("evidence_log", ("name",), f"NEW.size >= OLD.size AND {_same('name', 'origin')}"),
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, replacing older ones."""
    remove(connection)
    _run(connection, installs(connection.vendor))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: to migrate backwards. Nothing else in the product calls it."""
    _run(connection, removals(connection.vendor))


@contextmanager
def suspended(connection: BaseDatabaseWrapper, table: str) -> Iterator[None]:
    """Take the guards of one table away inside, in the caller's transaction. A restore does it, and nothing else."""
    mine = [sql for sql in removals(connection.vendor) if f'"{table}_no_' in sql]
    back = [sql for sql in installs(connection.vendor) if f'"{table}_no_' in sql]
    _run(connection, mine)
    yield
    _run(connection, back)


def removals(vendor: str) -> list[str]:
    """The SQL of `remove`."""
    return [
        f'DROP TRIGGER IF EXISTS "{name}"' + ("" if vendor == "sqlite" else f' ON "{guard.table}"')
        for guard in GUARDS
        for name in names(vendor, guard)
    ]


def installs(vendor: str) -> list[str]:
    """The SQL of `install`, without the removals."""
    statements = _sqlite if vendor == "sqlite" else _postgresql
    return [sql for guard in GUARDS for sql in statements(guard)]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers that are not there: a migration that rebuilds a table on SQLite loses them silently."""
    wanted = {name for guard in GUARDS for name in names(connection.vendor, guard)}
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return sorted(wanted - {row[0] for row in cursor.fetchall()})


def names(vendor: str, guard: Guard) -> list[str]:
    """The triggers of a table; the third is against INSERT OR REPLACE (SQLite) or TRUNCATE (PostgreSQL)."""
    third = "replace" if vendor == "sqlite" else "truncate"
    return [f"{guard.table}_no_{event}" for event in ("update", "delete", third)]


def _sqlite(guard: Guard) -> list[str]:
    update, delete, replace = names("sqlite", guard)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{guard.table} is append-only'); END"
    # SQLite before 3.39 has no IS NOT DISTINCT FROM; its IS means the same.
    lawful = guard.lawful.replace("IS NOT DISTINCT FROM", "IS") if guard.lawful else None
    when = f"WHEN NOT ({lawful})" if lawful else ""
    same_row = " AND ".join(f'"{column}" = NEW."{column}"' for column in guard.key)
    # INSERT OR REPLACE deletes the old row without firing delete triggers, so it must be stopped before.
    taken = f'EXISTS (SELECT 1 FROM "{guard.table}" WHERE rowid = NEW.rowid OR ({same_row}))'  # noqa: S608 (our own names)
    return [
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{guard.table}" {when} {refuse}',
        f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{guard.table}" {refuse}',
        f'CREATE TRIGGER "{replace}" BEFORE INSERT ON "{guard.table}" WHEN {taken} {refuse}',
    ]


def _postgresql(guard: Guard) -> list[str]:
    update, delete, truncate = names("postgresql", guard)
    when = f"WHEN (NOT ({guard.lawful}))" if guard.lawful else ""
    on, refuse = f'ON "{guard.table}"', f"EXECUTE FUNCTION {FUNCTION}()"
    return [
        POSTGRESQL_FUNCTION,
        f'CREATE TRIGGER "{update}" BEFORE UPDATE {on} FOR EACH ROW {when} {refuse}',
        f'CREATE TRIGGER "{delete}" BEFORE DELETE {on} FOR EACH ROW {refuse}',
        f'CREATE TRIGGER "{truncate}" BEFORE TRUNCATE {on} {refuse}',
    ]


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            # No parameters: the % of the PostgreSQL function must not be taken for a placeholder.
            cursor.execute(statement, None)
