"""The customer confirms or changes what the shop lets them, before anything is frozen (S0-03, S0-13, decision 5).

The secret: only properties marked *Editable on customer signature page* are looked at, whatever else is sent; every
value that is confirmed is a row and part of one fact, with the value before it. The order itself is written by a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.signoff import ceremonies, confirmed
from paraph.signoff.confirm_facts import PropertyConfirmed
from paraph.signoff.confirmed import Field
from paraph.signoff.errors import Settled, Unusable, UnusableFields
from paraph.signoff.models import Confirmation, Invitation, Party, Signature
from paraph.work import orders, property_values
from paraph.work.properties import Held
from paraph.work.property_values import Unfit

NEEDED = _("This is needed before you can go on.")


def fields(invitation: Invitation) -> list[Field]:
    """What this customer may confirm or change, in order, with the values as they stand."""
    signoff = invitation.party.signoff
    return confirmed.fields(signoff, orders.load(signoff.order_id))


def missing(invitation: Invitation) -> list[Field]:
    """What they must confirm before anything can be signed or printed; often nothing."""
    return confirmed.missing(invitation.party.signoff, invitation.party.signoff.order_id)


@transaction.atomic
def confirm(invitation: Invitation, values: Mapping[str, str], *, by: Actor) -> list[Confirmation]:
    """Confirm values by property id, as `property_values` stores them; "" for nothing. Return the new rows.

    What was confirmed already, and what is no editable property of this order, changes nothing. A property left out
    stays as it is. Raises `UnusableFields` naming everything that is wrong, then nothing is stored; `Settled` when
    somebody has signed, `AlreadySigned`, `Closed`, `NotYourTurn`, `OnlyToRead`.
    """
    party = ceremonies.acting(invitation)
    offered = confirmed.fields(party.signoff, orders.load(party.signoff.order_id))
    _judge(offered, values)
    given = [(one, values[str(one.definition.pk)]) for one in offered if str(one.definition.pk) in values]
    news = [
        (one, value)
        for one, value in given
        if (one.value or value) and not (one.confirmed and one.value == value)
    ]
    if not news:
        return []
    if Signature.objects.filter(signoff=party.signoff).exists():
        raise Settled
    return _store(party, news, by)


def _judge(offered: list[Field], values: Mapping[str, str]) -> None:
    """Raise `UnusableFields` unless every value can stand there, and every required one is there or was before."""
    problems: list[Unusable] = []
    for one in offered:
        key = str(one.definition.pk)
        try:
            good = property_values.check(one.definition, values[key]) if key in values else one.is_settled
        except Unfit as problem:
            problems.append(Unusable(key, str(problem)))
            continue
        if one.definition.required and not good:
            problems.append(Unusable(key, NEEDED))
    if problems:
        raise UnusableFields(problems)


def _store(party: Party, news: list[tuple[Field, str]], by: Actor) -> list[Confirmation]:
    what: list[dict[str, Any]] = [
        {"before": Held(one.definition, one.value).told, "after": Held(one.definition, value).told}
        for one, value in news
    ]
    fact = PropertyConfirmed(
        signoff=str(party.signoff_id), properties=[str(one.definition.pk) for one, _value in news], what=what
    )
    signoff = party.signoff
    entry = ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
    return Confirmation.objects.bulk_create(
        Confirmation(
            signoff=signoff,
            party=party,
            property=one.definition,
            sealed=Confirmation.seal(one.value, value),
            at=clock.now(),
            entry=entry,
        )
        for one, value in news
    )
