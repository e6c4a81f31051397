"""Every fact about sealed captures. Audience and sentence as in `signoff.facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact, private

# Why an envelope was refused, or waits for a decision.
REASONS = {
    "changed": _("it was changed after it was sealed"),
    "malformed": _("it is not what this app seals"),
    "not_shown": _("what it names is not what was shown"),
    "unopened": _("it cannot be opened with any key of this installation"),
    "key_missing": _("the key to open it is missing"),
    "not_theirs": _("the order is not this technician’s"),
    "device_changed": _("the phone was no longer enrolled"),
    "order_changed": _("the order changed meanwhile"),
    "cancelled": _("the order was cancelled meanwhile"),
    "contact_unknown": _("the contact does not belong to the order’s customer"),
    "checklist": _("the checklist is not confirmed"),
    "photo": _("a photo cannot be used"),
    "not_confirmed": _("the customer has details to confirm first"),
    "details_changed": _("details that the customer confirmed were changed meanwhile"),
    "details_unfit": _("a detail that the customer confirmed cannot stand there any more"),
    "settled": _("somebody has signed already, so the details are fixed"),
    "others_asked": _("somebody else was asked to sign"),
    "already_signed": _("it was signed already"),
    "signed_by_another": _("somebody else signed already"),
    "nothing_to_ask": _("everything is signed for already"),
    "closed": _("nothing is open to sign"),
    "disputed": _("the order is disputed"),
    "has_declined": _("this contact declined"),
    "no_electronic_way": _("this contact may not sign electronically"),
    "refused": _("the order does not allow it now"),
    "broken": _("it could not be filed; the log says why"),
    "cut_short": _("filing it was cut short again and again"),
}


def why(reason: str) -> Any:
    """A reason in words; one that only the core knows is called what it is: refused."""
    return REASONS.get(reason, REASONS["refused"])


@dataclass(frozen=True, kw_only=True)
class CaptureReceived(Fact):
    """A sealed capture arrived from a phone, and can be opened (S1-13). `claimed_at` is what the phone's clock said."""

    kind = "capture.received"
    audience = STAFF
    sentence = _("A sealed capture arrived from %(phone)s (no. %(number)s).")

    capture: str
    device: str
    number: int
    digest: str
    act: str
    claimed_at: str | None
    phone: str = private()


@dataclass(frozen=True, kw_only=True)
class CaptureRefused(Fact):
    """What arrived in a phone's name is not what that phone sealed; it is kept, and nothing comes of it."""

    kind = "capture.refused"
    audience = STAFF
    sentence = _("Something sent in the name of %(phone)s was refused: %(why)s.")

    capture: str
    device: str
    number: int
    reason: str
    phone: str = private()

    def values(self) -> dict[str, Any]:
        """The reason in words."""
        return {"why": why(self.reason)}


@dataclass(frozen=True, kw_only=True)
class CaptureFiled(Fact):
    """A capture became what it says. `gap`: whether one before it had not arrived."""

    kind = "capture.filed"
    audience = STAFF
    sentence = _("The capture no. %(number)s was filed.")

    capture: str
    number: int
    act: str
    signature: str | None
    gap: bool


@dataclass(frozen=True, kw_only=True)
class CaptureHeld(Fact):
    """A capture waits for a manager: both versions are there to compare, and nothing is lost (F15)."""

    kind = "capture.held"
    audience = STAFF
    sentence = _("A capture from the field waits for a decision: %(why)s.")

    capture: str
    number: int
    reason: str

    def values(self) -> dict[str, Any]:
        """The reason in words."""
        return {"why": why(self.reason)}


@dataclass(frozen=True, kw_only=True)
class CaptureDiscarded(Fact):
    """A manager decided that nothing comes of a held capture; it is kept."""

    kind = "capture.discarded"
    audience = STAFF
    sentence = _("%(by)s discarded a capture from the field: %(remark)s")

    capture: str
    number: int
    remark: str = private()
