"""What happens to open requests as time goes by: the next one in turn, reminders, the end of the last link.

The worker calls these. Each piece of work is one row, taken under its order's lock and looked at again there, so that
two workers do it once.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import SYSTEM
from paraph.people import access
from paraph.signoff import invitations, requests, subjects
from paraph.signoff.errors import SignOffError
from paraph.signoff.facts import SignoffExpired
from paraph.signoff.models import AWAITED, Ask, Invitation, Postponed, Return, SignOff, State

log = logging.getLogger(__name__)
# Rows looked at in one go; the next look takes the rest.
MOST = 50


@transaction.atomic
def call(signoff: SignOff) -> list[Invitation]:
    """Invite those whose link was postponed until their turn, if it is their turn now; return the invitations.

    Each is made and mailed in the name of the member who asked, who must still have the right to: raises
    `access.Forbidden` otherwise, and the refusals of `invitations.send`.
    """
    subjects.hold(signoff.order_id)
    related = ("party__contact", "party__signoff__order__organisation", "by__user", "by__organisation")
    waiting = Postponed.objects.filter(party__signoff=signoff, party__signoff__state=State.OPEN)
    made = [_invite(one) for one in waiting.select_related(*related).order_by("party__position")]
    return [one for one in made if one]


def remind_due() -> int:
    """Remind those whose link is about to end and who have not signed, once; return how many (X-08)."""
    due = Invitation.objects.filter(remind_at__lte=clock.now()).order_by("remind_at")
    return sum(_remind(pk) for pk in list(due.values_list("pk", flat=True)[:MOST]))


def expire_due() -> int:
    """Close open requests whose every link ran out before everybody signed; return how many.

    Renewing, extending or asking again opens the same request (decision 2).
    """
    found = _run_out(SignOff.objects.all(), clock.now())
    return sum(_expire(one) for one in list(found.select_related("order")[:MOST]))


def _invite(one: Postponed) -> Invitation | None:
    if requests.waits_for(one.party) is not None:
        return None
    return invitations.send(
        one.party,
        view=one.view,
        by=one.by,
        actor=one.by.actor,
        hours=one.hours,
        text=one.text,
        language=one.language,
    )


@transaction.atomic
def _remind(pk: UUID) -> bool:
    """One reminder, if it is still wanted; whether it went out. Never tried again: a nuisance is worse than none."""
    invitation = Invitation.objects.select_related("party__signoff", "sent_by__user").get(pk=pk)
    subjects.hold(invitation.party.signoff.order_id)
    if not Invitation.objects.filter(pk=pk, remind_at__lte=clock.now()).update(remind_at=None):
        return False  # somebody was faster, or the link lives longer now
    newer = Invitation.objects.filter(party=invitation.party, created_at__gt=invitation.created_at)
    if newer.exists() or Return.objects.filter(party=invitation.party_id, state__in=AWAITED).exists():
        return False  # asked by another link, or the signed paper is being looked at
    if invitation.sent_by and not access.can(invitation.sent_by, "signature.ask"):
        log.info("no reminder for invitation %s: its sender may no longer ask for signatures", pk)  # S0-21
        return False
    try:
        invitations.remind(invitation, by=None, actor=SYSTEM)
    except SignOffError as refusal:
        log.info("no reminder for invitation %s: %s", pk, refusal.reason)
        return False
    return True


@transaction.atomic
def _expire(signoff: SignOff) -> bool:
    subjects.hold(signoff.order_id)
    if not _run_out(SignOff.objects.filter(pk=signoff.pk), clock.now()).update(state=State.EXPIRED):
        return False
    ledger.append(
        SignoffExpired(signoff=str(signoff.pk)),
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
        by=SYSTEM,
    )
    return True


def _run_out(among: QuerySet[SignOff], now: datetime) -> QuerySet[SignOff]:
    """Open requests where a link of somebody who must still sign ran out, and none of theirs is alive.

    Who sent signed paper has done their part: the request stays open until somebody said what it is.
    """
    links = Invitation.objects.filter(
        party__signoff=OuterRef("pk"),
        party__ask=Ask.AUTHORISE,
        party__acted_at=None,
        party__decline=None,
        revoked_at=None,
    )
    alive = links.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    sent = Return.objects.filter(party__signoff=OuterRef("pk"), state__in=AWAITED)
    return among.filter(
        Exists(links.filter(expires_at__lte=now)), ~Exists(alive), ~Exists(sent), state=State.OPEN
    )
