"""Every fact about the way by paper, and about who will not sign electronically; told as in `facts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from paraph.evidence.facts import BOTH, Fact
from paraph.signoff.facts import until

FORMATS = {"a4": _("A4"), "letter": _("Letter")}


@dataclass(frozen=True, kw_only=True)
class CopyDownloaded(Fact):
    """A paper to sign by hand was made and handed out (S0-28). `blob` is the digest of the file, `consent` of the
    statement printed on it; downloading the same paper again is no new fact.
    """

    kind = "copy.downloaded"
    audience = BOTH
    sentence = _(
        "%(by)s downloaded the paper to sign: %(code)s, revision %(revision)s, %(pages)s, %(format)s."
    )

    signoff: str
    paper: str
    code: str
    snapshot: str
    revision: int
    blob: str
    pages: int
    format: str
    language: str
    consent: str

    def values(self) -> dict[str, Any]:
        """The code in groups, pages and size in words."""
        return {
            "code": "-".join(self.code[place : place + 4] for place in range(0, len(self.code), 4)),
            "pages": pages(self.pages),
            "format": FORMATS.get(self.format, self.format),
        }


@dataclass(frozen=True, kw_only=True)
class InvitationProlonged(Fact):
    """Paper was asked for, so the link lives longer: printing, stamping and coming back take days (decision 2)."""

    kind = "invitation.prolonged"
    audience = BOTH
    sentence = _("The link stays open for the signed paper (%(until)s).")

    invitation: str
    before: str | None
    expires_at: str | None

    def values(self) -> dict[str, Any]:
        """The new end in words."""
        return {"until": until(self.expires_at)}


@dataclass(frozen=True, kw_only=True)
class PartyOptedOut(Fact):
    """A party does not want to sign electronically; paper stays open (S4-19, decision 7)."""

    kind = "party.opted_out"
    audience = BOTH
    sentence = _("%(by)s does not want to sign electronically and will sign on paper.")

    signoff: str
    party: str


@dataclass(frozen=True, kw_only=True)
class PartyOptedIn(Fact):
    """They changed their mind before anything was signed."""

    kind = "party.opted_in"
    audience = BOTH
    sentence = _("%(by)s will sign electronically after all.")

    signoff: str
    party: str


def pages(count: int) -> str:
    """So many pages, in words."""
    return ngettext("%(count)s page", "%(count)s pages", count) % {"count": count}
