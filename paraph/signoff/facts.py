"""Every fact this package can record. Each has an audience, and one sentence in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, Fact, private
from paraph.lib import clock, figures

VIEWS = {"authorisation": _("work authorisation"), "estimate": _("estimate")}
METHODS = {"drawn": pgettext_lazy("signature", "drawn"), "typed": pgettext_lazy("signature", "typed")}


def view_name(view: str) -> Any:
    """The view in the reader's words."""
    return VIEWS.get(view, view)


@dataclass(frozen=True, kw_only=True)
class SignoffRequested(Fact):
    """Somebody was asked to decide and sign."""

    kind = "signoff.requested"
    audience = BOTH
    sentence = _("%(by)s asked for a decision and a signature.")

    signoff: str
    parties: list[str]


@dataclass(frozen=True, kw_only=True)
class SignoffWithdrawn(Fact):
    """The shop took its request back."""

    kind = "signoff.withdrawn"
    audience = BOTH
    sentence = _("%(by)s withdrew the request.")

    signoff: str


@dataclass(frozen=True, kw_only=True)
class SignoffCompleted(Fact):
    """Everybody asked has acted. `undecided` counts items without a decision."""

    kind = "signoff.completed"
    audience = BOTH
    sentence = _("Everybody asked has signed.")

    signoff: str
    approved: int
    rejected: int
    undecided: int


@dataclass(frozen=True, kw_only=True)
class SubjectFrozen(Fact):
    """What is presented was fixed as a snapshot."""

    kind = "subject.frozen"
    audience = BOTH
    sentence = _("The %(view)s was fixed as revision %(revision)s.")

    signoff: str
    revision: int
    view: str
    digest: str

    def values(self) -> dict[str, Any]:
        """The view in words."""
        return {"view": view_name(self.view)}


@dataclass(frozen=True, kw_only=True)
class InvitationSent(Fact):
    """A link was mailed. The address is personal."""

    kind = "invitation.sent"
    audience = BOTH
    sentence = _("%(by)s sent the %(view)s to %(to)s (valid until %(until)s).")

    invitation: str
    view: str
    expires_at: str
    hours: int
    to: str = private()

    def values(self) -> dict[str, Any]:
        """View and end in words."""
        until = figures.moment(clock.parse(self.expires_at), get_current_timezone(), get_language() or "en")
        return {"view": view_name(self.view), "until": until}


@dataclass(frozen=True, kw_only=True)
class InvitationHandedOver(Fact):
    """A manager copied the signing link by hand (decision 3)."""

    kind = "invitation.handed_over"
    audience = BOTH
    sentence = _("%(by)s copied a signing link for %(to)s, to hand it over.")

    invitation: str
    view: str
    expires_at: str
    hours: int
    to: str = private()


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
    expires_at: str
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


@dataclass(frozen=True, kw_only=True)
class ItemApproved(Fact):
    """The customer approved one item (S3-24)."""

    kind = "item.approved"
    audience = BOTH
    sentence = _("%(by)s approved line %(number)s.")

    item: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemRejected(Fact):
    """The customer rejected one item (S3-25)."""

    kind = "item.rejected"
    audience = BOTH
    sentence = _("%(by)s rejected line %(number)s.")

    item: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemCleared(Fact):
    """The customer took a decision back (S3-26)."""

    kind = "item.cleared"
    audience = BOTH
    sentence = _("%(by)s cleared the decision on line %(number)s.")

    item: str
    number: int


@dataclass(frozen=True, kw_only=True)
class CeremonyReviewed(Fact):
    """The customer was shown the frozen summary to read and sign: the review (S1-10)."""

    kind = "ceremony.reviewed"
    audience = BOTH
    sentence = _("%(by)s reviewed revision %(revision)s before signing.")

    ceremony: str
    revision: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class CeremonyConsented(Fact):
    """The customer agreed to the stated sentence (R1, R2). The sentence is in the record of the signature."""

    kind = "ceremony.consented"
    audience = BOTH
    sentence = _("%(by)s agreed to sign electronically.")

    ceremony: str
    snapshot: str
    consent: str
    language: str


@dataclass(frozen=True, kw_only=True)
class SignatureGiven(Fact):
    """A party signed (S1-11, S3-29). `record` is the digest of the record that was signed."""

    kind = "signature.given"
    audience = BOTH
    sentence = _("%(name)s signed (%(how)s). Lines: %(lines)s.")

    signoff: str
    signature: str
    snapshot: str
    record: str
    method: str
    items: list[str]
    numbers: list[int]
    signed_at: str
    name: str = private()

    def values(self) -> dict[str, Any]:
        """Lines and method in words."""
        return {
            "lines": ", ".join(str(one) for one in self.numbers),
            "how": METHODS.get(self.method, self.method),
        }


@dataclass(frozen=True, kw_only=True)
class CopySealed(Fact):
    """The PDF was sealed; its digest stands here for good (I6)."""

    kind = "copy.sealed"
    audience = BOTH
    sentence = _("The document was sealed.")

    signoff: str
    digest: str
    timestamped: bool
    late: bool


@dataclass(frozen=True, kw_only=True)
class CopyDeferred(Fact):
    """The seal could not be made at once; the signature is kept and the seal follows (F20)."""

    kind = "copy.deferred"
    audience = BOTH
    sentence = _("The seal is pending: %(why)s")

    signoff: str
    reason: str

    def values(self) -> dict[str, Any]:
        """The reason in words."""
        return {"why": SEAL_FAULTS.get(self.reason, self.reason)}


SEAL_FAULTS = {
    "key_missing": _("the seal key is missing."),
    "key_unusable": _("the seal key cannot be used."),
    "render_failed": _("the document could not be made."),
    "seal_failed": _("the document could not be sealed."),
    "store_failed": _("the document could not be stored."),
}
