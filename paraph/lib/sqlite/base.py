"""Django's SQLite backend with a fair lock in front of every write transaction.

Before a single statement outside a transaction, too: without a turn it waits beside the queue, and may starve there.
SQLite lets waiting writers sleep and guess (up to 100 ms at a time), which starves some of them: measured, the slowest
of a hundred waits forty times the median. A thread lock and a file lock beside the database queue them instead
(performance.md 3 and 4). Readers never wait.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base, operations, schema

_threads = threading.Lock()
# A connection's own copy of what the system holds in memory as well; each thread of each process has one. At 100,000
# orders a worker has 18 MB less than with SQLite's 2 MB, and only what walks over all rows takes longer, by a quarter.
CACHE_KIB = 512
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Unchanged; Django looks for it beside the wrapper."""


class DatabaseOperations(operations.DatabaseOperations):
    """Text that somebody wrote by hand where bytes belong reads as its bytes: SQLite does not mind, readers would."""

    def get_db_converters(self, expression: Any) -> list[Any]:
        """Django's own, and one more for bytes."""
        found: list[Any] = super().get_db_converters(expression)
        return [*found, _octets] if expression.output_field.get_internal_type() == "BinaryField" else found


def _octets(value: Any, _expression: Any, _connection: Any) -> Any:
    return value if isinstance(value, bytes) or value is None else str(value).encode()


class Queued(base.SQLiteCursorWrapper):
    """A cursor whose writes outside a transaction wait in the queue as well: each is a transaction of its own."""

    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        """One statement."""
        with self._wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """One statement for many rows."""
        with self._wrapper.turn_for(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite in WAL mode, `synchronous=FULL`, `BEGIN IMMEDIATE` behind a fair lock."""

    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations
    _turn: int | None = None

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that queues."""
        return self.connection.cursor(factory=lambda connection: Queued(connection, self))

    @contextmanager
    def turn_for(self, query: str) -> Iterator[None]:
        """Our turn, for a statement that writes and is no part of a transaction, which has its turn already."""
        mine = (
            self._turn is None and not self.in_atomic_block and query.lstrip()[:7].upper().startswith(WRITES)
        )
        if mine:
            self._take_turn()
        try:
            yield
        finally:
            if mine:
                self._end_turn()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn is not None or self.is_in_memory_db():
            return
        _threads.acquire()
        try:
            descriptor = os.open(f"{self.settings_dict['NAME']}-turn", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except BaseException:
            _threads.release()
            raise
        self._turn = descriptor

    def _end_turn(self) -> None:
        if self._turn is None:
            return
        descriptor, self._turn = self._turn, None
        os.close(descriptor)  # closing releases the file lock
        _threads.release()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open with foreign keys on and the durability this product promises."""
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        return connection
