"""Every fact about a dispute, and about going for a signature in vain. Audience and sentence as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, npgettext
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, Fact, private
from paraph.lib import clock, figures

RESOLVED = {
    "corrected": _("it was corrected and is offered again."),
    "explained": _("it was explained and stays as it is."),
    "withdrawn": _("the request was withdrawn."),
    "taken_back": _("it was taken back."),
}
OUTCOMES = {"nobody_there": _("nobody was there"), "could_not_sign": _("they could not sign")}


def lines(numbers: list[int]) -> Any:
    """*line 3*, *lines 2, 3*, or *the whole order*, in the reader's language."""
    if not numbers:
        return _("the whole order")
    told = ", ".join(str(one) for one in numbers)
    return npgettext("disputed", "line %(numbers)s", "lines %(numbers)s", len(numbers)) % {"numbers": told}


@dataclass(frozen=True, kw_only=True)
class DisputeRaised(Fact):
    """A customer says that something is wrong (S0-34). `signed`: with what was signed already.

    `snapshot` is the digest of what they had before them. The reason is personal, as every remark is.
    """

    kind = "dispute.raised"
    audience = BOTH
    sentence = _("%(by)s disputed %(lines)s: %(reason)s")

    dispute: str
    signoff: str
    items: list[str]
    numbers: list[int]
    snapshot: str
    signed: bool
    reason: str = private()

    def values(self) -> dict[str, Any]:
        """The lines in words."""
        return {"lines": lines(self.numbers)}


@dataclass(frozen=True, kw_only=True)
class DisputeAnswered(Fact):
    """The shop answered. The text stands in the thread, and beside the record."""

    kind = "dispute.answered"
    audience = BOTH
    sentence = _("%(by)s answered the dispute.")

    dispute: str
    message: str
    text: str = private()


@dataclass(frozen=True, kw_only=True)
class DisputeContinued(Fact):
    """The customer's side said more; the shop has to answer again."""

    kind = "dispute.continued"
    audience = BOTH
    sentence = _("%(by)s wrote more in the dispute.")

    dispute: str
    message: str
    text: str = private()


@dataclass(frozen=True, kw_only=True)
class PhotoAdded(Fact):
    """Somebody of either side added a file; `digest` is that of its bytes as they came."""

    kind = "photo.added"
    audience = BOTH
    sentence = _("%(by)s added a photo to the dispute.")

    dispute: str
    photo: str
    digest: str
    pages: int


@dataclass(frozen=True, kw_only=True)
class DisputeResolved(Fact):
    """A dispute is over (S1-23 counts from `dispute.raised`): `resolution` says how, `text` what was said of it."""

    kind = "dispute.resolved"
    audience = BOTH
    sentence = _("The dispute was resolved by %(by)s: %(how)s")

    dispute: str
    signoff: str
    resolution: str
    message: str
    text: str = private()

    def values(self) -> dict[str, Any]:
        """How, in words."""
        return {"how": RESOLVED.get(self.resolution, self.resolution)}


@dataclass(frozen=True, kw_only=True)
class AttemptRecorded(Fact):
    """Somebody went for a signature in vain (X-13). `at` is when, as they say; it approves nothing."""

    kind = "attempt.recorded"
    audience = BOTH
    sentence = _("%(by)s went for a signature (%(when)s), but %(outcome)s: %(reason)s")

    attempt: str
    outcome: str
    at: str
    reason: str = private()

    def values(self) -> dict[str, Any]:
        """Outcome and time in words."""
        when = figures.moment(clock.parse(self.at), get_current_timezone(), get_language() or "en")
        return {"outcome": OUTCOMES.get(self.outcome, self.outcome), "when": when}
