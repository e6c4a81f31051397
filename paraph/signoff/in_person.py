"""The customer is asked on site, on the technician's phone (S1-02, S1-34).

The secret: being asked in person is an invitation as any other, but without a link that anybody could open. Whoever is
asked already signs that request; where nobody is, one begins.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Contact, Member
from paraph.signoff import keys, requests, subjects
from paraph.signoff.errors import SignOffError
from paraph.signoff.field_facts import InvitationInPerson
from paraph.signoff.models import UNFINISHED, Ask, Invitation, Party, SignOff, View
from paraph.work.models import WorkOrder

RIGHT = "signature.capture"
# It is used at once; that long it may wait for the seal, for example.
LIFE = timedelta(hours=1)


class OthersAsked(SignOffError):
    """A request is open already, and this contact is none of those asked."""

    reason = "others_asked"
    status = 409
    sentence = _("Somebody else was asked to sign this order. Let them sign, or withdraw that request first.")


@transaction.atomic
def invite(
    order: WorkOrder,
    contact: Contact,
    *,
    device: str,
    by: Member,
    actor: Actor,
    language: str = "",
    view: str = View.REPORT,
) -> Invitation:
    """Ask a contact on site, on the phone `device` (its id); return the invitation, which no link opens.

    Raises `access.Forbidden`, `OthersAsked`, and as `requests.ask`.
    """
    access.require(by, RIGHT)
    party = party_of(order, contact, by=actor, view=view)
    now = clock.now()
    invitation = Invitation.objects.create(
        party=party,
        view=view,
        language=language or contact.language,
        key_digest=keys.digest(keys.fresh()),  # of a key that nobody keeps
        sent_by=by,
        in_person=True,
        created_at=now,
        expires_at=now + LIFE,
        opened_at=now,
    )
    fact = InvitationInPerson(invitation=str(invitation.pk), view=str(view), device=device, to=contact.name)
    ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=actor)
    return invitation


def party_of(order: WorkOrder, contact: Contact, *, by: Actor, view: str = View.REPORT) -> Party:
    """The party a contact is in the order's open request, asking them if there is none. Raises as `invite`.

    A request for something else is no hindrance here: `requests.ask` knows whether it makes room.
    """
    subjects.hold(order.pk)
    same = SignOff.objects.filter(order=order, of_report=view == View.REPORT)
    open_request = same.filter(state__in=UNFINISHED).first()
    if open_request is not None:
        asked = open_request.parties.filter(ask=Ask.AUTHORISE)
        if asked.exists() and not asked.filter(contact=contact).exists():
            raise OthersAsked
    signoff = requests.ask(order, [(contact, Ask.AUTHORISE)], by=by, view=view)
    return signoff.parties.select_related("signoff__order__organisation", "contact").get(contact=contact)
