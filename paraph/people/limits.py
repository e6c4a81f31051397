"""How often something may be tried: counted in the database, before the try (security.md lines 14 and 18).

A counter belongs to a key such as `sign-in:203.0.113.7`; never to a victim's name alone, so that nobody can lock
somebody else out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from paraph.lib import clock
from paraph.people.models import Attempt


class TooMany(Exception):
    """Tried too often; try again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"try again in {wait}")
        self.wait = wait


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window."""

    name: str
    times: int
    window: timedelta


SIGN_IN = Limit("sign-in", 20, timedelta(minutes=10))
SIGN_IN_ACCOUNT = Limit("sign-in-account", 8, timedelta(minutes=10))
LINK = Limit("link", 60, timedelta(minutes=10))
PORTAL = Limit("portal", 120, timedelta(minutes=1))
MAIL = Limit("mail", 200, timedelta(hours=1))


def count(limit: Limit, key: str) -> None:
    """Count one try, then raise `TooMany` when it was one too many.

    The count is committed on its own, so that a failed request still counts.
    """
    now = clock.now()
    window = datetime.fromtimestamp(
        now.timestamp() // limit.window.total_seconds() * limit.window.total_seconds(), UTC
    )
    with transaction.atomic():
        row, _ = Attempt.objects.get_or_create(key=f"{limit.name}:{key}"[:120], window=window)
        Attempt.objects.filter(pk=row.pk).update(count=F("count") + 1)
    row.refresh_from_db(fields=["count"])
    if row.count > limit.times:
        raise TooMany(window + limit.window - now)


def forget(before: datetime) -> int:
    """Delete counters whose window is long over; returns how many."""
    return Attempt.objects.filter(window__lt=before).delete()[0]
