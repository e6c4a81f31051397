"""Inviting somebody to become a member: a link by mail that works once, for a week.

The secret: the link proves that the mail address is theirs. A person who is known already must show that it is them
before they join; nobody learns from an invitation who is known on this installation.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare

from paraph.delivery import letters, outbox
from paraph.evidence import ledger
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.lib.links import BadLink
from paraph.people import access, members
from paraph.people.facts import AccessChanged
from paraph.people.models import Member, Organisation, User, Welcome

AUDIENCE = "member"
VALID = timedelta(days=7)
KEY_BYTES = 32


class Unwelcome(Exception):
    """The link is none of ours, was used, was withdrawn, is too old, or was replaced by a newer one."""


class AlreadyThere(Exception):
    """This address belongs to a member, or is invited already."""


@transaction.atomic
def invite(
    organisation: Organisation,
    email: str,
    *,
    name: str,
    role: str,
    language: str,
    by: Member,
    actor: Actor,
    without: Iterable[str] = (),
) -> Welcome:
    """Invite an address by mail. Raises `AlreadyThere`, `Forbidden`."""
    access.require(by, "member.edit")
    address = email.strip().lower()
    taken = Member.objects.filter(organisation=organisation, user__email=address)
    waiting = organisation.welcomes.filter(email=address, accepted_at=None, withdrawn_at=None)
    if taken.exists() or waiting.exists():
        raise AlreadyThere
    now = clock.now()
    welcome = Welcome(
        organisation=organisation,
        email=address,
        name=name,
        role=role,
        language=language,
        without=sorted(set(without) & set(access.TOGGLES)),
        sent_at=now,
        expires_at=now + VALID,
    )
    _send(welcome, by)
    _record(welcome, "invited", actor)
    return welcome


@transaction.atomic
def send_again(welcome: Welcome, *, by: Member, actor: Actor) -> Welcome:
    """Mail a new link, valid for another week; the earlier one stops working. Raises `Unwelcome`, `Forbidden`."""
    access.require(by, "member.edit")
    _still(welcome)
    welcome.sent_at = clock.now()
    welcome.expires_at = welcome.sent_at + VALID
    _send(welcome, by)
    _record(welcome, "invited_again", actor)
    return welcome


@transaction.atomic
def withdraw(welcome: Welcome, *, by: Member, actor: Actor) -> None:
    """Make the link useless. Twice is once. Raises `Forbidden`."""
    access.require(by, "member.edit")
    still = Welcome.objects.filter(pk=welcome.pk, accepted_at=None, withdrawn_at=None)
    if still.update(withdrawn_at=clock.now()):
        _record(welcome, "withdrawn", actor)


def peek(token: str) -> Welcome:
    """The invitation of a link, untouched. Raises `Unwelcome` for every flaw alike."""
    try:
        claims = home.links().read(token, audience=AUDIENCE)
        found = Welcome.objects.select_related("organisation").get(pk=UUID(str(claims["welcome"])))
        key = str(claims["key"])
    except (BadLink, KeyError, ValueError, Welcome.DoesNotExist) as problem:
        raise Unwelcome from problem
    if not constant_time_compare(_hash(key), found.key_hash) or not found.is_open(clock.now()):
        raise Unwelcome
    return found


def waiting_for(email: str) -> list[Welcome]:
    """The open invitations of an address, for somebody whose identity provider vouches for it."""
    found = Welcome.objects.filter(email=email.lower(), accepted_at=None, withdrawn_at=None)
    now = clock.now()
    return [one for one in found.select_related("organisation") if one.is_open(now)]


@transaction.atomic
def accept(
    welcome: Welcome, *, actor: Actor, name: str = "", password: str | None = None, pk: UUID | None = None
) -> Member:
    """Use the link up and let the person in; `pk` is the id a passkey was made for. Raises `Unwelcome`.

    Somebody who is known keeps their own name and password: the caller made sure that it is them.
    """
    still = Welcome.objects.filter(pk=welcome.pk, accepted_at=None, withdrawn_at=None)
    if not still.update(accepted_at=clock.now()):
        raise Unwelcome
    known = User.objects.filter(email=welcome.email).exists()
    if not known and pk is not None:
        User.objects.create_user(welcome.email, None, id=pk, name=name, language=welcome.language)
    return members.add(
        welcome.organisation,
        welcome.email,
        name=name or welcome.name,
        role=welcome.role,
        without=welcome.without,
        password=None if known else password,
        language=welcome.language,
        by=actor,
    )


def _still(welcome: Welcome) -> None:
    """Hold the row, so that an invitation accepted at this moment is not sent again."""
    found = Welcome.objects.select_for_update().get(pk=welcome.pk)
    if found.accepted_at or found.withdrawn_at:
        raise Unwelcome


def _send(welcome: Welcome, by: Member) -> None:
    key = secrets.token_urlsafe(KEY_BYTES)
    welcome.key_hash, welcome.letters = _hash(key), welcome.letters + 1
    welcome.save()
    token = home.links().mint({"welcome": str(welcome.pk), "key": key}, audience=AUDIENCE)
    shop = welcome.organisation
    letter = letters.compose(
        "people/mail/welcome",
        welcome.language,
        {
            "sender": shop.name,
            "accent": shop.accent,
            "name": welcome.name,
            "by": by.user.name,
            "shop": shop.name,
            "days": VALID.days,
            "url": f"{settings.PARAPH_ORIGIN}/join/{token}/",
        },
    )
    outbox.enqueue(
        key=f"welcome:{welcome.pk}:{welcome.letters}",
        to=welcome.email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        log=shop.log,
        topic=f"organisation:{shop.pk}",
        language=welcome.language,
        secret=True,
        sender=shop.name,
        reply_to=by.user.email,
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _record(welcome: Welcome, change: str, by: Actor) -> None:
    ledger.append(
        AccessChanged(
            member="",
            role=str(welcome.role),
            active=False,
            change=change,
            without=list(welcome.without),
            who=welcome.name or welcome.email,
        ),
        log=welcome.organisation.log,
        topic=f"organisation:{welcome.organisation_id}",
        by=by,
    )
