"""Every fact this package can record. Each has an audience, and one sentence in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, Fact, private
from paraph.lib import clock, figures

VIEWS = {
    "authorisation": _("work authorisation"),
    "estimate": _("estimate"),
    "progress": _("progress report"),
    "invoice": _("invoice"),
    "report": _("service report"),
}
METHODS = {
    "drawn": pgettext_lazy("signature", "drawn"),
    "typed": pgettext_lazy("signature", "typed"),
    "paper": pgettext_lazy("signature", "on paper"),
}


def view_name(view: str) -> Any:
    """The view in the reader's words."""
    return VIEWS.get(view, view)


def until(moment: str | None) -> Any:
    """The end of a link in the reader's words; `moment` as `clock.iso` writes it, None for no end."""
    if moment is None:
        return _("no end date")
    told = figures.moment(clock.parse(moment), get_current_timezone(), get_language() or "en")
    return _("valid until %(until)s") % {"until": told}


@dataclass(frozen=True, kw_only=True)
class SignoffRequested(Fact):
    """Somebody was asked to decide and sign. `rule` says who must sign, and when (X-08)."""

    kind = "signoff.requested"
    audience = BOTH
    sentence = _("%(by)s asked for a decision and a signature.")

    signoff: str
    parties: list[str]
    rule: str = "together"


@dataclass(frozen=True, kw_only=True)
class SignoffWithdrawn(Fact):
    """The shop took its request back."""

    kind = "signoff.withdrawn"
    audience = BOTH
    sentence = _("%(by)s withdrew the request.")

    signoff: str


@dataclass(frozen=True, kw_only=True)
class SignoffDeclined(Fact):
    """A customer declined, and with it the request is over (X-08). The reason is personal, as every remark is."""

    kind = "signoff.declined"
    audience = BOTH
    sentence = _("%(by)s declined: %(reason)s")

    signoff: str
    reason: str = private()


@dataclass(frozen=True, kw_only=True)
class PartyDeclined(Fact):
    """One of those of whom any one can sign declined (X-08). The others can still sign, so the request goes on."""

    kind = "party.declined"
    audience = BOTH
    sentence = _("%(by)s declined, others can still sign: %(reason)s")

    signoff: str
    party: str
    reason: str = private()


@dataclass(frozen=True, kw_only=True)
class SignoffExpired(Fact):
    """Every link of an open request ran out before everybody signed."""

    kind = "signoff.expired"
    audience = BOTH
    sentence = _("The request expired: no link is valid any more.")

    signoff: str


@dataclass(frozen=True, kw_only=True)
class SignoffReopened(Fact):
    """A request that had expired is open again; what was decided stays (decision 2)."""

    kind = "signoff.reopened"
    audience = BOTH
    sentence = _("The request is open again. What was decided stays.")

    signoff: str


@dataclass(frozen=True, kw_only=True)
class SignoffSuperseded(Fact):
    """The shop changed what was signed and sealed (decision 6). The sealed copy and the signature stay.

    `numbers` are the lines this change is about, `whole` says that the order itself changed (the object, for example).
    """

    kind = "signoff.superseded"
    audience = BOTH
    sentence = _("The order changed after it was signed (%(what)s). The signature is superseded.")

    signoff: str
    revision: int
    numbers: list[int]
    whole: bool

    def values(self) -> dict[str, Any]:
        """What changed, in words."""
        told = [str(_("the order itself"))] if self.whole else []
        if self.numbers:
            words = ngettext("line %(numbers)s", "lines %(numbers)s", len(self.numbers))
            told.append(words % {"numbers": ", ".join(str(one) for one in self.numbers)})
        return {"what": ", ".join(told)}


@dataclass(frozen=True, kw_only=True)
class SignoffRestored(Fact):
    """The order says again what was signed, so the signature is no longer superseded."""

    kind = "signoff.restored"
    audience = BOTH
    sentence = _("The order says again what was signed. The signature stands.")

    signoff: str
    revision: int


@dataclass(frozen=True, kw_only=True)
class TurnPassed(Fact):
    """They sign one after the other, and it is the turn of the next one (X-08)."""

    kind = "turn.passed"
    audience = BOTH
    sentence = _("It is the turn of %(to)s to sign.")

    signoff: str
    party: str
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class SignoffCompleted(Fact):
    """Everybody who must sign has signed. `undecided` counts items without a decision."""

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
        """Lines and method in words. On paper, often nobody knows the name."""
        told = {
            "lines": ", ".join(str(one) for one in self.numbers),
            "how": METHODS.get(self.method, self.method),
        }
        return told if self.name else {**told, "name": _("The customer")}


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


# No fault: two signed at the same moment, so neither of them knew to be the last one (F20).
NOT_LAST = "not_last"
SEAL_FAULTS = {
    "key_missing": _("the seal key is missing."),
    "key_unusable": _("the seal key cannot be used."),
    "render_failed": _("the document could not be made."),
    "seal_failed": _("the document could not be sealed."),
    "store_failed": _("the document could not be stored."),
    NOT_LAST: _("somebody else signed at the same moment; the worker seals it within seconds."),
}
