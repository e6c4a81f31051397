"""Every fact about a link: how it went out, lived and ended. Audience and sentence as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, Fact, private
from paraph.signoff.facts import until, view_name


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Fact):
    """A link was mailed. The address is personal."""

    kind = "invitation.sent"
    audience = BOTH
    sentence = _("%(by)s sent the %(view)s to %(to)s (%(until)s).")

    invitation: str
    view: str
    expires_at: str | None
    hours: int | None
    to: str = private()

    def values(self) -> dict[str, Any]:
        """View and end in words."""
        return {"view": view_name(self.view), "until": until(self.expires_at)}


@dataclass(frozen=True, kw_only=True)
class InvitationHandedOver(Fact):
    """A manager copied the signing link by hand (decision 3)."""

    kind = "invitation.handed_over"
    audience = BOTH
    sentence = _("%(by)s copied a signing link for %(to)s, to hand it over.")

    invitation: str
    view: str
    expires_at: str | None
    hours: int | None
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class InvitationPostponed(Fact):
    """A party will be sent their link when their turn comes (X-08)."""

    kind = "invitation.postponed"
    audience = BOTH
    sentence = _("%(by)s asked %(to)s to sign after the others: the link follows when it is their turn.")

    party: str
    view: str
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class InvitationReminded(Fact):
    """A reminder was mailed, with a fresh key to the same invitation; the end did not move."""

    kind = "invitation.reminded"
    audience = BOTH
    sentence = _("A reminder was sent to %(to)s.")

    invitation: str
    expires_at: str | None
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class InvitationExtended(Fact):
    """The same link lives longer; nothing restarts."""

    kind = "invitation.extended"
    audience = BOTH
    sentence = _("%(by)s extended the link (%(until)s).")

    invitation: str
    before: str | None
    expires_at: str | None

    def values(self) -> dict[str, Any]:
        """The new end in words."""
        return {"until": until(self.expires_at)}


@dataclass(frozen=True, kw_only=True)
class InvitationOpened(Fact):
    """Somebody with the key went in, for the first time."""

    kind = "invitation.opened"
    audience = BOTH
    sentence = _("%(by)s opened the link.")

    invitation: str


@dataclass(frozen=True, kw_only=True)
class InvitationRenewed(Fact):
    """A new key took the place of an earlier one."""

    kind = "invitation.renewed"
    audience = BOTH
    sentence = _("%(by)s renewed the link for %(to)s.")

    invitation: str
    earlier: str
    expires_at: str | None
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Fact):
    """A key was switched off."""

    kind = "invitation.revoked"
    audience = BOTH
    sentence = _("%(by)s revoked the link.")

    invitation: str


@dataclass(frozen=True, kw_only=True)
class RenewalRequested(Fact):
    """A customer with an expired link asked for a new one (decision 2)."""

    kind = "renewal.requested"
    audience = BOTH
    sentence = _("%(by)s asked for a new link.")

    invitation: str
