"""The customer signs on their own phone, at the site: the technician's screen shows a link as a QR code (S1-24, S1-34).

The secret: it is an invitation with a key like any mailed one, and lives for half an hour. Who showed it, on which
device and where that was, stands on it and goes into the record; the technician is witness, never the customer's check.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import canonical, clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Contact, Device, Member
from paraph.signoff import identity, in_person, keys
from paraph.signoff.circumstances import Circumstances
from paraph.signoff.errors import Unusable
from paraph.signoff.field_facts import InvitationInPerson
from paraph.signoff.models import Ceremony, Invitation, Signature, View
from paraph.work.models import WorkOrder

LIFE = timedelta(minutes=30)
MOST_BYTES = 2000  # of what a phone says about its place
WAITING, OPENED, SIGNED, ENDED = "waiting", "opened", "signed", "ended"


@transaction.atomic
def hand_over(
    order: WorkOrder,
    contact: Contact,
    *,
    device: Device | None,
    place: Any = None,
    at: str | None = None,
    by: Member,
    actor: Actor,
    view: str = View.REPORT,
) -> tuple[Invitation, str]:
    """Make a link for a contact's own phone; the address is returned once, to be shown as a QR code.

    `device`: the technician's phone, `place` what it saw (a position, or why there is none) and `at` its clock when it
    asked: kept as it came, and judged at signing. A link shown before stops working unless somebody opened it. Raises
    as `in_person.invite`, and `Unusable`.
    """
    access.require(by, in_person.RIGHT)
    party = in_person.party_of(order, contact, by=actor)
    now, key = clock.now(), keys.fresh()
    earlier = Invitation.objects.filter(party=party, in_person=True, opened_at=None, revoked_at=None)
    earlier.update(revoked_at=now)
    invitation = Invitation.objects.create(
        party=party,
        view=view,
        language=contact.language,
        key_digest=keys.digest(key),
        sent_by=by,
        handed_over=True,
        in_person=True,
        on_site={"device": str(device.pk) if device else None, "place": _claimed(place), "at": _claimed(at)},
        created_at=now,
        expires_at=now + LIFE,
    )
    fact = InvitationInPerson(
        invitation=str(invitation.pk),
        view=str(view),
        device=str(device.pk) if device else "",
        to=contact.name,
    )
    ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=actor)
    return invitation, keys.link(invitation, key)


def state(invitation: Invitation) -> str:
    """How far the customer came: waiting, opened, signed; ended when it ran out or was revoked before."""
    if Signature.objects.filter(party=invitation.party_id).exists():
        return SIGNED
    if not invitation.is_open(clock.now()):
        return ENDED
    return OPENED if invitation.opened_at else WAITING


def circumstances(ceremony: Ceremony, mine: Iterable[str], *, consent: str) -> Circumstances:
    """What surrounds a signature in the portal: what this session showed (`identity.of`), and who stood beside it."""
    found = identity.of(ceremony, mine, consent=consent)
    invitation = ceremony.invitation
    if not invitation.on_site:
        return Circumstances(identity=found)
    member = invitation.sent_by
    witness = {"member": str(member.pk), "name": member.user.name} if member else None
    return Circumstances(identity=found, witness=witness)


def _claimed(value: Any) -> Any:
    """A phone's word as it came, if the record can hold it."""
    try:
        if len(canonical.dumps(value)) <= MOST_BYTES:
            return value
    except (ValueError, RecursionError):
        pass
    raise Unusable("place", _("What the phone says about its place cannot be kept."))
