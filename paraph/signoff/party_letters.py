"""A letter to one party of a request, written once and the same way whatever it is about.

The secret: it speaks the language they were asked in, and where it brings a link, that is a fresh key to an invitation
its reader has already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paraph.delivery import letters
from paraph.signoff.models import Invitation, Party

MAIL = "signoff/mail/"


@dataclass(frozen=True)
class Post:
    """A letter to one party; `secret` when it holds a link."""

    key: str
    party: Party
    language: str
    letter: letters.Letter
    secret: bool


def write(name: str, about: str, party: Party, told: dict[str, Any], *, address: str = "") -> Post:
    """The letter `name` about one thing (its id), so that the outbox takes it once. `address` is a link, or ""."""
    order, language = party.signoff.order, language_of(party)
    context = {
        "sender": order.organisation.name,
        "accent": order.organisation.accent,
        "footer": order.organisation.address,
        "name": party.contact.name,
        "order": order,
        "action_url": address,
        **told,
    }
    letter = letters.compose(MAIL + name, language, context)
    return Post(f"{name}:{about}:{party.pk}", party, language, letter, secret=bool(address))


def language_of(party: Party) -> str:
    """The language they were asked in last; else the contact's."""
    invitation = newest(party)
    return invitation.language if invitation else party.contact.language


def newest(party: Party) -> Invitation | None:
    """The last invitation of a party, whatever became of it."""
    found: Invitation | None = party.invitations.select_related("sent_by__user").first()
    return found
