"""Empty the tables between tests that commit: quickly, and without weakening the ledger's triggers.

Django would empty every table, by TRUNCATE on PostgreSQL, and then look for permissions to make: two seconds a test
on a busy machine. Here only tables that have rows are emptied. The ledger refuses that, and must; so for the tests
alone its triggers stand aside within the one transaction that empties them. Product code is not involved and knows no
such switch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from paraph.evidence import triggers

# What the migrations write, and no test changes.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def emptied_quickly() -> Iterator[None]:
    """Let Django's tests that commit clean up in this way, in this test run only."""

    def teardown(self: Any) -> None:
        for name in self._databases_names(include_mirrors=False):
            empty(connections[name])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete every row that a test left, and put back the triggers that one took away."""
    if filled := _filled(connection):
        _delete(connection, filled)
    if triggers.missing(connection):
        triggers.install(connection)


def _delete(connection: BaseDatabaseWrapper, filled: list[str]) -> None:
    deletions = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in filled]
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(using=connection.alias),
        connection.cursor() as cursor,
    ):
        for statement in _unguarded(connection.vendor, filled, deletions):
            cursor.execute(statement)


def _unguarded(vendor: str, filled: list[str], deletions: list[str]) -> list[str]:
    """The deletions where no trigger looks: PostgreSQL can do so for one transaction, SQLite takes them away."""
    if vendor == "postgresql":
        return ["SET LOCAL session_replication_role = replica", *deletions]
    if not {one.table for one in triggers.GUARDS} & set(filled):
        return deletions
    return [*triggers.removals(vendor), *deletions, *triggers.installs(vendor)]


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that have rows, found in one query."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quote = connection.ops.quote_name
    looks = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})"
        for table in sorted(set(tables) - KEPT)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [str(table) for (table,) in cursor.fetchall()]
