"""Not signing electronically, and changing one's mind about it (S4-19, decision 7).

Paper stays open, and a signed paper counts as any other signature. Each verb twice is once.
"""

from __future__ import annotations

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.signoff import ceremonies
from paraph.signoff.models import Invitation, OptOut, Party
from paraph.signoff.paper_facts import PartyOptedIn, PartyOptedOut


@transaction.atomic
def opt_out(invitation: Invitation, *, by: Actor) -> OptOut:
    """Close the electronic way for a party who does not want it. Raises `AlreadySigned`, `Closed`, `OnlyToRead`…"""
    party = ceremonies.acting(invitation)
    found, new = OptOut.objects.get_or_create(party=party, ended_at=None, defaults={"at": clock.now()})
    if new:
        _record(party, PartyOptedOut(signoff=str(party.signoff_id), party=str(party.pk)), by)
    return found


@transaction.atomic
def opt_in(invitation: Invitation, *, by: Actor) -> None:
    """Open it again, as long as nothing is signed. Raises as `opt_out`."""
    party = ceremonies.acting(invitation)
    if OptOut.objects.filter(party=party, ended_at=None).update(ended_at=clock.now()):
        _record(party, PartyOptedIn(signoff=str(party.signoff_id), party=str(party.pk)), by)


def _record(party: Party, fact: PartyOptedOut | PartyOptedIn, by: Actor) -> None:
    ledger.append(fact, log=str(party.signoff.organisation_id), topic=party.signoff.order.topic, by=by)
