"""A query compiled once, for the few places asked at every request: building SQL costs ten times what running it does.

The query set is written as any other; only its values change from call to call. `rows` come back as the driver gives
them, so ask for numbers and texts, or compare values as they are; `objects` are what the query set would give.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet, UUIDField, query

_UUID = UUIDField()


class Compiled:
    """`build(*stand_ins)` makes the query set; each stand-in must be a value that stands nowhere else in it."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *stand_ins: Any) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._known: dict[str, tuple[str, list[Any], Any]] = {}

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Run it with values in place of the stand-ins."""
        statement, params, _maker = self._statement()
        told = [_prepared(value) for value in values]
        with connection.cursor() as cursor:
            cursor.execute(statement, [told[one.index] if isinstance(one, _Slot) else one for one in params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def objects(self, *values: Any) -> list[Any]:
        """Run it, and make the query set's model instances, with all that `select_related` names."""
        rows = self.rows(*values)
        made: list[Any] = self._statement()[2].make(rows) if rows else []
        return made

    def _statement(self) -> tuple[str, list[Any], Any]:
        if connection.vendor not in self._known:
            compiler = self._build(*self._stand_ins).query.get_compiler(connection.alias)
            statement, params = compiler.as_sql()
            slots = [_prepared(one) for one in self._stand_ins]
            placed = [_Slot(slots.index(one)) if one in slots else one for one in params]
            self._known[connection.vendor] = statement, placed, _Maker(compiler)
        return self._known[connection.vendor]


class _Maker:
    """Turns rows into instances as `django.db.models.query.ModelIterable` does, with what it works out kept."""

    def __init__(self, compiler: Any) -> None:
        self._compiler = compiler
        self._converters = compiler.get_converters([one[0] for one in compiler.select])
        info = compiler.klass_info
        if info is None:
            return  # a query of values
        self._model: type[Model] = info["model"]
        self._start, self._end = info["select_fields"][0], info["select_fields"][-1] + 1
        self._names = [one[0].target.attname for one in compiler.select[self._start : self._end]]
        # The stubs describe a later Django, which asks for one argument more.
        populators: Any = query.get_related_populators
        self._populators = populators(info, compiler.select, compiler.using)

    def make(self, rows: list[tuple[Any, ...]]) -> list[Model]:
        made = []
        for row in self._compiler.apply_converters(rows, self._converters):
            one = self._model.from_db(self._compiler.using, self._names, row[self._start : self._end])
            for populator in self._populators:
                populator.populate(row, one)
            made.append(one)
        return made


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
