"""*Dispute*: what is wrong, with which lines, with photos; the thread, and taking it back (S0-10, S0-34).

It all works without a script. What was typed is kept when it is refused; a photo that is refused leaves the rest.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.people import limits
from paraph.signoff import dispute_photos, disputes
from paraph.signoff.errors import DisputedAlready, NotThere, SignedMeanwhile, Unusable
from paraph.signoff.models import Ask, Dispute, Invitation
from paraph.web.portal import door, pages
from paraph.web.portal.pages import Visit
from paraph.web.shared import disputed, uploads
from paraph.web.shared.acting import acting, both, reading
from paraph.work.models import TEXT_CHARS


class DisputeForm(forms.Form):
    """What is wrong; the verb has the last word on it."""

    reason = forms.CharField(
        label=gettext_lazy("What is wrong?"),
        help_text=gettext_lazy("Say it as you would on the telephone. The shop reads it and answers here."),
        max_length=TEXT_CHARS,
        error_messages={"required": disputes.SAY_WHAT, "max_length": disputes.TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    items = forms.MultipleChoiceField(
        label=gettext_lazy("Which lines?"),
        help_text=gettext_lazy("Choose none if it is about the whole."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    photos = uploads.PhotosField()
    # What the page said: a signature that came since must not be disputed unseen.
    signed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, visit: Visit, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"signed": visit.has_signed})
        choices = [(one["id"], f"{one['number']}  {one['finding']}") for one in visit.sheet.lines]
        self.fields["items"].choices = choices  # type: ignore[attr-defined]


@both
@door.guest
@door.to_sign
def dispute(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Ask what is wrong; then the dispute's own page."""
    visit = pages.visit(invitation)
    if visit.dispute and visit.dispute.is_open:
        return redirect(_page_of(invitation, visit.dispute))
    if not visit.may_dispute:
        return redirect("portal:order", invitation.pk)
    if request.method != "POST":
        return _form(request, visit, DisputeForm(visit))
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    form = DisputeForm(visit, request.POST, request.FILES)
    return _raise(request, visit, form) if form.is_valid() else _form(request, visit, form, 400)


@reading
@door.guest
@door.to_sign
def page(request: HttpRequest, invitation: Invitation, dispute_id: UUID) -> HttpResponse:
    """One dispute of this request: what was said, and what can be done now."""
    return _show(request, invitation, _found(invitation, dispute_id))


@acting
@door.guest
@door.to_sign
def add(request: HttpRequest, invitation: Invitation, dispute_id: UUID) -> HttpResponse:
    """Write more, add photos, or both."""
    found = _found(invitation, dispute_id)
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    form = uploads.MoreForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, invitation, found, form, 400)
    by, text = door.actor(request, invitation), form.cleaned_data["text"]
    if text:
        disputes.add(found, invitation, text=text, by=by)
    _photos(request, invitation, found, form.cleaned_data["photos"])
    return redirect(_page_of(invitation, found) + "#last")


@acting
@door.guest
@door.to_sign
def take_back(request: HttpRequest, invitation: Invitation, dispute_id: UUID) -> HttpResponse:
    """Who raised it takes it back; the order can be signed again."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    disputes.take_back(_found(invitation, dispute_id), invitation, by=door.actor(request, invitation))
    messages.success(request, _("Your dispute is taken back."))
    return redirect("portal:order", invitation.pk)


@reading
@door.guest
@door.to_sign
def photo(
    request: HttpRequest, invitation: Invitation, dispute_id: UUID, photo_id: UUID, page: int
) -> HttpResponse:
    """One page of a photo, as it was drawn anew."""
    return disputed.picture(_found(invitation, dispute_id), photo_id, page)


def _raise(request: HttpRequest, visit: Visit, form: DisputeForm) -> HttpResponse:
    said, invitation = form.cleaned_data, visit.invitation
    try:
        found = disputes.dispute(
            invitation,
            reason=said["reason"],
            items=said["items"],
            signed=said["signed"],
            by=door.actor(request, invitation),
        )
    except Unusable as problem:
        form.add_error("reason", str(problem))
        return _form(request, visit, form, problem.status)
    except (DisputedAlready, SignedMeanwhile) as refusal:
        return _again(request, invitation, str(refusal))
    _photos(request, invitation, found, said["photos"])
    messages.success(request, _("Your dispute is sent. Nothing is signed or invoiced until it is resolved."))
    return redirect(_page_of(invitation, found))


def _again(request: HttpRequest, invitation: Invitation, problem: str) -> HttpResponse:
    """The form as things stand now, with what was typed."""
    visit = pages.visit(invitation)
    data = request.POST.copy()
    data["signed"] = "on" if visit.has_signed else ""
    return _form(request, visit, DisputeForm(visit, data), 409, problems=[problem])


def _photos(request: HttpRequest, invitation: Invitation, found: Dispute, files: list[Any]) -> None:
    """Add what can be read; say of each other file why not."""

    def keep(content: bytes) -> object:
        limits.count(limits.PORTAL, f"photo:{door.counted_as(request, invitation)}")
        by = door.actor(request, invitation)
        return dispute_photos.add_by_customer(found, invitation, content, by=by)

    uploads.keep_each(request, files, keep)


def _found(invitation: Invitation, pk: UUID) -> Dispute:
    """A dispute of this very request, for those who were asked (line 2)."""
    found = Dispute.objects.select_related(
        "party__contact", "signoff__order", "snapshot", "resolved_by__user"
    )
    one = found.filter(pk=pk, signoff=invitation.party.signoff_id).first()
    if one is None or invitation.party.ask == Ask.VIEW:
        raise NotThere
    return one


def _page_of(invitation: Invitation, found: Dispute) -> str:
    return reverse("portal:disputed", args=[invitation.pk, found.pk])


def _show(
    request: HttpRequest, invitation: Invitation, found: Dispute, form: Any = None, status: int = 200
) -> HttpResponse:
    def address(photo: UUID, page: int) -> str:
        return reverse("portal:dispute_photo", args=[invitation.pk, found.pk, photo, page])

    own = found.party_id == invitation.party_id
    told = {"thread": disputed.thread(found, address), "dispute": found, "own": own}
    more = form or uploads.MoreForm()
    return pages.show(
        request, pages.visit(invitation), "portal/disputed.html", status=status, **told, form=more
    )


def _form(
    request: HttpRequest, visit: Visit, form: DisputeForm, status: int = 200, **more: Any
) -> HttpResponse:
    return pages.show(request, visit, "portal/dispute.html", status=status, form=form, **more)
