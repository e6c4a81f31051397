"""How a key is made, lives and dies (security.md, "The access key").

The secret: a link holds an encrypted token with an invitation's id and a random access key; the row holds the key's
digest and is what counts, so that revoking works at once. A GET of a link (`peek`) changes nothing; only the POST that
exchanges it for a session (`open`) says that somebody came.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from paraph.delivery import letters, outbox
from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock, figures, home
from paraph.lib.actor import Actor
from paraph.lib.compiled import Compiled
from paraph.lib.links import BadLink
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import subjects
from paraph.signoff.errors import Closed, LinkExpired, LinkRevoked, LinkUnknown, NoAddress, Unusable
from paraph.signoff.facts import (
    InvitationHandedOver,
    InvitationOpened,
    InvitationRenewed,
    InvitationRevoked,
    InvitationSent,
    RenewalRequested,
    view_name,
)
from paraph.signoff.models import Ask, Invitation, Party, SignOff, State

AUDIENCE = "invitation"
KEY_BYTES = 32  # security.md: a 256-bit random access key
DEFAULT_HOURS = 48  # S3-18
MAX_HOURS = 180 * 24  # the longest a comparable product allows; longer means "never expires"
MAX_TEXT = 4000


@transaction.atomic
def send(
    party: Party,
    *,
    view: str,
    by: Member,
    actor: Actor,
    hours: int = DEFAULT_HOURS,
    text: str = "",
    language: str = "",
) -> Invitation:
    """Mail a party a fresh link to one view, and the managers a copy without it (S3-16, S3-17).

    Raises `access.Forbidden` (S3-20), `NoAddress`, `Closed`, `Unusable`.
    """
    if not party.contact.email:
        raise NoAddress
    invitation, token = _make(party, view, by, hours, language)
    _mail(invitation, token, text, by)
    _record(
        invitation,
        InvitationSent(
            invitation=str(invitation.pk),
            view=str(view),
            expires_at=clock.iso(invitation.expires_at),
            hours=hours,
            to=f"{party.contact.name} <{party.contact.email}>",
        ),
        actor,
    )
    return invitation


@transaction.atomic
def hand_over(
    party: Party, *, view: str, by: Member, actor: Actor, hours: int = DEFAULT_HOURS, language: str = ""
) -> tuple[Invitation, str]:
    """Make a link to be copied by hand (S3-10). The address is returned once and kept nowhere (decision 3)."""
    invitation, token = _make(party, view, by, hours, language, handed_over=True)
    _record(
        invitation,
        InvitationHandedOver(
            invitation=str(invitation.pk),
            view=str(view),
            expires_at=clock.iso(invitation.expires_at),
            hours=hours,
            to=party.contact.name,
        ),
        actor,
    )
    return invitation, link(token)


@transaction.atomic
def renew(invitation: Invitation, *, by: Member, actor: Actor, hours: int = DEFAULT_HOURS) -> Invitation:
    """Mail a new key in place of an earlier one, which stops working. What was decided stays (decision 2)."""
    party = invitation.party
    if not party.contact.email:
        raise NoAddress
    fresh, token = _make(party, invitation.view, by, hours, invitation.language)
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=clock.now())
    _mail(fresh, token, "", by)
    _record(
        fresh,
        InvitationRenewed(
            invitation=str(fresh.pk),
            earlier=str(invitation.pk),
            expires_at=clock.iso(fresh.expires_at),
            to=f"{party.contact.name} <{party.contact.email}>",
        ),
        actor,
    )
    return fresh


@transaction.atomic
def revoke(invitation: Invitation, *, by: Member, actor: Actor) -> Invitation:
    """Switch a key off, for open sessions too. Twice is once."""
    access.require(by, "order.email")
    if Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=clock.now()):
        _record(invitation, InvitationRevoked(invitation=str(invitation.pk)), actor)
    invitation.refresh_from_db()
    return invitation


def peek(token: str) -> Invitation:
    """Find the invitation of a link without touching it; whoever asks may be a mail scanner.

    Raises `LinkUnknown` for every flaw alike, `LinkExpired`, `LinkRevoked`.
    """
    try:
        claims = home.links().read(token, audience=AUDIENCE)
        grant, key = UUID(str(claims["grant"])), str(claims["key"])
    except (BadLink, KeyError, ValueError) as problem:
        raise LinkUnknown from problem
    invitation = find(grant)
    if invitation is None or not hmac.compare_digest(invitation.key_digest, _digest(key)):
        raise LinkUnknown
    return check(invitation)


def find(pk: UUID) -> Invitation | None:
    """The invitation with all that its pages need, in one query."""
    return next(iter(_FIND.objects(pk)), None)


def _found(pk: UUID) -> QuerySet[Invitation]:
    related = ("party__contact__customer", "party__signoff__order__organisation", "sent_by__user")
    return Invitation.objects.select_related(*related).filter(pk=pk)


_FIND = Compiled(_found, UUID(int=1))


def check(invitation: Invitation) -> Invitation:
    """Return the invitation while its key lives; raises `LinkRevoked` or `LinkExpired`. Ask at every request."""
    if invitation.revoked_at:
        raise LinkRevoked(invitation)
    if clock.now() >= invitation.expires_at:
        raise LinkExpired(invitation)
    return invitation


def note_fetch(invitation: Invitation) -> None:
    """Count a GET of the link. It says nothing about the customer: mail scanners open every link."""
    Invitation.objects.filter(pk=invitation.pk).update(fetches=F("fetches") + 1)


@transaction.atomic
def open(token: str, *, by: Actor) -> Invitation:
    """Exchange a link for entry; the first time is a fact. Raises as `peek`."""
    invitation = peek(token)
    if Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=clock.now()):
        _record(invitation, InvitationOpened(invitation=str(invitation.pk)), by)
        invitation.refresh_from_db(fields=["opened_at"])
    return invitation


@transaction.atomic
def ask_renewal(invitation: Invitation, *, by: Actor) -> None:
    """A customer whose link ended asks for a new one; the sender is told (decision 2). Raises `Closed`."""
    if invitation.party.signoff.state == State.WITHDRAWN:
        raise Closed
    _record(invitation, RenewalRequested(invitation=str(invitation.pk)), by)


def link(token: str) -> str:
    """The address a customer opens."""
    return f"{settings.PARAPH_ORIGIN}/s/{token}/"


def _make(
    party: Party, view: str, by: Member, hours: int, language: str, *, handed_over: bool = False
) -> tuple[Invitation, str]:
    access.require(by, "order.email")
    if not 1 <= hours <= MAX_HOURS:
        raise Unusable("hours", _("Choose a validity between 1 hour and 180 days."))
    subjects.hold(party.signoff.order_id)
    if party.signoff.state not in {State.OPEN, State.COMPLETE, State.SEALED}:
        raise Closed
    if party.signoff.state == State.OPEN:
        subjects.freeze(party.signoff, view, by=by.actor)
    key = secrets.token_urlsafe(KEY_BYTES)
    now = clock.now()
    invitation = Invitation.objects.create(
        party=party,
        view=view,
        language=language or party.contact.language,
        key_digest=_digest(key),
        sent_by=by,
        handed_over=handed_over,
        created_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    claims = {"grant": str(invitation.pk), "key": key, "expires": clock.iso(invitation.expires_at)}
    return invitation, home.links().mint(claims, audience=AUDIENCE)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _record(invitation: Invitation, fact: Fact, by: Actor) -> None:
    signoff = invitation.party.signoff
    ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)


def _mail(invitation: Invitation, token: str, text: str, by: Member) -> None:
    if len(text) > MAX_TEXT:
        raise Unusable("text", _("This text is too long: at most 4,000 characters."))
    contact, signoff = invitation.party.contact, invitation.party.signoff
    told = _letter_context(invitation, text, by, invitation.language)
    told |= {"name": contact.name, "action_url": link(token)}
    _post(
        f"invitation:{invitation.pk}",
        contact.email,
        "invitation",
        invitation.language,
        told,
        signoff,
        secret=True,
    )
    for manager in access.managers_of(signoff.organisation_id):
        told = _letter_context(invitation, text, by, manager.user.language)
        told |= {
            "name": manager.user.name,
            "action_url": f"{settings.PARAPH_ORIGIN}/orders/{signoff.order_id}/",
        }
        key = f"invitation-copy:{invitation.pk}:{manager.pk}"
        _post(key, manager.user.email, "invitation_copy", manager.user.language, told, signoff)


def _post(
    key: str,
    to: str,
    name: str,
    language: str,
    told: dict[str, Any],
    signoff: SignOff,
    *,
    secret: bool = False,
) -> None:
    letter = letters.compose(f"signoff/mail/{name}", language, told)
    outbox.enqueue(
        key=key,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=language,
        secret=secret,
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
    )


def _letter_context(invitation: Invitation, text: str, by: Member, language: str) -> dict[str, Any]:
    """Words and figures of the letter in the reader's language; the signing link is added for the customer alone."""
    order = invitation.party.signoff.order
    organisation = order.organisation
    with override(language):
        view = str(view_name(invitation.view))
    return {
        "sender": organisation.name,
        "accent": organisation.accent,
        "footer": organisation.address,
        "order": order,
        "view": view,
        "contact": invitation.party.contact,
        "signs": invitation.party.ask == Ask.AUTHORISE,
        "by": by.user.name,
        "text": text,
        "until": figures.moment(invitation.expires_at, organisation.time_zone, language),
    }
