"""Rows as lines of JSON and back, the same for every database: how a backup holds the tables.

A line is an array of the row's values in the order of the columns, bytes as base64, times as ISO 8601 in UTC. Nothing
is known here about any table: columns and their kinds come from the models, and on the way back from the models as
they were when the archive was written, which the migrations know.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# Lines in one part of a table are about so many bytes: what is in memory at a time.
PART = 4 << 20
CHUNK = 2000
MICROSECOND = timedelta(microseconds=1)

Convert = Callable[[Any], Any]
Model = type[models.Model]

# Internal types of fields whose values JSON holds as they are, and the database takes as they are.
PLAIN = {
    "AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
    "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField", "BooleanField", "CharField",
    "TextField", "SlugField", "FileField", "FilePathField", "FloatField", "GenericIPAddressField",
}  # fmt: skip


class Unknown(TypeError):
    """A kind of column that a backup cannot hold yet. A mistake of ours: the tests look at every model."""


def in_order(chosen: Iterable[Model]) -> list[Model]:
    """Models so that each comes after those its rows point at; a circle is cut where it closes."""
    left = {one._meta.label: one for one in sorted(chosen, key=lambda one: one._meta.label)}
    done: dict[str, Model] = {}

    def visit(model: Model) -> None:
        if left.pop(model._meta.label, None) is None:
            return
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is not model:
                visit(field.related_model)
        done[model._meta.label] = model

    for one in list(left.values()):
        visit(one)
    return list(done.values())


def columns(model: Model) -> list[Any]:
    """The fields whose values the table stores, in the order of a line."""
    return [one for one in model._meta.concrete_fields if not getattr(one, "generated", False)]


def parts(model: Model, database: str) -> Iterator[tuple[int, bytes]]:
    """The rows by primary key, as (how many, lines) of about `PART` bytes each."""
    fields = columns(model)
    changed = [(at, how) for at, field in enumerate(fields) if (how := _encoder(kind(field)))]
    rows = model._base_manager.using(database).order_by("pk").values_list(*(one.attname for one in fields))
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    lines, size = list[str](), 0
    for row in rows.iterator(CHUNK):
        values = list(row)
        for at, how in changed:
            if values[at] is not None:
                values[at] = how(values[at])
        line = write(values)
        lines.append(line)
        size += len(line)
        if size >= PART:
            yield len(lines), _joined(lines)
            lines, size = [], 0
    if lines:
        yield len(lines), _joined(lines)


def rows(
    lines: bytes, model: Model, names: Sequence[str], connection: BaseDatabaseWrapper
) -> Iterator[list[Any]]:
    """The values of each line as this database's driver takes them. Raises KeyError for a column that is not there."""
    known = {one.column: one for one in columns(model)}
    changed = [(at, how) for at, name in enumerate(names) if (how := _decoder(known[name], connection))]
    read = json.loads
    for line in lines.splitlines():
        values = read(line)
        for at, how in changed:
            if values[at] is not None:
                values[at] = how(values[at])
        yield values


def insert(
    model: Model, names: Sequence[str], values: Sequence[list[Any]], connection: BaseDatabaseWrapper
) -> None:
    """Write rows in bulk, in the caller's transaction."""
    quote = connection.ops.quote_name
    table, list_of = quote(model._meta.db_table), ", ".join(map(quote, names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Django does not see what psycopg raises here.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({list_of}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({list_of}) VALUES ({places})", values)  # noqa: S608 - our names


def kind(field: Any) -> str:
    """The internal type of what a column holds: for a foreign key that of the key it points at."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return str(field.get_internal_type())


def _joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _encoder(what: str) -> Convert | None:
    if what in PLAIN or what == "JSONField":
        return None
    try:
        return ENCODERS[what]
    except KeyError as problem:
        raise Unknown(f"a backup cannot hold a {what} yet") from problem


def _decoder(field: Any, connection: BaseDatabaseWrapper) -> Convert | None:
    what = kind(field)
    if what in PLAIN:
        return None
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    read = DECODERS[what]
    return lambda value: field.get_db_prep_save(read(value), connection)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _bytes(value: Any) -> str:
    return base64.b64encode(value).decode()


ENCODERS: dict[str, Convert] = {
    "BinaryField": _bytes,
    "DateField": date.isoformat,
    "DateTimeField": _moment,
    "TimeField": time.isoformat,
    "DurationField": lambda value: value // MICROSECOND,
    "DecimalField": str,
    "UUIDField": str,
}
DECODERS: dict[str, Convert] = {
    "BinaryField": base64.b64decode,
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "TimeField": time.fromisoformat,
    "DurationField": lambda value: value * MICROSECOND,
    "DecimalField": Decimal,
    "UUIDField": UUID,
    "JSONField": lambda value: value,
}
