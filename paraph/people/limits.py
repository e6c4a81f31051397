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
# A wrong code: five tries for one account from one address, whatever sign-in they belong to (line 14).
CODE = Limit("code", 5, timedelta(minutes=10))
# A second cap for who knows the password and comes from many addresses: 1 chance in 3,000 a day at most.
CODE_ACCOUNT = Limit("code-account", 100, timedelta(days=1))
# A customer's PIN: five wrong ones an hour and twenty a day for one contact, wherever they come from (line 14).
PIN = Limit("pin", 5, timedelta(hours=1))
PIN_DAY = Limit("pin-day", 20, timedelta(days=1))
# One-time codes mailed to one contact, and by one organisation.
SEND_CODE = Limit("send-code", 5, timedelta(hours=1))
SEND_CODE_SHOP = Limit("send-code-shop", 200, timedelta(hours=1))
RESET = Limit("reset", 10, timedelta(hours=1))
RESET_ACCOUNT = Limit("reset-account", 3, timedelta(hours=1))
WELCOME = Limit("welcome", 30, timedelta(minutes=10))
LINK = Limit("link", 60, timedelta(minutes=10))
PORTAL = Limit("portal", 120, timedelta(minutes=1))
# Files sent one by one: a paper has 255 pages at most, and each file costs seconds of reading.
UPLOAD = Limit("upload", 300, timedelta(minutes=10))
# Batches of sealed envelopes from one address, where a whole team may come back on line at once.
SYNC = Limit("sync", 600, timedelta(minutes=10))
ENROL = Limit("enrol", 20, timedelta(hours=1))
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
        counted = False
        while not counted:  # somebody may `forgive` the row between finding and counting
            row, _ = Attempt.objects.get_or_create(key=_key(limit, key), window=window)
            mine = Attempt.objects.filter(pk=row.pk)
            counted = bool(mine.update(count=F("count") + 1))
        # Read while the row is still ours, so that of many at once each knows which number it is.
        number = mine.values_list("count", flat=True).get()
    if number > limit.times:
        raise TooMany(window + limit.window - now)


def give_back(limit: Limit, key: str) -> None:
    """Take one counted try back, because it was right; those of others stay counted."""
    newest = Attempt.objects.filter(key=_key(limit, key), count__gt=0).order_by("-window").values("pk")[:1]
    Attempt.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(count=F("count") - 1)


def forgive(limit: Limit, key: str) -> None:
    """Forget the tries under a key, because one of them was right."""
    Attempt.objects.filter(key=_key(limit, key)).delete()


def forget(before: datetime) -> int:
    """Delete counters whose window is long over; returns how many."""
    return Attempt.objects.filter(window__lt=before).delete()[0]


def _key(limit: Limit, key: str) -> str:
    return f"{limit.name}:{key}"[:120]
