"""Who must act before it is complete.

The secret: an order has at most one open sign-off. Asking again adds people to it; it covers every line that no
signature covers yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people.models import Contact
from paraph.signoff import subjects
from paraph.signoff.errors import Closed, NobodyToAsk, NothingToAsk, NotThere
from paraph.signoff.facts import SignoffRequested, SignoffWithdrawn
from paraph.signoff.models import Ask, Party, SignOff, State
from paraph.work import orders
from paraph.work.models import WorkOrder


@transaction.atomic
def ask(order: WorkOrder, asks: Iterable[tuple[Contact, str]], *, by: Actor) -> SignOff:
    """Ask contacts of the order's customer to authorise it, or to read along; return the one open sign-off.

    Raises `NotThere` for somebody else's contact, `NobodyToAsk` without anybody to sign, and `NothingToAsk` when
    every line is signed for.
    """
    subjects.hold(order.pk)
    wanted = list(asks)
    if any(contact.customer_id != order.customer_id for contact, _ in wanted):
        raise NotThere
    signoff = SignOff.objects.filter(order=order, state=State.OPEN).first()
    signs = any(one == Ask.AUTHORISE for _, one in wanted)
    if not signs and not (signoff and signoff.parties.filter(ask=Ask.AUTHORISE).exists()):
        raise NobodyToAsk
    if all(one.authorised for one in subjects.standing(orders.load(order.pk)).values()):
        raise NothingToAsk
    if signoff is None:
        signoff = SignOff.objects.create(
            organisation_id=order.organisation_id, order=order, created_at=clock.now()
        )
    added = [str(contact.pk) for contact, one in wanted if _add(signoff, contact, one)]
    if added:
        ledger.append(
            SignoffRequested(signoff=str(signoff.pk), parties=added),
            log=str(order.organisation_id),
            topic=order.topic,
            by=by,
        )
    return signoff


@transaction.atomic
def withdraw(signoff: SignOff, *, by: Actor) -> SignOff:
    """Take an open request back; links go on showing what happened, but nothing can be decided or signed."""
    subjects.hold(signoff.order_id)
    if not SignOff.objects.filter(pk=signoff.pk, state=State.OPEN).update(state=State.WITHDRAWN):
        raise Closed
    signoff.refresh_from_db()
    ledger.append(
        SignoffWithdrawn(signoff=str(signoff.pk)),
        log=str(signoff.organisation_id),
        topic=signoff.order.topic,
        by=by,
    )
    return signoff


def _add(signoff: SignOff, contact: Contact, what: str) -> bool:
    """Whether something new is asked of the contact. A reader can become a signer, never the other way round."""
    party, new = Party.objects.get_or_create(signoff=signoff, contact=contact, defaults={"ask": what})
    if not new and party.ask == Ask.VIEW and what == Ask.AUTHORISE:
        party.ask = what
        party.save(update_fields=["ask"])
        return True
    return new
