"""Declining the whole request, with a reason (X-08). What was typed is kept when it is refused."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from paraph.people import limits
from paraph.signoff import ceremonies
from paraph.signoff.errors import Unusable
from paraph.signoff.models import Invitation
from paraph.web.portal import door, pages
from paraph.web.shared.acting import both


class DeclineForm(forms.Form):
    """Why; the verb has the last word on it."""

    reason = forms.CharField(
        label=_("Why do you decline?"),
        help_text=_("A few words that help the shop to make a better offer."),
        max_length=ceremonies.MAX_REASON,
        error_messages={
            "required": _("Say why, in a few words: it helps the shop to make a better offer."),
            "max_length": _("This is too long: at most 4,000 characters."),
        },
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False


@both
@door.guest
@door.to_sign
def decline(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Ask for the reason; then the order page says that it was declined."""
    if request.method != "POST":
        return _page(request, invitation, DeclineForm())
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, invitation, form, status=400)
    try:
        ceremonies.decline(invitation, reason=form.cleaned_data["reason"], by=door.actor(request, invitation))
    except Unusable as problem:
        form.add_error("reason", str(problem))
        return _page(request, invitation, form, status=problem.status)
    return redirect("portal:order", invitation.pk)


def _page(
    request: HttpRequest, invitation: Invitation, form: DeclineForm, *, status: int = 200
) -> HttpResponse:
    visit = pages.visit(invitation)
    if not visit.may_sign:
        return redirect("portal:order", invitation.pk)
    return pages.show(request, visit, "portal/decline.html", status=status, form=form)
