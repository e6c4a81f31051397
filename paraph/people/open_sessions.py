"""Where a user is signed in, so that they can see it and end one of it (security.md line 41).

The secret: to end a session is to remove Django's row of it, and whoever holds its cookie is a stranger at the next
click. A password or epoch that changed ends sessions as well; their rows are then removed here, so that nothing is
listed that is over.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from paraph.lib import clock
from paraph.people.models import OpenSession, User


def note(user: User, key: str, seen: tuple[str, str, str], *, began_at: datetime) -> None:
    """A session is in use: `seen` is address, who says so, and user agent, as the web saw them."""
    address, source, agent = seen
    row = OpenSession(
        user=user,
        session_id=key,
        began_at=began_at,
        used_at=clock.now(),
        address=address,
        address_source=source,
        agent=agent,
    )
    # One statement, because two pages of one window may be asked for at once.
    OpenSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["user", "used_at", "address", "address_source", "agent"],
    )


def of(user: User) -> QuerySet[OpenSession]:
    """Those that are still open, the one used last first."""
    return user.open_sessions.filter(session__expire_date__gt=clock.now()).order_by("-used_at", "pk")


def end(user: User, pk: UUID, *, but: str) -> OpenSession | None:
    """End one of a user's sessions, but not the one with the key `but`.

    Returns what it was; None where it is over already, or none of theirs.
    """
    found = of(user).filter(pk=pk).exclude(session=but).first()
    if found is not None:
        Session.objects.filter(pk=found.session_id).delete()
    return found


def end_all(user: User, *, but: str = "") -> int:
    """End all of a user's sessions, but not the one with the key `but`; returns how many."""
    keys = list(of(user).exclude(session=but).values_list("session", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


def forget_ended() -> int:
    """Remove what is left of sessions that something else ended; returns how many."""
    there = Session.objects.filter(pk=OuterRef("session"))
    return OpenSession.objects.filter(~Exists(there)).delete()[0]
