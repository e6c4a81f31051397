"""Reading many rows as they were at one moment, without holding up anybody who writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

BEGIN = {
    # The first read fixes the moment (WAL); Django's own transactions would take the writers' turn.
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside is of one moment. Nothing may be written inside; inside a transaction it does nothing."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(BEGIN[connection.vendor])
    try:
        yield
    finally:
        # Nothing was written, so there is nothing to keep; a connection that broke has ended it already.
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
