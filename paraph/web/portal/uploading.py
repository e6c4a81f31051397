"""Uploading signed paper: each act is saved at once, and nothing is final before *Send ticket* (S0-30 … S0-32)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from paraph.intake.limits import MAX_BYTES
from paraph.people import limits
from paraph.signoff import refusals, returns
from paraph.signoff.errors import Unusable
from paraph.signoff.models import Invitation, Return, ReturnState, State
from paraph.signoff.models.returns import NAME_CHARS
from paraph.web.portal import door, outcomes, pages, returned
from paraph.web.shared import turns
from paraph.web.shared.acting import acting, reading

TOO_LONG = gettext_lazy("This is too long: at most 200 characters.")
CLOSED = {"Content-Security-Policy": "default-src 'none'; sandbox"}


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
    sent = request.FILES.getlist("files")
    problems = [problem for one in sent if (problem := _take_in(request, invitation, one))]
    if not sent:
        problems = [Problem(returns.NAMELESS, str(refusals.SENTENCES["empty"]))]
    if request.headers.get("Accept") == "application/json":
        told = {"problem": problems[0].sentence, "again": problems[0].again} if problems else {}
        return JsonResponse(told, status=400 if problems else 201, headers=CLOSED)
    if problems:
        sentences = [f"{one.name}: {one.sentence}" for one in problems]
        return show(request, invitation, returns.current(invitation.party), problems=sentences, status=400)
    return redirect(reverse("portal:upload", args=[invitation.pk]) + "#sheets")


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


def part(request: HttpRequest, invitation: Invitation, **more: Any) -> HttpResponse:
    """The pages and the action, as htmx swaps them."""
    found = returns.current(invitation.party)
    told = {**door.about(invitation), "pages": returned.pages(invitation, found), "form": SendForm()}
    return render(request, "portal/returned/pages_answer.html", {**told, **more})


def _to_change(request: HttpRequest, invitation: Invitation, found: Return | None) -> HttpResponse:
    if not pages.wants_part(request):
        return show(request, invitation, found)
    return part(request, invitation) if request.GET.get("part") == "pages" else _anew()


def _anew() -> HttpResponse:
    """What the page shows is over."""
    return HttpResponse(headers={"HX-Refresh": "true"})


def _take_in(request: HttpRequest, invitation: Invitation, file: UploadedFile[bytes]) -> Problem | None:
    """Take one file in; its name and what is wrong with it, if anything."""
    limits.count(limits.UPLOAD, door.counted_as(request, invitation))
    name = returns.clean_name(file.name or "")
    if file.size is None or file.size > MAX_BYTES:
        return Problem(name, returned.limits()["too_large"])
    try:
        with turns.turn():
            returns.add_file(invitation, file.read(), name, by=door.actor(request, invitation))
    except Unusable as problem:
        return Problem(name, str(problem), again=getattr(problem, "again", False))
    return None
