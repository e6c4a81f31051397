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
from paraph.signoff import identity, in_person, keys, policies, presence
from paraph.signoff.circumstances import Circumstances
from paraph.signoff.errors import Unusable
from paraph.signoff.field_facts import InvitationInPerson
from paraph.signoff.models import Ceremony, Invitation, PlacePolicy, Signature, View
from paraph.work.models import WorkOrder

LIFE = timedelta(minutes=30)
MOST_BYTES = 2000  # of what a phone says about its place
ELSEWHERE = _("This order is signed at its site alone, and your phone is not known to be there.")
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
    on_site = {"device": str(device.pk) if device else None, "place": _claimed(place), "at": _claimed(at)}
    if (
        policies.of(order).place == PlacePolicy.REQUIRE
        and _judged(on_site, order)["verdict"] != presence.INSIDE
    ):
        raise Unusable("place", ELSEWHERE)
    party = in_person.party_of(order, contact, by=actor, view=view)
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
        on_site=on_site,
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
    invitation, order = ceremony.invitation, ceremony.party.signoff.order
    if not invitation.on_site:
        return Circumstances(identity=found)
    member, place = invitation.sent_by, _judged(invitation.on_site, order)
    return Circumstances(
        identity=found,
        place=place,
        witness={"member": str(member.pk), "name": member.user.name} if member else None,
        doubts=presence.doubts(place, policies.of(order)),
    )


def _judged(on_site: dict[str, Any], order: WorkOrder) -> dict[str, Any]:
    """Where the technician's phone was when it showed the code, by its own clock."""
    return presence.judge(on_site["place"], order.site, presence.moment(on_site["at"]))


def _claimed(value: Any) -> Any:
    """A phone's word as it came, if the record can hold it."""
    try:
        told = canonical.dumps(value)
        if len(told) <= MOST_BYTES and b"\\u0000" not in told:  # which PostgreSQL does not hold
            return value
    except (ValueError, RecursionError):
        pass
    raise Unusable("place", _("What the phone says about its place cannot be kept."))
