"""What a dispute makes people on the customer's side read: that there is one, the answer, how it ended (S0-34).

The secret: a letter carries a fresh key to the invitation its reader has already, so an answer can be read after the
first message is long gone. A link that ran out lives on for `invitations.DEFAULT_HOURS`, in the name of whoever asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import override

from paraph.lib import clock
from paraph.lib.actor import SYSTEM
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import invitations, keys, party_letters, requests, subjects
from paraph.signoff.dispute_facts import lines
from paraph.signoff.models import Ask, Dispute, DisputeMessage, Invitation, Party, State
from paraph.signoff.party_letters import Post


def raised(dispute: Dispute) -> list[Post]:
    """To those who signed the same request already: it is disputed, and their signature stays."""
    found = _parties(dispute).filter(acted_at__isnull=False).exclude(pk=dispute.party_id)
    told = {"by": dispute.party.contact.name, "quote": dispute.reason}
    return [_write(one, "dispute_raised", str(dispute.pk), dispute, told) for one in found]


def answered(message: DisputeMessage, *, by: Member | None) -> list[Post]:
    """To whoever disputes: the answer, with a link to the thread."""
    dispute = message.dispute
    found = _parties(dispute).filter(pk=dispute.party_id)
    told = {"by": message.author_name, "quote": message.text}
    return [_write(one, "dispute_answered", str(message.pk), dispute, told, by=by) for one in found]


def resolved(dispute: Dispute, *, by: str, text: str) -> list[Post]:
    """To whoever disputed (unless they took it back), who signed, and who can sign again, these with a link."""
    found = []
    for one in _parties(dispute):
        signs = dispute.signoff.state == State.OPEN and one.acted_at is None and not one.has_declined
        again = signs and requests.waits_for(one) is None
        own = one.pk == dispute.party_id
        if own and dispute.resolution == "taken_back":
            continue
        if own or one.acted_at or (again and one.invitations.exists()):
            told = {"by": by, "quote": text, "again": again, "own": own}
            found.append(
                _write(one, "dispute_resolved", str(dispute.pk), dispute, told, by=dispute.resolved_by)
            )
    return found


def _parties(dispute: Dispute) -> Any:
    """Those who were asked and have an address."""
    found = Party.objects.filter(signoff=dispute.signoff_id, ask=Ask.AUTHORISE).exclude(contact__email="")
    return found.select_related("contact", "decline", "signoff__order__organisation").order_by(
        "position", "id"
    )


def _write(
    party: Party,
    name: str,
    about: str,
    dispute: Dispute,
    told: dict[str, Any],
    *,
    by: Member | None = None,
) -> Post:
    invitation = party_letters.newest(party)
    address = _link(invitation, by) if invitation else ""
    with override(party_letters.language_of(party)):
        about_lines = str(lines(dispute.numbers))
    context = {"lines": about_lines, "dispute": dispute, **told}
    return party_letters.write(name, about, party, context, address=address)


def _link(invitation: Invitation, by: Member | None) -> str:
    """A link that works, or "" where nobody may give one: it was switched off, or who asked may no longer ask."""
    subjects.hold(invitation.party.signoff.order_id)
    if invitation.revoked_at:
        return ""
    if invitation.has_run_out(clock.now()):
        allowed = next((one for one in _who(invitation, by) if access.can(one, "signature.ask")), None)
        if allowed is None:
            return ""
        hours = invitations.DEFAULT_HOURS
        invitation = invitations.extend(invitation, hours=hours, by=allowed, actor=SYSTEM)
    return keys.another_link(invitation)


def _who(invitation: Invitation, by: Member | None) -> Iterator[Member]:
    yield from (one for one in (by, invitation.sent_by) if one is not None)
