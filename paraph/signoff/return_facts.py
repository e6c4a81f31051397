"""Every fact about paper that comes back. Audience and sentence as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from paraph.evidence.facts import BOTH, STAFF, Fact, private

# What reading a return came to, as it follows *The signed paper was read:* (`models.Match`).
OUTCOMES = {
    "complete": _("every page is there, signed in its place, and nothing else was written on it"),
    "wrong_order": _("it is the paper of another order"),
    "other_party": _("it is the paper of somebody else"),
    "older_revision": _("it is an older revision of this order"),
    "page_missing": _("a page is missing"),
    "unreadable": _("it cannot be read: blank, too dark or too blurred"),
    "foreign": _("it is not the document that was printed here"),
    "not_signed": _("there is no signature or stamp in its place"),
    "altered": _("something was written outside the signature block"),
    "other_pages": _("pages that are not ours came along, or a page twice"),
    "unsure": _("it is too different from the print to be sure"),
    "not_read": _("the machine could not read it"),
    "closed": _("the request was over already"),
}


@dataclass(frozen=True, kw_only=True)
class CopyUploaded(Fact):
    """A customer sent signed paper back: *Send ticket* (S0-04, S0-32). `files` are the digests of what came."""

    kind = "copy.uploaded"
    audience = BOTH
    sentence = _("%(by)s sent the signed paper: %(how_many)s.")

    returned: str
    invitation: str
    files: list[str]
    pages: int

    def values(self) -> dict[str, Any]:
        """The number of pages in words."""
        return {"how_many": ngettext("%(count)s page", "%(count)s pages", self.pages) % {"count": self.pages}}


@dataclass(frozen=True, kw_only=True)
class CopyMatched(Fact):
    """The returned paper was compared with what was printed. Whatever the outcome, this says it.

    `passed` and `failed` name the checks that were made, `unmade` those that could not be: they did not pass.
    """

    kind = "copy.matched"
    audience = STAFF
    sentence = _("The signed paper was read: %(what)s.")

    returned: str
    outcome: str
    paper: str | None
    scan: str | None
    passed: list[str]
    failed: list[str]
    unmade: list[str]

    def values(self) -> dict[str, Any]:
        """The outcome in words."""
        return {"what": OUTCOMES.get(self.outcome, self.outcome)}


@dataclass(frozen=True, kw_only=True)
class CopyAccepted(Fact):
    """A member looked at a returned paper and accepted it as signed (decision 4)."""

    kind = "copy.accepted"
    audience = BOTH
    sentence = _("%(by)s looked at the signed paper and accepted it.")

    returned: str
    outcome: str
    paper: str
    scan: str
    remark: str = private()


@dataclass(frozen=True, kw_only=True)
class CopySentBack(Fact):
    """A member sent a returned paper back to the customer, with a sentence that says what to do."""

    kind = "copy.sent_back"
    audience = BOTH
    sentence = _("%(by)s sent the signed paper back: %(remark)s")

    returned: str
    invitation: str | None
    outcome: str
    remark: str = private()
