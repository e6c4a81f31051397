"""Review and sign: four short steps on one page (S3-29, S1-10, S1-18). Nothing that was typed or drawn is lost."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from paraph.lib.compiled import Compiled
from paraph.people import limits
from paraph.signoff import ceremonies, completion, consent, own_phone, ways
from paraph.signoff.errors import (
    AlreadySigned,
    Closed,
    HoursMissing,
    NoElectronicWay,
    NotConfirmed,
    NothingApproved,
    NotThere,
    NotYourTurn,
    Outdated,
    Stale,
    Undecided,
    Unusable,
)
from paraph.signoff.models import Ceremony, Invitation
from paraph.web.portal import door, memory, pages, proving
from paraph.web.portal.memory import remembered
from paraph.web.portal.sheet import Sheet, numbers
from paraph.web.portal.submission import Submission
from paraph.web.shared import changes
from paraph.web.shared.acting import both

# What sends the customer back to the order, with the sentence that says why.
REFUSALS = (NothingApproved, Undecided, HoursMissing, NotYourTurn, Outdated, NoElectronicWay)
STEPS = (_("Read"), _("Who you are"), pgettext_lazy("step", "Sign"), pgettext_lazy("step", "Receipt"))


@both
@door.guest
@door.to_sign
def review(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Freeze what is about to be signed; with what was typed and drawn before, when it has to be read once more."""
    if request.method != "POST":
        return redirect("portal:order", invitation.pk)
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    return begin(request, invitation)


def begin(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Begin the review, or go where its refusal leads: to the receipt, to what must be confirmed, to the order."""
    try:
        ways.require_e_sign(invitation.party_id)
        ceremony = ceremonies.review(invitation, by=door.actor(request, invitation))
    except AlreadySigned:
        return redirect("portal:receipt", invitation.pk)
    except NotConfirmed:
        return redirect("portal:confirm", invitation.pk)
    except (*REFUSALS, Closed) as refusal:
        return pages.show(request, pages.visit(invitation), status=refusal.status, refusal=str(refusal))
    if "name" not in request.POST:
        return redirect("portal:sign", invitation.pk, ceremony.pk)
    return _page(request, invitation, ceremony, Submission(initial=request.POST.dict()))


@both
@remembered
@door.guest
@door.to_sign
def sign(request: HttpRequest, invitation: Invitation, ceremony_id: UUID) -> HttpResponse:
    """Read the frozen summary, say who you are, consent, draw or type; then the receipt.

    A double click, a second person on the link and a lost answer all end at the one receipt (security.md line 21).
    No rate limit: a ceremony is rendered and sealed once at most.
    """
    ceremony = ceremony_of(invitation, ceremony_id)
    if ceremony.acted_at:
        return redirect("portal:receipt", invitation.pk)
    ways.require_e_sign(invitation.party_id)
    if request.method != "POST":
        return _page(request, invitation, ceremony, Submission.fresh(invitation))
    if request.POST.get("prove") == proving.SEND_CODE:
        form = Submission(initial=request.POST.dict())
        return _page(request, invitation, ceremony, form, told=proving.send_code(request, ceremony, form))
    return _sign(request, invitation, ceremony, Submission(request.POST))


def _sign(request: HttpRequest, invitation: Invitation, ceremony: Ceremony, form: Submission) -> HttpResponse:
    try:
        if form.is_valid() and proving.take(request, ceremony, form):
            said = form.said
            found = own_phone.circumstances(ceremony, proving.shown(request), consent=said["consent"])
            by = door.actor(request, invitation)
            completion.sign(ceremony, **said, by=by, circumstances=found)
            return redirect("portal:receipt", invitation.pk)
    except AlreadySigned:
        return redirect("portal:receipt", invitation.pk)
    except Unusable as problem:
        form.refuse(problem)
    except Stale as stale:
        return _stale(request, invitation, ceremony, form, stale)
    return _page(request, invitation, ceremony, form, status=400)


def ceremony_of(invitation: Invitation, ceremony_id: UUID) -> Ceremony:
    """The ceremony begun by this very invitation; steps cannot be skipped (security.md line 19)."""
    found: list[Ceremony] = _CEREMONY.objects(ceremony_id, invitation.pk)
    if not found:
        raise NotThere
    ceremony = found[0]
    # The door has read all of this already.
    ceremony.invitation, ceremony.party = invitation, invitation.party
    ceremony.snapshot.signoff = invitation.party.signoff
    return ceremony


def _begun(pk: UUID, invitation: UUID) -> QuerySet[Ceremony]:
    return Ceremony.objects.filter(pk=pk, invitation=invitation).select_related("snapshot")


_CEREMONY = Compiled(_begun, UUID(int=1), UUID(int=2))


def _page(
    request: HttpRequest,
    invitation: Invitation,
    ceremony: Ceremony,
    form: Submission,
    *,
    status: int = 200,
    told: str = "",
) -> HttpResponse:
    sheet = Sheet(ceremony.snapshot.facts)
    agreed = consent.sentence(ceremony.snapshot, get_language() or "en")
    offer = proving.of(request, ceremony)
    context = {
        **_common(invitation, ceremony, form),
        "sheet": sheet,
        "agreed": agreed,
        "signs_for": numbers(sheet.approved),
        "steps": STEPS,
        "proving": offer,
        "told": told,
    }
    page = render(request, "portal/sign.html", context, status=status)
    return memory.Personal(page.content, status=status) if offer else page


def _stale(
    request: HttpRequest, invitation: Invitation, ceremony: Ceremony, form: Submission, stale: Stale
) -> HttpResponse:
    told = changes.explain(stale.changes, ceremony.snapshot.facts, get_language() or "en")
    context = {**_common(invitation, ceremony, form), "changes": told, "kept": form.kept}
    return render(request, "portal/stale.html", context, status=stale.status)


def _common(invitation: Invitation, ceremony: Ceremony, form: Submission) -> dict[str, object]:
    order = invitation.party.signoff.order
    return {
        "invitation": invitation,
        "ceremony": ceremony,
        "form": form,
        "order": order,
        "shop": order.organisation,
    }
