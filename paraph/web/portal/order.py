"""The order page: read, decide line by line, approve all (S3-01, S3-04 … S3-07, S3-21 … S3-26)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraph.people import limits
from paraph.signoff import ceremonies
from paraph.signoff.models import Choice, Invitation, View
from paraph.web.portal import door, pages, to_read
from paraph.web.portal.memory import remembered
from paraph.web.shared.acting import acting, reading

TOLD = {
    Choice.APPROVED: _("Line %(number)s is approved."),
    Choice.REJECTED: _("Line %(number)s is rejected."),
    Choice.PENDING: _("The decision on line %(number)s is cleared."),
}
OF_REPORT = {
    **TOLD,
    Choice.APPROVED: _("Line %(number)s is accepted."),
    Choice.REJECTED: _("Line %(number)s is refused."),
}


@reading
@remembered
@door.guest
def page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The one order behind this invitation, in the view it is for, and nothing else (S3-03)."""
    found = pages.visit(invitation)
    return to_read.show(request, found) if found.is_to_read else pages.show(request, found)


@reading
@door.guest
def timeline(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Everything that happened, as the customer may read it (S2-11)."""
    order = invitation.party.signoff.order
    told = {"invitation": invitation, "order": order, "shop": order.organisation}
    return render(request, "portal/timeline.html", {**told, "steps": pages.history(order)})


@acting
@door.guest
@door.to_sign
def decision(request: HttpRequest, invitation: Invitation, item_id: UUID) -> HttpResponse:
    """Approve, reject or clear one line: `choice` is approved, rejected or pending (S3-24 … S3-26)."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    choice = request.POST.get("choice", "")
    ceremonies.decide(invitation, item_id, choice, by=door.actor(request, invitation))
    words = OF_REPORT if invitation.view == View.REPORT else TOLD
    return line_answer(request, invitation, item_id, told=words[Choice(choice)], focus=True)


@acting
@door.guest
@door.to_sign
def approve_all(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Approve every line that is still undecided."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    ceremonies.approve_all(invitation, by=door.actor(request, invitation))
    if not pages.wants_part(request):
        return redirect(reverse("portal:order", args=[invitation.pk]) + "#lines")
    return pages.show(request, pages.visit(invitation), "portal/lines_answer.html", fresh=True)


def line_answer(
    request: HttpRequest, invitation: Invitation, item_id: UUID, *, told: object = "", **more: Any
) -> HttpResponse:
    """What changed on the page after an act on one line; without script the page itself, at that line."""
    if not pages.wants_part(request):
        return redirect(reverse("portal:order", args=[invitation.pk]) + f"#line-{item_id}")
    visit = pages.visit(invitation)
    line = visit.sheet.line(item_id)
    words = str(told) % {"number": line["number"]} if line and told else ""
    return pages.show(request, visit, "portal/line_answer.html", line=line, told=words, **more)
