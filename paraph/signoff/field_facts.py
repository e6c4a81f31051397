"""Every fact about signing on site and what is verified of it. Audience and sentence as in `facts`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, STAFF, Fact, private

CHECKS = {
    "pin": _("PIN"),
    "code": _("one-time code"),
    "own_phone": _("fingerprint or face on their own phone"),
}
# What can be in doubt, as a manager reads it.
DOUBTS = {
    "place_outside": _("It was signed outside the site’s area."),
    "place_unknown": _("It is not known whether it was signed at the site."),
    "identity_failed": _("The customer’s PIN, code or passkey was not right."),
    "identity_missing": _("Nothing shows who signed, though this kind of order asks for it."),
    "clock_ahead": _("The phone’s clock was ahead of the time it arrived."),
    "clock_back": _("The phone’s clock was set back."),
    "clock_off": _("The phone’s clock was wrong when its time was last compared."),
    "late": _("It arrived long after it was signed."),
    "gap": _("Something this phone sealed before it has not arrived."),
    "device_changed": _("It was sealed by a phone that is no longer enrolled."),
    "number_twice": _("The phone gave the same number to two signatures."),
}
VERDICTS = {
    "inside": _("inside the site’s area"),
    "outside": _("outside the site’s area"),
    "unknown": _("not known whether at the site"),
}

POLICY = {
    "identity": _("who signs"),
    "place": _("place"),
    "prices": _("prices"),
    "late_hours": _("lateness"),
}


def sentences(doubts: Iterable[str]) -> list[str]:
    """Doubts in the reader's words."""
    return [str(DOUBTS.get(one, one)) for one in doubts]


@dataclass(frozen=True, kw_only=True)
class InvitationInPerson(Fact):
    """The technician asks the customer on site, on their own phone; no link is made (S1-34)."""

    kind = "invitation.in_person"
    audience = BOTH
    sentence = _("%(by)s showed %(to)s the order to sign on site.")

    invitation: str
    view: str
    device: str
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class IdentityChecked(Fact):
    """The customer showed who they are, by one check (S1-09, S1-24)."""

    kind = "identity.checked"
    audience = BOTH
    sentence = _("%(by)s showed who they are: %(how)s.")

    signoff: str
    party: str
    check: str
    why: str = ""

    def values(self) -> dict[str, Any]:
        """The check in words."""
        return {"how": CHECKS.get(self.check, self.check)}


@dataclass(frozen=True, kw_only=True)
class IdentityFailed(Fact):
    """A check of who signs failed, or could not be made; `why` is a code (decision 11)."""

    kind = "identity.failed"
    audience = BOTH
    sentence = _("It could not be shown who signed: %(how)s.")

    signoff: str
    party: str
    check: str
    why: str = ""

    def values(self) -> dict[str, Any]:
        """The check in words."""
        return {"how": CHECKS.get(self.check, self.check)}


@dataclass(frozen=True, kw_only=True)
class PresenceRecorded(Fact):
    """Where it was signed, against the site's area (S1-12). The position itself is in the record, not here."""

    kind = "presence.recorded"
    audience = BOTH
    sentence = _("Place of signing: %(where)s.")

    signoff: str
    party: str
    verdict: str
    distance_m: int | None = None
    accuracy_m: int | None = None

    def values(self) -> dict[str, Any]:
        """The verdict in words."""
        return {"where": VERDICTS.get(self.verdict, self.verdict)}


@dataclass(frozen=True, kw_only=True)
class SignatureDoubted(Fact):
    """A signature needs a manager's eyes before anything is invoiced (decision 4). `doubts` are codes."""

    kind = "signature.doubted"
    audience = STAFF
    sentence = _("The signature needs verification: %(why)s")

    signature: str
    verification: str
    doubts: list[str]

    def values(self) -> dict[str, Any]:
        """The doubts in words."""
        return {"why": " ".join(sentences(self.doubts))}


@dataclass(frozen=True, kw_only=True)
class SignatureVerified(Fact):
    """A manager looked at what was in doubt, and stands for it."""

    kind = "signature.verified"
    audience = BOTH
    sentence = _("%(by)s verified the signature.")

    signature: str
    verification: str
    remark: str = private(default="")


@dataclass(frozen=True, kw_only=True)
class SignatureRejected(Fact):
    """A manager did not accept a signature; it stays in the record and authorises nothing."""

    kind = "signature.rejected"
    audience = BOTH
    sentence = _("%(by)s did not accept the signature: %(reason)s")

    signature: str
    verification: str
    reason: str = private()


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Fact):
    """A manager changed what is asked on site. `order_kind`: "" for all others; `own`: it has its own rules now."""

    kind = "policy.changed"
    audience = STAFF
    sentence = _("%(by)s changed what is asked on site for %(which)s: %(changes)s.")

    order_kind: str
    name: str
    own: bool
    changes: list[dict[str, Any]]

    def values(self) -> dict[str, Any]:
        """The kind, and the names of what changed."""
        words = [str(POLICY.get(one["field"], one["field"])) for one in self.changes]
        return {
            "which": self.name or _("all orders"),
            "changes": ", ".join(words) or (_("its own rules") if self.own else _("no rules of its own")),
        }
