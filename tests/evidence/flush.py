"""Empty the ledger between tests that commit, without weakening its triggers.

After a test that commits, Django empties all tables: by DELETE on SQLite, by TRUNCATE on PostgreSQL. The ledger
refuses both, and must. So for the tests alone the statements that empty the tables are put between others that take
the triggers away and put them back, in the same transaction; product code is not involved and knows no such switch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from paraph.evidence import triggers


@pytest.fixture(autouse=True, scope="session")
def ledger_can_be_emptied() -> Iterator[None]:
    """Let Django's flush pass the triggers, in this test run only."""
    operations = type(connection.ops)
    flush = operations.sql_flush
    if getattr(flush, "passes_triggers", False):
        yield
        return

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        statements: list[str] = flush(self, style, tables, **options)
        if "evidence_entry" not in tables:
            return statements
        vendor = self.connection.vendor
        return [*triggers.removals(vendor), *statements, *triggers.installs(vendor)]

    sql_flush.passes_triggers = True  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        yield
