"""What a manager does with requests and links that are out: remind, extend, renew, revoke, withdraw."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.people import limits
from paraph.people.models import Member
from paraph.signoff import invitations, keys, requests
from paraph.signoff.errors import SignOffError
from paraph.signoff.facts import until
from paraph.web.office import reach
from paraph.web.office.doors import act, actor
from paraph.web.office.forms.extension import ExtensionForm


@act("order.email")
def renew(request: HttpRequest, member: Member, pk: UUID, invitation: UUID) -> HttpResponse:
    """Mail a new link; the earlier one stops working."""
    found = reach.invitation(member, pk, invitation)
    limits.count(limits.MAIL, str(member.organisation_id))
    try:
        invitations.renew(found, by=member, actor=actor(request, member))
    except SignOffError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("A new link is on its way to %(name)s.") % {"name": found.party.contact.name}
        )
    return redirect(_back(pk))


@act("order.email")
def remind(request: HttpRequest, member: Member, pk: UUID, invitation: UUID) -> HttpResponse:
    """Mail the customer once more; nothing restarts (X-08)."""
    found = reach.invitation(member, pk, invitation)
    limits.count(limits.MAIL, str(member.organisation_id))
    try:
        invitations.remind(found, by=member, actor=actor(request, member))
    except SignOffError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("A reminder is on its way to %(name)s.") % {"name": found.party.contact.name}
        )
    return redirect(_back(pk))


@act("order.email")
def extend(request: HttpRequest, member: Member, pk: UUID, invitation: UUID) -> HttpResponse:
    """Let the same link live longer, by what was chosen, or without an end date (X-08)."""
    found = reach.invitation(member, pk, invitation)
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors["hours"]))
        return redirect(_back(pk))
    try:
        longer = invitations.extend(found, hours=form.hours_more, by=member, actor=actor(request, member))
    except SignOffError as refusal:
        messages.error(request, str(refusal))
    else:
        end = until(keys.iso(longer.expires_at))
        messages.success(
            request, _("The link of %(name)s: %(end)s.") % {"name": found.party.contact.name, "end": end}
        )
    return redirect(_back(pk))


@act("order.email")
def revoke(request: HttpRequest, member: Member, pk: UUID, invitation: UUID) -> HttpResponse:
    """Switch a link off, at once."""
    found = reach.invitation(member, pk, invitation)
    invitations.revoke(found, by=member, actor=actor(request, member))
    messages.success(request, _("The link of %(name)s no longer works.") % {"name": found.party.contact.name})
    return redirect(_back(pk))


@act("order.email")
def withdraw(request: HttpRequest, member: Member, pk: UUID, signoff: UUID) -> HttpResponse:
    """Take a request back."""
    found = reach.signoff(member, pk, signoff)
    try:
        requests.withdraw(found, by=actor(request, member))
    except SignOffError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn. What was decided stays in the timeline."))
    return redirect(_back(pk))


def _back(pk: UUID) -> str:
    return reverse("office:order", args=[pk]) + "#people"
