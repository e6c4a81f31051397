"""*Needs verification*: signatures in doubt, one with its surroundings, and a manager's word (S1-30, decision 4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.signoff import verifying
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import Verification
from paraph.web.office import reach, site_area
from paraph.web.office.doors import act, actor, page, show
from paraph.web.office.doubted import Doubted
from paraph.web.office.forms.verifications import RejectForm, VerifyForm
from paraph.web.office.leaves import Leaves

ON_A_PAGE = 50


@page(verifying.RIGHT)
def verification_list(request: HttpRequest, member: Member) -> HttpResponse:
    """What waits, the oldest first."""
    leaf = Leaves(verifying.waiting(member.organisation_id), ON_A_PAGE).get_page(request.GET.get("page"))
    return show(request, member, "verifications/list.html", section="orders", page=leaf, query="")


@page(verifying.RIGHT)
def verification(request: HttpRequest, member: Member, pk: UUID, verification: UUID) -> HttpResponse:
    """One of them."""
    return _answer(request, member, reach.verification(member, pk, verification))


@act(verifying.RIGHT)
def verify(request: HttpRequest, member: Member, pk: UUID, verification: UUID) -> HttpResponse:
    """Stand for it."""
    found, form = reach.verification(member, pk, verification), VerifyForm(request.POST)
    if not form.is_valid():
        return _answer(request, member, found, verifying=form, status=400)
    said = form.cleaned_data["sentence"]
    try:
        verifying.verify(found, sentence=said, by=member, actor=actor(request, member))
    except SignOffError as problem:
        return _refused(request, member, pk, verification, problem, verifying=form)
    messages.success(request, _("Verified: the signature stands, and can be invoiced."))
    return redirect("office:order", pk)


@act(verifying.RIGHT)
def reject(request: HttpRequest, member: Member, pk: UUID, verification: UUID) -> HttpResponse:
    """Do not accept it, and say why."""
    found, form = reach.verification(member, pk, verification), RejectForm(request.POST)
    if not form.is_valid():
        return _answer(request, member, found, rejecting=form, status=400)
    said = form.cleaned_data["sentence"]
    try:
        verifying.reject(found, sentence=said, by=member, actor=actor(request, member))
    except SignOffError as problem:
        return _refused(request, member, pk, verification, problem, rejecting=form)
    messages.success(request, _("Not accepted: the customer reads your sentence, and you can ask again."))
    return redirect("office:order", pk)


def _refused(
    request: HttpRequest, member: Member, pk: UUID, verification: UUID, problem: SignOffError, **forms: Any
) -> HttpResponse:
    """The page again with what was typed; somebody may have been faster, so it is read anew."""
    found = reach.verification(member, pk, verification)
    return _answer(request, member, found, problems=[str(problem)], status=problem.status, **forms)


def _answer(
    request: HttpRequest, member: Member, found: Verification, *, status: int = 200, **more: Any
) -> HttpResponse:
    told: dict[str, Any] = {
        "found": found,
        "order": found.order,
        "seen": Doubted(found),
        "verifying": VerifyForm(),
        "rejecting": RejectForm(),
        **site_area.tiles(),
    }
    return show(
        request, member, "verifications/page.html", section="orders", status=status, **{**told, **more}
    )
