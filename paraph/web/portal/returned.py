"""Signed paper on its way back, as its page shows it: the pages so far, or what became of what was sent (S0-30).

The secret: a return that came back to the customer looks like a draft that is begun already; the first act on it makes
it one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from paraph.intake.limits import MAX_BYTES, MB
from paraph.signoff import papers, returns
from paraph.signoff.models import Invitation, Paper, Return, ReturnPage, ReturnState
from paraph.web.shared import pictures

STEPS = (
    gettext_lazy("Download"),
    gettext_lazy("Sign on paper"),
    gettext_lazy("Upload"),
    gettext_lazy("Filed"),
)
# What the file dialogue of a browser offers; the server looks into the bytes, not at the name.
ACCEPT = (
    ".pdf,.jpg,.jpeg,.png,.heic,.heif,.tif,.tiff,application/pdf,image/jpeg,image/png,image/heic,image/tiff"
)
TO_CHANGE = frozenset({ReturnState.DRAFT, ReturnState.SENT_BACK})


@dataclass(frozen=True)
class Leaf:
    """One page as it is shown, turned as the customer turned it."""

    page: ReturnPage
    picture: str
    width: int
    height: int

    @property
    def pk(self) -> Any:
        """The page's id."""
        return self.page.pk

    @property
    def name(self) -> str:
        """The file it came in."""
        return self.page.file.name


@dataclass(frozen=True)
class Pages:
    """The pages so far, those that were taken out, and what the paper should have."""

    kept: list[Leaf]
    out: list[Leaf]
    paper: Paper | None

    @property
    def counted(self) -> str:
        """How many there are, against how many were printed."""
        here = ngettext("%(count)s page here", "%(count)s pages here", len(self.kept)) % {
            "count": len(self.kept)
        }
        if self.paper is None:
            return here
        printed = ngettext("%(count)s was printed", "%(count)s were printed", self.paper.pages)
        return f"{here}, {printed % {'count': self.paper.pages}}"


def is_to_change(returned: Return | None) -> bool:
    """Whether the customer can still add, turn and remove pages."""
    return returned is None or returned.state in TO_CHANGE


def pages(invitation: Invitation, returned: Return | None) -> Pages:
    """The pages of a draft, or of what came back."""
    found = list(returns.pages_of(returned)) if returned and is_to_change(returned) else []
    leaves = [leaf(invitation, one) for one in found]
    return Pages(
        [one for one in leaves if not one.page.removed],
        [one for one in leaves if one.page.removed],
        papers.newest(invitation.party),
    )


def leaf(invitation: Invitation, page: ReturnPage) -> Leaf:
    """One page with the address of its picture, which changes when the page is turned."""
    address = reverse("portal:upload_page", args=[invitation.pk, page.pk])
    return Leaf(
        page, f"{address}?turned={page.rotation}", *pictures.size(page.width, page.height, page.rotation)
    )


def sent_back(invitation: Invitation) -> Return | None:
    """What the shop sent back last, with its sentence."""
    found = Return.objects.filter(party=invitation.party_id, state=ReturnState.SENT_BACK)
    return found.order_by("-sent_at").first()


def limits() -> dict[str, Any]:
    """What a file may be, for the file fields and in words."""
    told = {"size": MAX_BYTES // MB}
    return {
        "accept": ACCEPT,
        "bytes": MAX_BYTES,
        "sentence": _("PDF, JPEG, PNG, HEIC or TIFF, several at once, at most %(size)s MB each.") % told,
        "too_large": _("This file is too large: at most %(size)s MB.") % told,
    }


def filed(party: UUID) -> Return | None:
    """The paper that became a party's signature, with the number of the page that holds it."""
    found = Return.objects.filter(party=party, state=ReturnState.FILED).select_related("paper").first()
    if found is not None:
        last = found.scan.count()
        place = papers.block(found.paper).page if found.paper else 1
        found.signed_page = min(place, last)  # type: ignore[attr-defined]
    return found
