"""Download & sign: what the paper will authorise, the paper itself, and the days until it is back (S0-25 … S0-30).

The form is one page; with script it opens in a dialog over the order. Nothing is lost when somebody closes it: the
paper is a row, and every browser that comes in by the link finds it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.lib.blobs import BlobMissing
from paraph.people import limits
from paraph.people.models import LANGUAGES
from paraph.sealing.errors import SealingError
from paraph.signoff import ceremonies, papers
from paraph.signoff.errors import AlreadySigned, NotThere, SignOffError
from paraph.signoff.models import Format, Invitation, Paper
from paraph.web.portal import door, files, pages
from paraph.web.portal.confirm import ConfirmForm
from paraph.web.portal.pages import Visit
from paraph.web.shared.acting import acting, both, reading

# Where people print on Letter; everybody else uses A4 (ISO 216).
LETTER_CURRENCIES = frozenset({"USD", "CAD", "MXN", "CLP", "COP", "PHP", "CRC", "GTQ", "DOP"})


class PaperForm(forms.Form):
    """The sheet and the language of the paper."""

    use_required_attribute = False
    format = forms.ChoiceField(label=_("Paper size"), choices=Format.choices)
    language = forms.ChoiceField(label=_("Language of the paper"), choices=LANGUAGES)

    def __init__(self, visit: Visit, data: QueryDict | None = None) -> None:
        usual = visit.paper.format if visit.paper else usual_format(visit.order.currency)
        super().__init__(data, initial={"format": usual, "language": get_language() or "en"})


def usual_format(currency: str) -> str:
    """The sheet people have in their printers where this money is used."""
    return Format.LETTER if currency in LETTER_CURRENCIES else Format.A4


@both
@door.guest
@door.to_sign
def page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What will be authorised, sheet and language; *Download & proceed* makes the paper and goes on to wait."""
    visit = pages.visit(invitation)
    if not visit.may_paper:
        return redirect("portal:order", invitation.pk)
    if request.method != "POST":
        return _page(request, visit, PaperForm(visit), _confirming(visit))
    limits.count(limits.PORTAL, f"print:{door.counted_as(request, invitation)}")
    form, told = PaperForm(visit, request.POST), _confirming(visit, request.POST)
    try:
        return _proceed(request, visit, form, told)
    except AlreadySigned:
        return redirect("portal:receipt", invitation.pk)
    except SealingError as problem:
        return files.unavailable(request, visit.signoff, problem)
    except SignOffError as refusal:
        again = pages.visit(invitation)
        return _page(request, again, form, told, status=refusal.status, refusal=str(refusal))


@acting
@door.guest
@door.to_sign
def approve_all(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Approve every line that is still undecided, and go on with the paper."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    ceremonies.approve_all(invitation, by=door.actor(request, invitation))
    return redirect("portal:paper", invitation.pk)


@reading
@door.guest
@door.to_sign
def waiting(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Until the signed pages are back: what was printed, and what to do with it (S0-30)."""
    visit = pages.visit(invitation)
    if visit.is_checked:
        return redirect("portal:upload", invitation.pk)
    if not visit.may_sign or visit.paper is None:
        return redirect("portal:order", invitation.pk)
    fresh = request.GET.get("fresh") == str(visit.paper.pk)
    return pages.show(request, visit, "portal/paper_waiting.html", paper=visit.paper, fresh=fresh)


@reading
@door.guest
@door.to_sign
def document(request: HttpRequest, invitation: Invitation, paper_id: UUID) -> HttpResponse:
    """The PDF of one of this party's papers, byte for byte as it was made."""
    paper = Paper.objects.filter(pk=paper_id, party=invitation.party_id).first()
    if paper is None:
        raise NotThere
    try:
        content = paper.read()
    except BlobMissing as problem:
        return files.unavailable(request, invitation.party.signoff, problem)
    number = invitation.party.signoff.order.number
    return files.file(content, files.PDF, f"{number}-{paper.code}.pdf")


def _confirming(visit: Visit, data: QueryDict | None = None) -> ConfirmForm | None:
    """What this customer may confirm or change before anything is printed; None when there is nothing (S0-26)."""
    return ConfirmForm(visit.invitation, data) if visit.to_confirm else None


def _proceed(request: HttpRequest, visit: Visit, form: PaperForm, told: ConfirmForm | None) -> HttpResponse:
    """Confirm, then make the paper; nothing is made while something is wrong (S0-27)."""
    invitation, by = visit.invitation, door.actor(request, visit.invitation)
    good = form.is_valid() and (told is None or told.is_valid())
    if not good or (told is not None and told.confirm(by=by) is None):
        return _page(request, visit, form, told, status=400)
    paper = papers.issue(invitation, **form.cleaned_data, by=by)
    return redirect(reverse("portal:paper_waiting", args=[invitation.pk]) + f"?fresh={paper.pk}")


def _page(
    request: HttpRequest, visit: Visit, form: PaperForm, told: ConfirmForm | None, **more: Any
) -> HttpResponse:
    template = "portal/paper_dialog.html" if pages.wants_part(request) else "portal/paper.html"
    return pages.show(request, visit, template, form=form, confirming=told, **more)
