"""The paper allowance: whoever asked for paper gets time to print, stamp and come back (decision 2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.signoff import invitations, keys, subjects
from paraph.signoff.errors import LinkUnknown
from paraph.signoff.models import Invitation
from paraph.signoff.paper_facts import InvitationProlonged


@transaction.atomic
def prolong(invitation: Invitation, *, days: int, by: Actor) -> Invitation:
    """Let a link live `days` longer because its customer asked for paper: once a link.

    A link without an end has nothing to prolong. Raises `LinkExpired`, `LinkRevoked`.
    """
    invitation = _held(invitation)
    if invitation.paper_at:
        return invitation
    now, before = clock.now(), invitation.expires_at
    invitation.paper_at = now
    if before is not None:
        longest = now + timedelta(hours=invitations.MAX_HOURS)
        invitation.expires_at = max(before, min(before + timedelta(days=days), longest))
    invitation.remind_at = _remind_at(invitation, now, days)
    invitation.save(update_fields=["paper_at", "expires_at", "remind_at"])
    if before is not None:
        _record(invitation, before, by)
    return invitation


def _held(invitation: Invitation) -> Invitation:
    """The invitation read again, with its order locked."""
    subjects.hold(invitation.party.signoff.order_id)
    found = invitations.find(invitation.pk)
    if found is None:
        raise LinkUnknown
    return invitations.check(found)


def _remind_at(invitation: Invitation, now: datetime, days: int) -> datetime | None:
    """When to ask first for a paper that is out: half way. `invitations.remind` asks once more before the end."""
    if not settings.PARAPH_REMIND_HOURS or invitation.handed_over:
        return None
    end = invitation.expires_at or now + timedelta(days=days)
    return now + (end - now) / 2


def _record(invitation: Invitation, before: datetime, by: Actor) -> None:
    signoff = invitation.party.signoff
    fact = InvitationProlonged(
        invitation=str(invitation.pk), before=keys.iso(before), expires_at=keys.iso(invitation.expires_at)
    )
    ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
