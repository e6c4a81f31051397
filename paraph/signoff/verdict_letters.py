"""What a manager's word on a signature in doubt makes the customer's side read (decision 4, S1-30).

The secret: whom it concerns. That a signature is not accepted goes to whoever gave it, and to those who signed the same
request, which ends with it. That one is accepted goes to those only who could not show who they are: the page told
them that the shop checks afterwards. To everybody else their signature counted all along.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from paraph.evidence import ledger
from paraph.lib import clock, figures
from paraph.lib.actor import SYSTEM
from paraph.signoff import keys, party_letters, receipts, subjects
from paraph.signoff.link_facts import InvitationExtended
from paraph.signoff.models import Invitation, Party, Signature, Verdict, Verification
from paraph.signoff.party_letters import Post

# Long enough to read in peace what became of it, and to keep the receipt.
LEAST_LIFE = timedelta(days=7)
# The customer knows of these: they read "the shop checks afterwards".
KNOWN_TO_THEM = frozenset({"identity_failed", "identity_missing"})


def rejected(verification: Verification) -> list[Post]:
    """To whoever gave the signature, and once to the others who signed: the manager's sentence, with a link."""
    before = Verification.objects.filter(
        signature__signoff=verification.signature.signoff_id,
        verdict=Verdict.REJECTED,
        decided_at__lt=verification.decided_at,
    )
    own = verification.signature.party_id
    alone = before.exists()  # the request had ended already, and they know
    concerned = [one for one in _signatures(verification) if one.party_id == own or not alone]
    return [
        _write("not_accepted", one, verification, address=_link(one.party), own=one.party_id == own)
        for one in concerned
    ]


def verified(verification: Verification) -> list[Post]:
    """To whoever gave the signature, if they know that it was to be checked; nothing is asked of them."""
    if not KNOWN_TO_THEM & set(verification.doubts):
        return []
    own = _signatures(verification).filter(pk=verification.signature_id)
    return [_write("verified", one, verification) for one in own]


def _signatures(verification: Verification) -> QuerySet[Signature]:
    """Those of the request, of people who have an address."""
    related = ("party__contact", "party__signoff__order__organisation")
    found = Signature.objects.filter(signoff=verification.signature.signoff_id).exclude(
        party__contact__email=""
    )
    return found.select_related(*related).order_by("signed_at", "pk")


def _write(
    name: str, signature: Signature, verification: Verification, *, address: str = "", own: bool = True
) -> Post:
    party = signature.party
    zone, language = party.signoff.order.organisation.time_zone, party_letters.language_of(party)
    told = {
        "own": own,
        "signer": verification.signature.party.contact.name,
        "quote": verification.sentence,
        "code": receipts.code(signature),
        "signed_at": figures.moment(signature.signed_at, zone, language),
    }
    return party_letters.write(name, str(verification.pk), party, told, address=address)


def _link(party: Party) -> str:
    """A link that works, "" where every one was switched off. One that ran out lives on to be read by: the request is
    over, so nothing can be signed with it."""
    related = ("party__signoff__order", "sent_by__user")
    alive = Invitation.objects.filter(party=party, revoked_at=None).select_related(*related)
    subjects.hold(party.signoff.order_id)
    found = alive.order_by("-created_at").first()
    if found is None:
        return ""
    least, before = clock.now() + LEAST_LIFE, found.expires_at
    if before is not None and before < least:
        found.expires_at = least
        found.save(update_fields=["expires_at"])
        fact = InvitationExtended(
            invitation=str(found.pk), before=keys.iso(before), expires_at=keys.iso(least)
        )
        order = party.signoff.order
        ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=SYSTEM)
    return keys.another_link(found)
