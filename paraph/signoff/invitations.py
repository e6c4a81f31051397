"""How a key is made, lives and dies (security.md, "The access key").

The secret: a link holds an encrypted token with an invitation's id and a random access key; the row holds the key's
digest and is what counts, so that revoking works at once. A GET of a link (`peek`) changes nothing; only the POST that
exchanges it for a session (`open`) says that somebody came.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.lib.compiled import Compiled
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import keys, posting, requests, subjects
from paraph.signoff.errors import (
    Closed,
    Disputed,
    HasDeclined,
    LinkExpired,
    LinkRevoked,
    LinkUnknown,
    NoAddress,
    NotYourTurn,
    OtherRequest,
    Unusable,
)
from paraph.signoff.link_facts import (
    InvitationExtended,
    InvitationHandedOver,
    InvitationOpened,
    InvitationPostponed,
    InvitationReminded,
    InvitationRenewed,
    InvitationRevoked,
    InvitationSent,
    RenewalRequested,
)
from paraph.signoff.models import (
    SIGNED_VIEWS,
    UNFINISHED,
    Ask,
    Decline,
    Invitation,
    Party,
    Postponed,
    State,
    View,
)

AUDIENCE = keys.AUDIENCE
DEFAULT_HOURS = 48  # S3-18
MAX_HOURS = 180 * 24  # the longest a comparable product allows; longer means "never expires"
MAX_TEXT = posting.MAX_TEXT
TOO_LONG = _("Choose a validity between 1 hour and 180 days.")
# Nothing more can come of these; to go on, somebody has to be asked anew.
ENDED = (State.WITHDRAWN, State.DECLINED, State.REJECTED)


@transaction.atomic
def send(
    party: Party,
    *,
    view: str,
    by: Member,
    actor: Actor,
    hours: int | None = DEFAULT_HOURS,
    text: str = "",
    language: str = "",
) -> Invitation | None:
    """Mail a party a fresh link to one view, and the managers a copy without it (S3-16, S3-17).

    `hours` None is no end date. Returns None for a party whose turn comes later: then the link is made and mailed
    when it is their turn, by a rule (X-08). Raises `access.Forbidden` (S3-20), `NoAddress`, `Closed`, `Unusable`.
    """
    if not party.contact.email:
        raise NoAddress
    posting.check_text(text)
    if _is_later(party, view):
        _postpone(party, view, by, hours, text, language, actor)
        return None
    Postponed.objects.filter(party=party).delete()
    invitation, address = _make(party, view, by, hours, language)
    posting.mail(invitation, address, text)
    _record(
        invitation,
        InvitationSent(
            invitation=str(invitation.pk),
            view=str(view),
            expires_at=keys.iso(invitation.expires_at),
            hours=hours,
            to=f"{party.contact.name} <{party.contact.email}>",
        ),
        actor,
    )
    return invitation


@transaction.atomic
def hand_over(
    party: Party,
    *,
    view: str,
    by: Member,
    actor: Actor,
    hours: int | None = DEFAULT_HOURS,
    language: str = "",
) -> tuple[Invitation, str]:
    """Make a link to be copied by hand (S3-10). The address is returned once and kept nowhere (decision 3)."""
    invitation, address = _make(party, view, by, hours, language, handed_over=True)
    _record(
        invitation,
        InvitationHandedOver(
            invitation=str(invitation.pk),
            view=str(view),
            expires_at=keys.iso(invitation.expires_at),
            hours=hours,
            to=party.contact.name,
        ),
        actor,
    )
    return invitation, address


@transaction.atomic
def renew(
    invitation: Invitation, *, by: Member, actor: Actor, hours: int | None = DEFAULT_HOURS
) -> Invitation:
    """Mail a new key in place of an earlier one, which stops working. What was decided stays (decision 2)."""
    party = invitation.party
    if not party.contact.email:
        raise NoAddress
    fresh, address = _make(party, invitation.view, by, hours, invitation.language)
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=clock.now())
    posting.mail(fresh, address, "")
    _record(
        fresh,
        InvitationRenewed(
            invitation=str(fresh.pk),
            earlier=str(invitation.pk),
            expires_at=keys.iso(fresh.expires_at),
            to=f"{party.contact.name} <{party.contact.email}>",
        ),
        actor,
    )
    return fresh


@transaction.atomic
def remind(invitation: Invitation, *, by: Member | None, actor: Actor) -> Invitation:
    """Mail a party once more that they are asked; nothing restarts (X-08). `by` None: the worker, by itself.

    The key of the link is not kept, so the reminder carries a fresh one to the same invitation, and the former ones
    work as long as it lives. Raises `NoAddress`, `Closed` when nothing is asked of them any more, `NotYourTurn`,
    `LinkExpired`, `LinkRevoked`.
    """
    if by is not None:
        access.require(by, "signature.ask")
    invitation = check(_held(invitation))
    party = invitation.party
    if party.signoff.state == State.DISPUTED:
        raise Disputed
    if party.signoff.state != State.OPEN or party.ask != Ask.AUTHORISE or party.acted_at:
        raise Closed
    if party.has_declined:
        raise HasDeclined(party.contact.name)
    if not party.contact.email:
        raise NoAddress
    first = requests.waits_for(party)
    if first is not None:
        raise NotYourTurn(first.contact.name)
    invitation.reminded_at, invitation.remind_at = clock.now(), _remind_again(invitation, clock.now())
    invitation.save(update_fields=["reminded_at", "remind_at"])
    posting.mail_reminder(invitation, keys.another_link(invitation))
    _record(
        invitation,
        InvitationReminded(
            invitation=str(invitation.pk),
            expires_at=keys.iso(invitation.expires_at),
            to=f"{party.contact.name} <{party.contact.email}>",
        ),
        actor,
    )
    return invitation


@transaction.atomic
def extend(invitation: Invitation, *, hours: int | None, by: Member, actor: Actor) -> Invitation:
    """Let the same link live `hours` longer, from its end or from now if that is past; None takes its end away (X-08).

    Nothing restarts; a request that had expired is open again. Raises `Closed`, `LinkRevoked`, `Unusable`.
    """
    access.require(by, "signature.ask" if invitation.view in SIGNED_VIEWS else "order.email")
    invitation = _held(invitation)
    signoff, now, before = invitation.party.signoff, clock.now(), invitation.expires_at
    if invitation.revoked_at:
        raise LinkRevoked(invitation)
    if signoff.state in ENDED:
        raise Closed
    if before is None:
        return invitation
    _check_hours(hours)
    invitation.expires_at = None if hours is None else max(before, now) + timedelta(hours=hours)
    if invitation.expires_at and invitation.expires_at > now + timedelta(hours=MAX_HOURS):
        raise Unusable("hours", TOO_LONG)
    invitation.remind_at = None if invitation.reminded_at else _remind_at(invitation, now)
    invitation.save(update_fields=["expires_at", "remind_at"])
    requests.reopen(signoff, by=actor)
    _record(
        invitation,
        InvitationExtended(
            invitation=str(invitation.pk), before=keys.iso(before), expires_at=keys.iso(invitation.expires_at)
        ),
        actor,
    )
    return invitation


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
    claimed = keys.read(token)
    invitation = find(claimed[0]) if claimed else None
    if claimed is None or invitation is None or not keys.opens(invitation, claimed[1]):
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
    if invitation.has_run_out(clock.now()):
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


def _make(
    party: Party, view: str, by: Member, hours: int | None, language: str, *, handed_over: bool = False
) -> tuple[Invitation, str]:
    _check_right(party, view, by)
    _check_view(party, view)
    _check_hours(hours)
    subjects.hold(party.signoff.order_id)
    party.signoff.refresh_from_db(fields=["state"])
    state = party.signoff.state
    # What is shared to read is never signed, and what is to be signed is never only shared.
    if state in ENDED or (view in SIGNED_VIEWS) == (state == State.SHARED):
        raise Closed
    if view in SIGNED_VIEWS and Decline.objects.filter(party=party).exists():
        raise HasDeclined(party.contact.name)
    requests.reopen(party.signoff, by=by.actor)
    if party.signoff.state == State.OPEN:
        subjects.freeze(party.signoff, view, by=by.actor)
    key = keys.fresh()
    now = clock.now()
    invitation = Invitation(
        party=party,
        view=view,
        language=language or party.contact.language,
        key_digest=keys.digest(key),
        sent_by=by,
        handed_over=handed_over,
        created_at=now,
        expires_at=None if hours is None else now + timedelta(hours=hours),
    )
    invitation.remind_at = _remind_at(invitation, now)
    invitation.save(force_insert=True)
    return invitation, keys.link(invitation, key)


def _check_right(party: Party, view: str, by: Member) -> None:
    """S3-20 for every view; asking for a signature takes the toggle, too (S0-20)."""
    access.require(by, "order.email")
    if view in SIGNED_VIEWS and party.ask == Ask.AUTHORISE:
        access.require(by, "signature.ask")


def _check_view(party: Party, view: str) -> None:
    """A request to accept the work is answered by its service report, one to authorise it by the other views."""
    if view in SIGNED_VIEWS and (view == View.REPORT) != party.signoff.of_report:
        raise OtherRequest(of_report=party.signoff.of_report)


def _check_hours(hours: int | None) -> None:
    if hours is not None and not 1 <= hours <= MAX_HOURS:
        raise Unusable("hours", TOO_LONG)


def _is_later(party: Party, view: str) -> bool:
    """Whether the party signs after somebody who has not signed yet."""
    return view in SIGNED_VIEWS and requests.waits_for(party) is not None


def _postpone(
    party: Party, view: str, by: Member, hours: int | None, text: str, language: str, actor: Actor
) -> None:
    _check_right(party, view, by)
    _check_view(party, view)
    _check_hours(hours)
    subjects.hold(party.signoff.order_id)
    party.signoff.refresh_from_db(fields=["state"])
    if party.signoff.state not in UNFINISHED:
        raise Closed
    wish = {"view": view, "by": by, "hours": hours, "text": text, "language": language}
    Postponed.objects.update_or_create(party=party, defaults={**wish, "created_at": clock.now()})
    ledger.append(
        InvitationPostponed(party=str(party.pk), view=str(view), to=party.contact.name),
        log=str(party.signoff.organisation_id),
        topic=party.signoff.order.topic,
        by=actor,
    )


def _remind_at(invitation: Invitation, now: datetime) -> datetime | None:
    """When to remind by itself: some hours before the end, for short links after half of their time."""
    before = timedelta(hours=settings.PARAPH_REMIND_HOURS)
    asked = invitation.party.ask == Ask.AUTHORISE and invitation.view in SIGNED_VIEWS
    if not before or not asked or invitation.handed_over or invitation.expires_at is None:
        return None
    return invitation.expires_at - min(before, (invitation.expires_at - now) / 2)


def _remind_again(invitation: Invitation, now: datetime) -> datetime | None:
    """While paper is out, once more before the end; otherwise one reminder is enough."""
    last = _remind_at(invitation, now) if invitation.paper_at else None
    return last if last and last > now + timedelta(hours=settings.PARAPH_REMIND_HOURS) else None


def _held(invitation: Invitation) -> Invitation:
    """The invitation read again, with its order locked."""
    subjects.hold(invitation.party.signoff.order_id)
    found = find(invitation.pk)
    assert found is not None
    return found


def _record(invitation: Invitation, fact: Fact, by: Actor) -> None:
    signoff = invitation.party.signoff
    ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
