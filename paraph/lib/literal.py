"""A constant that stands in the statement itself, for conditions of partial indexes.

SQLite plans a statement before it knows the parameters, so it uses an index `WHERE state = 'pending'` only where the
statement says 'pending' and not `?`. Without it every look for work reads the whole table.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Value


class Literal(Value):
    """A word of ours: lower-case letters and underscores, so that nothing needs quoting."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The word in quotes, and no parameter."""
        word = str(self.value)
        if not word.isascii() or not word.replace("_", "").isalpha():
            raise ValueError(f"{word!r} is no word of ours")
        return f"'{word}'", []
