"""The pages of signed paper before it is sent: shown, turned, moved, left out, put back (S0-31).

The secret: each act is one change to the order of pages and a sentence that says it is done. How the draft is found,
what comes back, and that a page which came back to the customer is the same page in their new draft, stands here once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.lib.blobs import BlobMissing
from paraph.people import limits
from paraph.signoff import returns
from paraph.signoff.errors import NotThere
from paraph.signoff.models import Invitation, Return, ReturnPage
from paraph.signoff.returns import Placing
from paraph.web.portal import arranging, door, pages, returned, uploading
from paraph.web.shared import errors, pictures
from paraph.web.shared.acting import acting, reading

MOST_IDS = 300  # a return has at most 255 pages
Act = tuple[arranging.Change, str]


def _on_one(act: Callable[[UUID, QueryDict], Act]) -> Callable[..., Any]:
    """An address that does this to one page of the draft; `act` gets the page's id and what was posted."""

    @acting
    @door.guest
    @door.to_sign
    @wraps(act)
    def view(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
        limits.count(limits.PORTAL, door.counted_as(request, invitation))
        there = _own(invitation, page_id)
        draft = returns.begin(invitation, by=door.actor(request, invitation))
        one = draft.pages.filter(file__blob=there.file.blob, number=there.number).first()
        if one is None:
            raise NotThere
        return _arranged(request, invitation, draft, act(one.pk, request.POST), one)

    return view


def _on_all(act: Callable[[Return, QueryDict], Act]) -> Callable[..., Any]:
    """An address that does this to all pages; `act` gets the draft and what was posted."""

    @acting
    @door.guest
    @door.to_sign
    @wraps(act)
    def view(request: HttpRequest, invitation: Invitation) -> HttpResponse:
        limits.count(limits.PORTAL, door.counted_as(request, invitation))
        draft = returns.begin(invitation, by=door.actor(request, invitation))
        return _arranged(request, invitation, draft, act(draft, request.POST))

    return view


@_on_one
def turn(page: UUID, asked: QueryDict) -> Act:
    """Turn a page a quarter to the right."""
    return arranging.turned(page), _("The page is turned.")


@_on_one
def move(page: UUID, asked: QueryDict) -> Act:
    """Move a page: `by` is -1 or 1."""
    return arranging.moved(page, 1 if asked.get("by") == "1" else -1), _("The page is moved.")


@_on_one
def remove(page: UUID, asked: QueryDict) -> Act:
    """Leave a page out; it can be put back until all is sent."""
    return arranging.removed(page), _("The page is removed.")


@_on_one
def restore(page: UUID, asked: QueryDict) -> Act:
    """Put a removed page back where it was."""
    return arranging.restored(page), _("The page is back.")


@_on_all
def afresh(draft: Return, asked: QueryDict) -> Act:
    """Leave out every page that is there; each can be put back."""
    return arranging.afresh(), _("All pages are removed.")


@_on_all
def order(draft: Return, asked: QueryDict) -> Act:
    """Put all pages in an order: `pages` are their ids."""
    named = [one for one in map(_as_id, asked.get("pages", "").split(",")[:MOST_IDS]) if one]
    theirs = ReturnPage.objects.filter(returned__party=draft.party_id).select_related("file")
    found = theirs.in_bulk(named)
    there = {(one.file.blob, one.number): one.pk for one in returns.pages_of(draft)}
    known = [(found[one].file.blob, found[one].number) for one in named if one in found]
    return arranging.ordered([there[one] for one in known if one in there]), _("The pages are in order.")


@reading
@door.guest
@door.to_sign
def picture(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
    """A page of this party, made safe and turned as they turned it."""
    one = _own(invitation, page_id)
    try:
        return pictures.answer(pictures.shown(one.read(), rotation=one.rotation))
    except BlobMissing:
        return errors.page(request, 503)


@reading
@door.guest
@door.to_sign
def scan_page(request: HttpRequest, invitation: Invitation, number: int) -> HttpResponse:
    """A page of the scan that is filed as this party's signature."""
    found = returned.filed(invitation.party_id)
    one = found.scan.filter(number=number).first() if found else None
    if one is None:
        raise NotThere
    try:
        return pictures.answer(pictures.shown(one.read(), most=pictures.LARGE))
    except BlobMissing:
        return errors.page(request, 503)


def _arranged(
    request: HttpRequest, invitation: Invitation, draft: Return, act: Act, touched: ReturnPage | None = None
) -> HttpResponse:
    """The change is made; then the page again, or the part of it that htmx swaps."""
    change, told = act
    placings = [Placing(one.pk, one.rotation, one.removed) for one in returns.pages_of(draft)]
    returns.arrange(draft, change(placings), by=door.actor(request, invitation))
    if pages.wants_part(request):
        return uploading.part(request, invitation, told=told, touched=touched)
    return redirect(reverse("portal:upload", args=[invitation.pk]) + "#sheets")


def _own(invitation: Invitation, page_id: UUID) -> ReturnPage:
    """A page this party sent, in whichever of their returns."""
    found = ReturnPage.objects.filter(pk=page_id, returned__party=invitation.party_id)
    one = found.select_related("file").first()
    if one is None:
        raise NotThere
    return one


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
