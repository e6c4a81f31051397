"""The key of a link: made, minted into a token, recognised (security.md, "The access key").

The secret: a token holds an invitation's id and a random key; of the key only a digest is kept. A reminder carries a
key of its own, and each of them opens the same invitation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings

from paraph.lib import clock, home
from paraph.lib.links import BadLink
from paraph.signoff.models import Invitation

AUDIENCE = "invitation"
KEY_BYTES = 32  # security.md: a 256-bit random access key
MOST_SPARE = 10  # the oldest reminder stops working when there are more


def fresh() -> str:
    """A key nobody has seen yet."""
    return secrets.token_urlsafe(KEY_BYTES)


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def link(invitation: Invitation, key: str) -> str:
    """The address a customer opens."""
    claims = {"grant": str(invitation.pk), "key": key, "expires": iso(invitation.expires_at)}
    return f"{settings.PARAPH_ORIGIN}/s/{home.links().mint(claims, audience=AUDIENCE)}/"


def another_link(invitation: Invitation) -> str:
    """The address of one more key to an invitation that lives; kept as a digest only. Hold the order."""
    key = fresh()
    invitation.spare_keys = [*invitation.spare_keys, digest(key)][-MOST_SPARE:]
    invitation.save(update_fields=["spare_keys"])
    return link(invitation, key)


def read(token: str) -> tuple[UUID, str] | None:
    """The invitation's id and the key in a token; None for every flaw alike."""
    try:
        claims = home.links().read(token, audience=AUDIENCE)
        return UUID(str(claims["grant"])), str(claims["key"])
    except (BadLink, KeyError, ValueError):
        return None


def opens(invitation: Invitation, key: str) -> bool:
    """Whether a key is one of the invitation's; each comparison takes the same time."""
    given = digest(key)
    return any(hmac.compare_digest(one, given) for one in (invitation.key_digest, *invitation.spare_keys))


def iso(moment: datetime | None) -> str | None:
    """The end of an invitation as facts and records write it; None for no end date."""
    return None if moment is None else clock.iso(moment)
