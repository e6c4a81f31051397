"""The only clock: everything else asks here, so that tests can set the time (faults.md F11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.conf import settings

_behind = timedelta()


class NoDemo(RuntimeError):
    """A real installation was to lie about the time. A mistake of ours."""


def now() -> datetime:
    """Return the server's time, aware, in UTC."""
    return datetime.now(UTC) - _behind


@contextmanager
def set_back(length: timedelta) -> Iterator[None]:
    """Inside, the whole process is so much earlier. For filling the demo alone, which serves nobody meanwhile.

    Raises `NoDemo` anywhere else: what a real installation seals never carries a time that was not.
    """
    global _behind
    if not settings.PARAPH_DEMO:
        raise NoDemo("time is set back in a demo only")
    before, _behind = _behind, length
    try:
        yield
    finally:
        _behind = before


def iso(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with microseconds: ``2026-11-21T20:38:36.123456Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """Read what `iso` wrote; raises ValueError for anything that has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(UTC)
