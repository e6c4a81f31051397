"""Uploading signed paper: each act is saved at once, and nothing is final before *Send ticket* (S0-30 … S0-32)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.intake.limits import MAX_BYTES
from paraph.lib.blobs import BlobMissing
from paraph.people import limits
from paraph.signoff import returns
from paraph.signoff.errors import NotThere, Unusable
from paraph.signoff.models import Invitation, Return, ReturnPage, ReturnState, State
from paraph.signoff.models.returns import NAME_CHARS
from paraph.signoff.returns import Placing
from paraph.web.portal import arranging, door, outcomes, pages, returned
from paraph.web.shared import errors, pictures
from paraph.web.shared.acting import acting, reading

TOO_LONG = gettext_lazy("This is too long: at most 200 characters.")
CLOSED = {"Content-Security-Policy": "default-src 'none'; sandbox"}
MOST_IDS = 300  # a return has at most 255 pages


class SendForm(forms.Form):
    """Who signed on the paper, if the customer tells."""

    use_required_attribute = False
    signer_name = forms.CharField(
        label=gettext_lazy("Name of who signed on the paper"),
        max_length=NAME_CHARS,
        required=False,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    signer_role = forms.CharField(
        label=gettext_lazy("Their role"),
        max_length=NAME_CHARS,
        required=False,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )


@dataclass(frozen=True)
class Problem:
    """Why a file was not taken in; `again`: trying once more may help."""

    name: str
    sentence: str
    again: bool = False


@reading
@door.guest
@door.to_sign
def page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Upload, or what became of what was sent; a part that is out of date has the page loaded anew."""
    found = returns.current(invitation.party)
    if found is not None and found.state == ReturnState.OVERTAKEN and found.sent_at is None:
        return redirect("portal:order", invitation.pk)
    if found is None or returned.is_to_change(found):
        return _to_change(request, invitation, found)
    if not pages.wants_part(request):
        return outcomes.show(request, invitation, found)
    return _anew() if request.GET.get("part") == "pages" else outcomes.part(request, invitation, found)


@acting
@door.guest
@door.to_sign
def files(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take files in, each on its own: what is wrong with one says so and leaves the others."""
    limits.count(limits.UPLOAD, door.counted_as(request, invitation))
    problems = [
        problem for one in request.FILES.getlist("files") if (problem := _take_in(request, invitation, one))
    ]
    if request.headers.get("Accept") == "application/json":
        told = {"problem": problems[0].sentence, "again": problems[0].again} if problems else {}
        return JsonResponse(told, status=400 if problems else 201, headers=CLOSED)
    if problems:
        sentences = [f"{one.name}: {one.sentence}" for one in problems]
        return show(request, invitation, returns.current(invitation.party), problems=sentences, status=400)
    return redirect(reverse("portal:upload", args=[invitation.pk]) + "#sheets")


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


@acting
@door.guest
@door.to_sign
def turn(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
    """Turn a page a quarter to the right."""
    draft, one = _drafted(request, invitation, page_id)
    return _arrange(request, invitation, draft, arranging.turned(one.pk), _("The page is turned."), one)


@acting
@door.guest
@door.to_sign
def move(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
    """Move a page: `by` is -1 or 1."""
    by = 1 if request.POST.get("by") == "1" else -1
    draft, one = _drafted(request, invitation, page_id)
    return _arrange(request, invitation, draft, arranging.moved(one.pk, by), _("The page is moved."), one)


@acting
@door.guest
@door.to_sign
def remove(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
    """Leave a page out; it can be put back until all is sent."""
    draft, one = _drafted(request, invitation, page_id)
    return _arrange(request, invitation, draft, arranging.removed(one.pk), _("The page is removed."), one)


@acting
@door.guest
@door.to_sign
def restore(request: HttpRequest, invitation: Invitation, page_id: UUID) -> HttpResponse:
    """Put a removed page back where it was."""
    draft, one = _drafted(request, invitation, page_id)
    return _arrange(request, invitation, draft, arranging.restored(one.pk), _("The page is back."), one)


@acting
@door.guest
@door.to_sign
def afresh(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Leave out every page that is there; each can be put back."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    draft = returns.begin(invitation, by=door.actor(request, invitation))
    return _arrange(request, invitation, draft, arranging.afresh(), _("All pages are removed."))


@acting
@door.guest
@door.to_sign
def order(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Put all pages in an order: `pages` are their ids."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    draft = returns.begin(invitation, by=door.actor(request, invitation))
    named = [one for one in map(_as_id, request.POST.get("pages", "").split(",")[:MOST_IDS]) if one]
    found = (
        ReturnPage.objects.filter(returned__party=invitation.party_id).select_related("file").in_bulk(named)
    )
    there = {(one.file.blob, one.number): one.pk for one in returns.pages_of(draft)}
    known = [(found[one].file.blob, found[one].number) for one in named if one in found]
    ids = [there[one] for one in known if one in there]
    return _arrange(request, invitation, draft, arranging.ordered(ids), _("The pages are in order."))


@acting
@door.guest
@door.to_sign
def send(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """*Send ticket*: the pages are handed in for good (S0-32)."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    form, found = SendForm(request.POST), returns.current(invitation.party)
    if not form.is_valid():
        return show(request, invitation, found, form=form, status=400)
    told = {"name": form.cleaned_data["signer_name"], "role": form.cleaned_data["signer_role"]}
    by = door.actor(request, invitation)
    try:
        if returned.is_to_change(found):
            returns.send(returns.begin(invitation, by=by), invitation, by=by, **told)
    except Unusable as problem:
        return show(request, invitation, found, form=form, problems=[str(problem)], status=400)
    return redirect("portal:upload", invitation.pk)


def show(
    request: HttpRequest, invitation: Invitation, found: Return | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page to upload."""
    told = {
        **door.about(invitation),
        "pages": returned.pages(invitation, found),
        "before": returned.sent_back(invitation),
        "limits": returned.limits(),
        "steps": returned.STEPS,
        "paused": invitation.party.signoff.state == State.DISPUTED,
        "form": more.get("form") or SendForm(),
    }
    return render(request, "portal/returned/upload.html", {**told, **more}, status=status)


def _to_change(request: HttpRequest, invitation: Invitation, found: Return | None) -> HttpResponse:
    if not pages.wants_part(request):
        return show(request, invitation, found)
    return _part(request, invitation) if request.GET.get("part") == "pages" else _anew()


def _anew() -> HttpResponse:
    """What the page shows is over."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _take_in(request: HttpRequest, invitation: Invitation, file: UploadedFile[bytes]) -> Problem | None:
    """Take one file in; its name and what is wrong with it, if anything."""
    name = returns.clean_name(file.name or "")
    if file.size is None or file.size > MAX_BYTES:
        return Problem(name, returned.limits()["too_large"])
    try:
        returns.add_file(invitation, file.read(), name, by=door.actor(request, invitation))
    except Unusable as problem:
        return Problem(name, str(problem), again=getattr(problem, "again", False))
    return None


def _own(invitation: Invitation, page_id: UUID) -> ReturnPage:
    found = ReturnPage.objects.filter(pk=page_id, returned__party=invitation.party_id)
    one = found.select_related("file").first()
    if one is None:
        raise NotThere
    return one


def _drafted(request: HttpRequest, invitation: Invitation, page_id: UUID) -> tuple[Return, ReturnPage]:
    """The draft and a page of it; a page that came back to the customer is the same page in their new draft."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    one = _own(invitation, page_id)
    draft = returns.begin(invitation, by=door.actor(request, invitation))
    return draft, _in_draft(draft, one)


def _in_draft(draft: Return, one: ReturnPage) -> ReturnPage:
    found = draft.pages.filter(file__blob=one.file.blob, number=one.number).first()
    if found is None:
        raise NotThere
    return found


def _arrange(
    request: HttpRequest,
    invitation: Invitation,
    draft: Return,
    change: arranging.Change,
    told: str,
    one: ReturnPage | None = None,
) -> HttpResponse:
    placings = [Placing(each.pk, each.rotation, each.removed) for each in returns.pages_of(draft)]
    returns.arrange(draft, change(placings), by=door.actor(request, invitation))
    if pages.wants_part(request):
        return _part(request, invitation, told=told, touched=one)
    return redirect(reverse("portal:upload", args=[invitation.pk]) + "#sheets")


def _part(request: HttpRequest, invitation: Invitation, **more: Any) -> HttpResponse:
    """The pages and the action, as htmx swaps them."""
    found = returns.current(invitation.party)
    told = {**door.about(invitation), "pages": returned.pages(invitation, found), "form": SendForm()}
    return render(request, "portal/returned/pages_answer.html", {**told, **more})


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
