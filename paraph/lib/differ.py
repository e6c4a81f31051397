"""What changed between two JSON-able values, as a list a person can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One place that differs. `path` names keys and, in lists of things with an id, that id; None means absent."""

    path: tuple[str, ...]
    before: Any
    after: Any


def changes(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[Change]:
    """Return every leaf that differs, in the order of `before`, then what is new.

    How lines end is no difference: a form sends them back as CR LF, whatever it was given.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        return [
            found for key in keys for found in changes(before.get(key), after.get(key), (*path, str(key)))
        ]
    if _has_ids(before) and _has_ids(after):
        return changes({one["id"]: one for one in before}, {one["id"]: one for one in after}, path)
    if before == after or _unended(before) == _unended(after):
        return []
    return [Change(path, before, after)]


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value)


def _unended(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
