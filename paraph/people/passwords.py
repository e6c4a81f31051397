"""Passwords: a new one by mail, and telling the owner when something about their sign-in changed.

The secret: the link is worthless as soon as anything about the account's sign-in changed, so it works once; and
whoever asks learns nothing about who is known (security.md line 17).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from paraph.delivery import letters, outbox
from paraph.lib import clock, home
from paraph.lib.links import BadLink
from paraph.people import access, limits, members
from paraph.people.models import User

AUDIENCE = "password"
VALID = timedelta(hours=1)


class BadReset(Exception):
    """The link is none of ours, was used, or is too old."""


def ask_reset(email: str) -> None:
    """Mail a link for a new password, if the address is known and may have one; say nothing either way."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    known = user is not None and bool(access.memberships(user)) and not _signs_in_elsewhere(user)
    # Both ways do the costly part, so that the time taken says nothing.
    stand_in = user if user is not None else User(email=email, name=email)
    url = f"{settings.PARAPH_ORIGIN}/reset/{key_for(stand_in)}/"
    letter = letters.compose("people/mail/reset", stand_in.language, _told(stand_in, url=url))
    if user is not None and known and _may_mail(user):
        _mail(user, letter, secret=True)


def key_for(user: User) -> str:
    """The key of a link that lets its holder choose this user's password, for an hour."""
    until = int((clock.now() + VALID).timestamp())
    claims = {"user": str(user.pk), "state": _state(user), "until": until}
    return home.links().mint(claims, audience=AUDIENCE)


def peek(token: str) -> User:
    """Whose password a link may set. Raises `BadReset` for every flaw alike."""
    try:
        claims = home.links().read(token, audience=AUDIENCE)
        user = User.objects.get(pk=UUID(str(claims["user"])), is_active=True)
        state, until = str(claims["state"]), int(claims["until"])
    except (BadLink, KeyError, ValueError, TypeError, User.DoesNotExist) as problem:
        raise BadReset from problem
    if not constant_time_compare(state, _state(user)) or clock.now().timestamp() >= until:
        raise BadReset
    return user


@transaction.atomic
def reset(token: str, password: str) -> User:
    """Set a validated password by link; all sessions end. Raises `BadReset`."""
    user = User.objects.select_for_update().get(pk=peek(token).pk)
    if peek(token).pk != user.pk:  # somebody else was faster, and we waited for them
        raise BadReset
    return replace(user, password)


@transaction.atomic
def replace(user: User, password: str) -> User:
    """Set a validated password; all sessions end, and the owner is told."""
    user.set_password(password)
    user.save(update_fields=["password"])
    members.sign_out_everywhere(user)
    tell(user, "password")
    return user


def tell(user: User, what: str) -> None:
    """Tell somebody by mail what changed in how they sign in: password, app, passkey, removed, codes or forgotten."""
    _mail(user, letters.compose("people/mail/changed", user.language, _told(user, what=what)), secret=False)


def _state(user: User) -> str:
    """Changes with the password, the sessions' epoch and each sign-in."""
    told = f"{user.password}:{user.epoch}:{user.last_login}"
    return hashlib.sha256(f"{settings.SECRET_KEY}:{told}".encode()).hexdigest()


def _signs_in_elsewhere(user: User) -> bool:
    """Whoever comes in by single sign-on only has no password here to replace."""
    return not user.has_usable_password() and SocialAccount.objects.filter(user=user).exists()


def _may_mail(user: User) -> bool:
    """A few letters an hour; the asker is not told, or it would say that the address is known."""
    try:
        limits.count(limits.RESET_ACCOUNT, str(user.pk))
    except limits.TooMany:
        return False
    return True


def _told(user: User, **more: Any) -> dict[str, Any]:
    return {"sender": "Paraph", "name": user.name, "origin": settings.PARAPH_ORIGIN, **more}


def _mail(user: User, letter: letters.Letter, *, secret: bool) -> None:
    outbox.enqueue(
        key=f"account:{uuid4()}",
        to=user.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=user.language,
        secret=secret,
    )
