"""Every fact about what a contact shows who they are by. Audience and sentence as in `facts`; never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, STAFF, Fact, private

DELIVERED = {"mail": _("by mail"), "agreed": _("as agreed with them")}


@dataclass(frozen=True, kw_only=True)
class PinSet(Fact):
    """A contact has a PIN to sign with on site; `delivered` is mail or agreed (S1-09, decision 1)."""

    kind = "pin.set"
    audience = STAFF
    sentence = _("%(by)s gave %(who)s a PIN, %(how)s.")

    contact: str
    delivered: str
    who: str = private()

    def values(self) -> dict[str, Any]:
        """How they know it, in words."""
        return {"how": DELIVERED.get(self.delivered, self.delivered)}


@dataclass(frozen=True, kw_only=True)
class PinRemoved(Fact):
    """A contact has no PIN any more."""

    kind = "pin.removed"
    audience = STAFF
    sentence = _("%(by)s removed the PIN of %(who)s.")

    contact: str
    who: str = private()


@dataclass(frozen=True, kw_only=True)
class CodeSent(Fact):
    """A one-time code to sign with was mailed to a contact."""

    kind = "code.sent"
    audience = BOTH
    sentence = _("%(by)s sent a one-time code to %(to)s.")

    code: str
    contact: str
    expires_at: str
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class PasskeyMade(Fact):
    """A contact made a passkey on their own device while signing (S1-24)."""

    kind = "passkey.made"
    audience = BOTH
    sentence = _("%(by)s made a passkey on their own phone.")

    contact: str
    passkey: str


@dataclass(frozen=True, kw_only=True)
class PasskeyRemoved(Fact):
    """A passkey of a contact counts no more."""

    kind = "passkey.removed"
    audience = STAFF
    sentence = _("%(by)s removed a passkey of %(who)s.")

    contact: str
    passkey: str
    who: str = private()
