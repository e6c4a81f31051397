"""Who must act before it is complete.

The secret: an order has at most one open sign-off. Asking again adds people to it, or opens the one that expired; it
covers every line that no signature covers yet. Its rule says whether everybody must sign, in turn or not, or any one
of them (X-08).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import SYSTEM, Actor
from paraph.people.models import Contact
from paraph.signoff import reporting, subjects
from paraph.signoff.errors import (
    Closed,
    Disputed,
    HasDeclined,
    NobodyToAsk,
    NothingToAsk,
    NotThere,
    OtherRequest,
    Unusable,
)
from paraph.signoff.facts import SignoffReopened, SignoffRequested, SignoffWithdrawn, TurnPassed
from paraph.signoff.models import (
    AWAITED,
    UNFINISHED,
    Ask,
    Party,
    Postponed,
    Return,
    Rule,
    SignOff,
    State,
    View,
)
from paraph.work import orders
from paraph.work.models import WorkOrder


@transaction.atomic
def ask(
    order: WorkOrder,
    asks: Iterable[tuple[Contact, str]],
    *,
    by: Actor,
    rule: str | None = None,
    view: str = View.ESTIMATE,
) -> SignOff:
    """Ask contacts of the order's customer to authorise it, or to read along; return the one open sign-off.

    `rule` is one of `Rule`; None leaves it as it is, for a new one everybody in any order. In turn, the order of `asks`
    counts, behind those asked before. The view *report* asks to accept the work that was done (S1-08); then a request
    to authorise it that nobody signed is withdrawn, for the report says it all. Raises `NotThere` for somebody else's
    contact, `NobodyToAsk` without anybody to sign, `NothingToAsk` when every line is signed for, `HoursMissing` for a
    report, `OtherRequest` while something else is asked, `Disputed` while the last request is, `HasDeclined` for
    somebody who declined it, and `Unusable` for a rule that comes after a signature or a refusal.
    """
    subjects.hold(order.pk)
    wanted = list(asks)
    if any(contact.customer_id != order.customer_id for contact, _one in wanted):
        raise NotThere
    signoff = SignOff.objects.filter(order=order, state__in=UNFINISHED).first()
    if signoff is None and order.signoffs.filter(state=State.DISPUTED).exists():
        raise Disputed
    of_report = view == View.REPORT
    if signoff is not None and signoff.of_report != of_report:
        _make_room(signoff, by)
        signoff = None
    signs = any(one == Ask.AUTHORISE for _contact, one in wanted)
    if not signs and not (signoff and signoff.parties.filter(ask=Ask.AUTHORISE).exists()):
        raise NobodyToAsk
    now = orders.load(order.pk)
    if all(one.authorised for one in subjects.standing(now, view).values()):
        raise NothingToAsk
    if of_report:
        reporting.require_hours(now)
    if signoff is None:
        signoff = SignOff.objects.create(
            organisation_id=order.organisation_id,
            order=order,
            of_report=of_report,
            created_at=clock.now(),
        )
    else:
        _refuse_declined(signoff, [contact for contact, _one in wanted])
        reopen(signoff, by=by)
    ruled = _rule(signoff, rule)
    added = [str(contact.pk) for contact, one in wanted if _add(signoff, contact, one)]
    if added or ruled:
        ledger.append(
            SignoffRequested(signoff=str(signoff.pk), parties=added, rule=str(signoff.rule)),
            log=str(order.organisation_id),
            topic=order.topic,
            by=by,
        )
    return signoff


@transaction.atomic
def share(order: WorkOrder, contacts: Iterable[Contact]) -> SignOff:
    """Give contacts something to read, of whom nothing is asked (S3-06, S3-07); return the order's one shared request.

    The invitation that follows is the fact. Raises `NotThere` for somebody else's contact.
    """
    subjects.hold(order.pk)
    wanted = list(contacts)
    if any(contact.customer_id != order.customer_id for contact in wanted):
        raise NotThere
    shared, _new = SignOff.objects.get_or_create(
        order=order,
        state=State.SHARED,
        defaults={"organisation_id": order.organisation_id, "created_at": clock.now()},
    )
    for contact in wanted:
        Party.objects.get_or_create(signoff=shared, contact=contact, defaults={"ask": Ask.VIEW})
    return shared


def reopen(signoff: SignOff, *, by: Actor) -> None:
    """Open a request that had expired; any other is left alone. Call inside a transaction that holds the order."""
    if signoff.state != State.EXPIRED:
        return
    signoff.state = State.OPEN
    if not SignOff.objects.filter(pk=signoff.pk, state=State.EXPIRED).update(state=State.OPEN):
        return
    ledger.append(
        SignoffReopened(signoff=str(signoff.pk)),
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
        by=by,
    )


def next_to_sign(signoff: SignOff) -> Party | None:
    """Who has to sign next where they sign one after the other; None when anybody may, or nobody is left."""
    if signoff.rule != Rule.IN_TURN:
        return None
    waiting = signoff.parties.filter(ask=Ask.AUTHORISE, acted_at=None).select_related("contact")
    return waiting.order_by("position", "id").first()


def others_can_sign(party: Party) -> bool:
    """Whether somebody else can sign in their place: of any one, whoever was asked and did not decline (X-08)."""
    if party.signoff.rule != Rule.ANY_ONE:
        return False
    left = Party.objects.filter(signoff=party.signoff_id, ask=Ask.AUTHORISE, decline=None)
    return left.exclude(pk=party.pk).exists()


def pass_turn(signoff: SignOff, party: Party) -> None:
    """Say whose turn it is now; a rule invites them, if their link was postponed. Hold the order."""
    ledger.append(
        TurnPassed(signoff=str(signoff.pk), party=str(party.pk), to=party.contact.name),
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
        by=SYSTEM,
    )


def waits_for(party: Party) -> Party | None:
    """Who has to sign before this party may; None when it is their turn."""
    if party.ask != Ask.AUTHORISE or party.signoff.rule != Rule.IN_TURN:
        return None
    first = next_to_sign(party.signoff)
    return first if first is not None and first.pk != party.pk and party.acted_at is None else None


@transaction.atomic
def withdraw(signoff: SignOff, *, by: Actor) -> SignOff:
    """Take an open request back; links go on showing what happened, but nothing can be decided or signed."""
    subjects.hold(signoff.order_id)
    if SignOff.objects.filter(pk=signoff.pk, state=State.DISPUTED).exists():
        raise Disputed
    if not SignOff.objects.filter(pk=signoff.pk, state__in=UNFINISHED).update(state=State.WITHDRAWN):
        raise Closed
    Postponed.objects.filter(party__signoff=signoff).delete()
    Return.objects.filter(party__signoff=signoff).overtake()
    signoff.refresh_from_db()
    ledger.append(
        SignoffWithdrawn(signoff=str(signoff.pk)),
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
        by=by,
    )
    return signoff


def _make_room(signoff: SignOff, by: Actor) -> None:
    """Withdraw a request to authorise work that was done since, unless somebody acted on it already.

    Raises `OtherRequest`; a report that waits is never withdrawn but by somebody who says so.
    """
    sent = Return.objects.filter(party__signoff=signoff, state__in=AWAITED)
    if signoff.of_report or signoff.signatures.exists() or sent.exists():
        raise OtherRequest(of_report=signoff.of_report)
    withdraw(signoff, by=by)


def _refuse_declined(signoff: SignOff, contacts: Iterable[Contact]) -> None:
    """Raise `HasDeclined` when one of them declined this very request: a refusal stands until it is made anew."""
    found = (
        signoff.parties.filter(contact__in=contacts).exclude(decline=None).select_related("contact").first()
    )
    if found is not None:
        raise HasDeclined(found.contact.name)


def _rule(signoff: SignOff, rule: str | None) -> bool:
    """Give an open request another rule; whether that is news. Who signed or declined went by the one it has."""
    if rule is None or rule == signoff.rule:
        return False
    if rule not in Rule.values:
        raise Unusable("rule", _("Choose who must sign."))
    if signoff.signatures.exists():
        raise Unusable("rule", _("Somebody has signed already, so who must sign can no longer be changed."))
    if signoff.declines.exists():
        raise Unusable("rule", _("Somebody has declined, so who must sign can no longer be changed."))
    signoff.rule = rule
    signoff.save(update_fields=["rule"])
    for party in Party.objects.filter(signoff=signoff, postponed__isnull=False).select_related("contact"):
        if waits_for(party) is None:
            pass_turn(signoff, party)
    return True


def _add(signoff: SignOff, contact: Contact, what: str) -> bool:
    """Whether something new is asked of the contact. A reader can become a signer, never the other way round."""
    last = signoff.parties.aggregate(last=Max("position"))["last"]
    values = {"ask": what, "position": 0 if last is None else last + 1}
    party, new = Party.objects.get_or_create(signoff=signoff, contact=contact, defaults=values)
    if not new and party.ask == Ask.VIEW and what == Ask.AUTHORISE:
        party.ask = what
        party.save(update_fields=["ask"])
        return True
    return new
