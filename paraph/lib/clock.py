"""The only clock: everything else asks here, so that tests can set the time (faults.md F11)."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the server's time, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with microseconds: ``2026-11-21T20:38:36.123456Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """Read what `iso` wrote; raises ValueError for anything that has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.astimezone(UTC)
