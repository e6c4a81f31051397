"""Special instructions and questions, on a line or on the whole order (S3-23, S3-27, S3-31).

Whoever was sent progress or an invoice to read may ask about the order, too, but not about one line of it.
"""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraph.people import limits
from paraph.signoff.errors import Closed, NotThere, OnlyToRead
from paraph.signoff.models import Invitation
from paraph.web.portal import door, order, pages, to_read
from paraph.web.portal.pages import Visit
from paraph.web.shared.acting import acting
from paraph.work import comments
from paraph.work.models import TEXT_CHARS, Item

SENT = _("Your comment is sent.")


class Remark(forms.Form):
    """A comment as submitted."""

    text = forms.CharField(
        max_length=TEXT_CHARS,
        error_messages={
            "required": _("Write something first."),
            "max_length": _(
                "This is too long: at most 4,000 characters. Shorten it, or send it in two parts."
            ),
        },
    )


@acting
@door.guest
@door.to_sign
def on_line(request: HttpRequest, invitation: Invitation, item_id: UUID) -> HttpResponse:
    """Say something about one line."""
    visit = _commenting(request, invitation)
    item = next((one for one in visit.order.lines if one.pk == item_id), None)  # type: ignore[attr-defined]
    if item is None:
        raise NotThere
    form = _say(request, visit, item)
    if not form.is_valid():
        return _refused(request, visit, form, item)
    return order.line_answer(request, invitation, item_id, told=SENT, said=str(item_id))


@acting
@door.guest
def on_order(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Say something about the whole order."""
    visit = _commenting(request, invitation)
    form = _say(request, visit, None)
    if not form.is_valid():
        return _refused(request, visit, form, None)
    if not pages.wants_part(request):
        return redirect(reverse("portal:order", args=[invitation.pk]) + "#comments-order")
    return pages.show(
        request, pages.visit(invitation), "portal/comments_answer.html", said="order", told=SENT
    )


def _commenting(request: HttpRequest, invitation: Invitation) -> Visit:
    visit = pages.visit(invitation)
    if not visit.may_comment:
        raise Closed if visit.is_asked else OnlyToRead
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    return visit


def _say(request: HttpRequest, visit: Visit, item: Item | None) -> Remark:
    form = Remark(request.POST)
    if form.is_valid():
        by = door.actor(request, visit.invitation)
        comments.add(visit.order, item, text=form.cleaned_data["text"], by=by)
    return form


def _refused(request: HttpRequest, visit: Visit, form: Remark, item: Item | None) -> HttpResponse:
    """The page, or its part, with the text kept and the reason beside it."""
    draft = {
        "thread": str(item.pk) if item else "order",
        "text": form["text"].value(),
        "problems": form.errors["text"],
    }
    part = "portal/line_answer.html" if item else "portal/comments_answer.html"
    line = visit.sheet.line(item.pk) if item else None
    if visit.is_to_read and not pages.wants_part(request):
        return to_read.show(request, visit, status=400, draft=draft)
    template = part if pages.wants_part(request) else "portal/order.html"
    return pages.show(request, visit, template, status=400, draft=draft, line=line)
