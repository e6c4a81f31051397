"""What became of signed paper, in the customer's words: being read, looked at, or filed (S0-33; look.md 5, 8, 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from paraph.signoff.models import Invitation, Match, Return, ReturnState, State
from paraph.web.portal import door, returned

# Why a person looks at it: kind, exact, and nobody's fault.
REASONS: dict[str, Any] = {
    Match.WRONG_ORDER: gettext_lazy(
        "These pages carry the code of another order. Perhaps two papers were mixed up."
    ),
    Match.OTHER_PARTY: gettext_lazy("This paper was printed for somebody else who was asked to sign."),
    Match.OLDER_REVISION: gettext_lazy(
        "You signed an earlier version: the order has changed since it was printed."
    ),
    Match.PAGE_MISSING: gettext_lazy("Not every page of the paper is here, or a page is here twice."),
    Match.UNREADABLE: gettext_lazy("Some pages are blank, too dark or too blurred for our reader."),
    Match.FOREIGN: gettext_lazy("Our reader did not find the code that is printed on every page."),
    Match.NOT_SIGNED: gettext_lazy(
        "Our reader found neither a signature nor a stamp in the block where they belong."
    ),
    Match.ALTERED: gettext_lazy(
        "Something was written on the paper outside the signature block. That is allowed, and a person reads it."
    ),
    Match.OTHER_PAGES: gettext_lazy("Pages came along that do not belong to this paper."),
    Match.UNSURE: gettext_lazy("Our reader could not compare your pages well enough with the printed ones."),
    Match.NOT_READ: gettext_lazy("Our reader could not read these pages."),
    Match.CLOSED: gettext_lazy("The request was closed before your pages arrived."),
}


@dataclass(frozen=True)
class Told:
    """The heading, one sentence below it, and its tone."""

    title: str
    sentence: str
    tone: str
    icon: str
    reason: Any = ""


def told(found: Return, shop: str) -> Told:
    """What to say about a return that was sent."""
    if found.is_awaited and found.party.signoff.state == State.DISPUTED:
        sentence = _(
            "Your pages are kept. While the dispute is open, nothing is filed; afterwards %(shop)s looks at them."
        )
        return Told(_("Waiting for the dispute to be resolved"), sentence % {"shop": shop}, "warn", "clock")
    if found.state == ReturnState.SENT:
        sentence = _("Your pages arrived. They are compared with what was printed; this takes some seconds.")
        return Told(_("Your pages are being read"), sentence, "go", "clock")
    if found.state == ReturnState.REVIEW:
        sentence = _("%(shop)s looks at your pages. You need not do anything now.") % {"shop": shop}
        reason = REASONS.get(found.outcome, "")
        return Told(_("The shop looks at your pages"), sentence, "warn", "eye", reason)
    if found.state == ReturnState.OVERTAKEN:
        sentence = _("Your pages are kept, but they are not needed any more; the order says how it stands.")
        return Told(_("Not needed any more"), sentence, "go", "minus", REASONS.get(found.outcome, ""))
    sentence = _("Your signed paper is filed. %(shop)s was told that the ticket is signed.") % {"shop": shop}
    return Told(_("Signed and filed"), sentence, "good", "check")


def reading(found: Return, count: int) -> str:
    """How far the reading is: what the row says, and no more."""
    if found.pages_read >= count:
        return _("All pages are read (%(count)s). They are being compared with what was printed.") % {
            "count": count
        }
    if found.leased_until is None:
        return ngettext("%(count)s page waits to be read", "%(count)s pages wait to be read", count) % {
            "count": count
        }
    return _("Reading page %(page)s of %(count)s") % {"page": found.pages_read + 1, "count": count}


def show(request: HttpRequest, invitation: Invitation, found: Return) -> HttpResponse:
    """The page after *Send ticket*."""
    return render(request, "portal/returned/sent.html", _context(invitation, found))


def part(request: HttpRequest, invitation: Invitation, found: Return) -> HttpResponse:
    """How far the reading is; the whole page anew once it is read."""
    if found.state != ReturnState.SENT:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "portal/returned/state.html", _context(invitation, found))


def _context(invitation: Invitation, found: Return) -> dict[str, Any]:
    about = door.about(invitation)
    kept = found.pages.filter(removed=False, file__removed_at=None).count()
    return {
        **about,
        "returned": found,
        "told": told(found, about["shop"].name),
        "count": kept,
        "reading": reading(found, kept),
        "steps": returned.STEPS,
        "is_sealed": invitation.party.signoff.is_sealed,
    }
