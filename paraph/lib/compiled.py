"""A query compiled once, for the few places asked at every request: building SQL costs ten times what running it does.

The query set is written as any other; only its values change from call to call. Rows come back as the driver gives
them, so ask for numbers and texts, or compare values as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, UUIDField

_UUID = UUIDField()


class Compiled:
    """`build(*stand_ins)` makes the query set; each stand-in must be a value that stands nowhere else in it."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *stand_ins: Any) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._known: dict[str, tuple[str, list[Any]]] = {}

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Run it with values in place of the stand-ins."""
        statement, params = self._statement()
        told = [_prepared(value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(statement, [told[one.index] if isinstance(one, _Slot) else one for one in params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _statement(self) -> tuple[str, list[Any]]:
        if connection.vendor not in self._known:
            statement, params = self._build(*self._stand_ins).query.sql_with_params()
            slots = [_prepared(one) for one in self._stand_ins]
            placed = [_Slot(slots.index(one)) if one in slots else one for one in params]
            self._known[connection.vendor] = statement, placed
        return self._known[connection.vendor]


class _Slot:
    """The place of one value among the parameters."""

    def __init__(self, index: int) -> None:
        self.index = index


def _prepared(value: Any) -> Any:
    """A value as this database's driver wants it."""
    if isinstance(value, UUID):
        return _UUID.get_db_prep_value(value, connection)
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
