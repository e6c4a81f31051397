"""Signed paper that came back: the list, one beside what was sent, and the word of a person about it (S0-33)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import filing, verification
from paraph.signoff.errors import SignOffError, Unusable
from paraph.signoff.models import Return, ReturnState, State
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, page, show
from paraph.web.office.forms.returns import AcceptForm, BackForm, Word
from paraph.web.office.returned import Review

ON_A_PAGE = 50


@page("order.view")
def return_list(request: HttpRequest, member: Member) -> HttpResponse:
    """What came back, newest first; what waits to be reviewed stands on the start page."""
    shown = Paginator(reach.returns(member), ON_A_PAGE).get_page(request.GET.get("page"))
    return show(request, member, "returns/list.html", section="orders", page=shown, query="")


@page("order.view")
def return_page(request: HttpRequest, member: Member, pk: UUID, returned: UUID) -> HttpResponse:
    """One paper, page beside page."""
    return _answer(request, member, reach.returned(member, pk, returned))


@act(verification.RIGHT)
def accept(request: HttpRequest, member: Member, pk: UUID, returned: UUID) -> HttpResponse:
    """File it as signed."""
    found = reach.returned(member, pk, returned)
    form = AcceptForm.about(found, request.POST)
    if not form.is_valid():
        return _answer(request, member, found, accepting=form, status=400)
    told = form.cleaned_data
    who = {"name": told.get("signer_name", ""), "role": told.get("signer_role", "")}
    try:
        verification.accept(found, by=member, actor=actor(request, member), sentence=told["remark"], **who)
    except SignOffError as problem:
        return _refused(request, member, found, problem, form, accepting=form)
    messages.success(request, _("Accepted: the paper is filed as the signature of this order."))
    return redirect("office:order", pk)


@act(verification.RIGHT)
def send_back(request: HttpRequest, member: Member, pk: UUID, returned: UUID) -> HttpResponse:
    """Give it back to the customer with a sentence."""
    found = reach.returned(member, pk, returned)
    form = BackForm(request.POST)
    if not form.is_valid():
        return _answer(request, member, found, returning=form, status=400)
    try:
        verification.send_back(found, form.cleaned_data["sentence"], by=member, actor=actor(request, member))
    except SignOffError as problem:
        return _refused(request, member, found, problem, form, returning=form)
    messages.success(request, _("Sent back: the customer reads your sentence and can upload again."))
    return redirect("office:order", pk)


def _refused(
    request: HttpRequest, member: Member, found: Return, problem: SignOffError, form: Word, **forms: Any
) -> HttpResponse:
    """The page again with what was typed; somebody may have been faster, so the return is read anew."""
    if isinstance(problem, Unusable):
        form.refuse(problem)
    else:
        forms["problems"] = [str(problem)]
    found = reach.returned(member, found.party.signoff.order_id, found.pk)
    written = str(form[form.said].value() or "")
    return _answer(request, member, found, status=problem.status, written=written, **forms)


def _answer(
    request: HttpRequest, member: Member, found: Return, *, status: int = 200, **more: Any
) -> HttpResponse:
    open_now = found.state == ReturnState.REVIEW and found.party.signoff.state != State.DISPUTED
    may = access.can(member, verification.RIGHT) and open_now
    told: dict[str, Any] = {
        "order": found.party.signoff.order,
        "returned": found,
        "review": Review(found, filing.sent_to(found), may, filing.hindrance(found) if may else ""),
        "accepting": AcceptForm.about(found),
        "returning": BackForm(),
    }
    return show(request, member, "returns/return.html", section="orders", status=status, **{**told, **more})
