"""Confirm or change the details the shop leaves to the customer, before anything is frozen (S0-03, S0-26, S0-27)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from paraph.lib.actor import Actor
from paraph.people import limits
from paraph.signoff import confirming
from paraph.signoff.errors import Locked, UnusableFields
from paraph.signoff.models import Confirmation, Invitation
from paraph.web.portal import door, pages, signing
from paraph.web.shared import property_fields
from paraph.web.shared.acting import both
from paraph.web.shared.property_fields import PREFIX, PropertyField


class ConfirmForm(forms.Form):
    """A field for every property this customer may confirm, filled with its value; `invitation` says whose.

    Unbound without `data`. Include `portal/confirm_fields.html` with it as `confirming`.
    """

    use_required_attribute = False

    def __init__(self, invitation: Invitation, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.invitation, self.offered = invitation, confirming.fields(invitation)
        for one in self.offered:
            self.fields[property_fields.name(one.definition)] = PropertyField(
                one.definition, kept=one.value, required=one.definition.required
            )

    def confirm(self, *, by: Actor) -> list[Confirmation] | None:
        """Store what was confirmed; None when something is wrong, which then stands beside its field."""
        if not self.is_valid():
            return None
        said = property_fields.values(self.cleaned_data, [one.definition for one in self.offered])
        try:
            return confirming.confirm(self.invitation, said, by=by)
        except UnusableFields as refusal:
            for problem in refusal.problems:
                self.add_error(f"{PREFIX}{problem.field}", str(problem))
            return None


@both
@door.guest
@door.to_sign
def page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The form; confirmed, it leads to the review, or back to the order while there is nothing to sign yet."""
    if request.method != "POST":
        return _page(request, invitation, ConfirmForm(invitation))
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    form = ConfirmForm(invitation, request.POST)
    try:
        stored = form.confirm(by=door.actor(request, invitation))
    except Locked as refusal:
        return pages.show(request, pages.visit(invitation), status=refusal.status, refusal=str(refusal))
    if stored is None:
        return _page(request, invitation, form, status=400)
    visit = pages.visit(invitation)
    if visit.sheet.is_ready and visit.ways.e_sign:
        return signing.begin(request, invitation)
    return redirect("portal:order", invitation.pk)


def _page(request: HttpRequest, invitation: Invitation, form: ConfirmForm, **told: Any) -> HttpResponse:
    visit = pages.visit(invitation)
    if not visit.to_confirm:
        return redirect("portal:order", invitation.pk)
    return pages.show(request, visit, "portal/confirm.html", confirming=form, **told)
