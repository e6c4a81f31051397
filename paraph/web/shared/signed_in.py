"""Who is signed in, for which organisation, and how surely.

The secret: a session names a membership and proves nothing by itself. At every request the membership is read anew,
so that what was taken away is gone at the next click (security.md line 41). Somebody who belongs to several
organisations works in one at a time, the one they chose.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest

from paraph.lib import clock
from paraph.people import access, factors, open_sessions
from paraph.people.models import Member, User
from paraph.web.shared import connection

KEY = "member"
NOTED = "noted"
NOTED_SECONDS = 5 * 60
# Who proved themselves this long ago proves it again before changing how they sign in.
FRESH_SECONDS = 10 * 60
# Ways of coming in that count as a second factor (issue 3; single sign-on answers for its own).
STRONG = frozenset({"mfa", "socialaccount", "demo"})


def user_of(request: HttpRequest) -> User | None:
    """The signed-in user."""
    return request.user if isinstance(request.user, User) else None


def memberships(request: HttpRequest) -> list[Member]:
    """Where the signed-in user works now; read once a request."""
    found: list[Member] | None = getattr(request, "memberships", None)
    if found is None:
        user = user_of(request)
        found = access.memberships(user) if user is not None else []
        request.memberships = found  # type: ignore[attr-defined]
    return found


def member_of(request: HttpRequest) -> Member | None:
    """The member who asks; None for strangers, and for who must choose an organisation first."""
    if user_of(request) is None:
        return None
    return access.chosen(memberships(request), str(request.session.get(KEY, "")))


def enter(request: HttpRequest, member: Member) -> None:
    """Work for this organisation from now on."""
    request.session[KEY] = str(member.pk)
    Member.objects.filter(pk=member.pk).update(seen_at=clock.now())


def arrive(request: HttpRequest, user: User) -> None:
    """After any way of signing in: who works in one place only is there at once."""
    request.session.pop(KEY, None)
    found = access.memberships(user)
    request.memberships = found  # type: ignore[attr-defined]
    if len(found) == 1:
        enter(request, found[0])


def in_use(request: HttpRequest, user: User) -> None:
    """Note now and then that this session is used, and from where, for its owner's list.

    A session gets a new key when its user proves themselves; it is noted anew under that.
    """
    key, now = request.session.session_key, clock.now()
    noted, at = request.session.get(NOTED, ("", 0.0))
    if not key or (noted == key and now.timestamp() - at < NOTED_SECONDS):
        return
    proved = [float(one["at"]) for one in get_authentication_records(request, user) if "at" in one]
    began_at = datetime.fromtimestamp(min(proved), UTC) if proved else now
    open_sessions.note(user, key, connection.seen(request), began_at=began_at)
    request.session[NOTED] = (key, now.timestamp())


def note(request: HttpRequest, user: User, method: str, **more: object) -> None:
    """Remember that this session's user proved themselves just now, by password, mfa, socialaccount or demo."""
    record_authentication(request, user, method, **more)


def is_strong(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed, by more than a password."""
    return any(one.get("method") in STRONG for one in get_authentication_records(request, user_of(request)))


def owes_factor(request: HttpRequest, member: Member) -> bool:
    """Whether the organisation wants a second factor that this session has not shown."""
    return member.organisation.second_factor and not is_strong(request)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the user proved themselves lately: with a factor if they have one, else in any way."""
    user = user_of(request)
    if user is None:
        return False
    wanted = STRONG if factors.has(user) else None
    return any(
        time.time() - float(one.get("at", 0)) < FRESH_SECONDS
        and (wanted is None or one.get("method") in wanted)
        for one in get_authentication_records(request, user)
    )
