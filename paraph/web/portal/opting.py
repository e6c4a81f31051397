"""Not signing electronically, and doing so after all (S4-19, decision 7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people import limits
from paraph.signoff import opting
from paraph.signoff.models import Invitation
from paraph.web.portal import door
from paraph.web.shared.acting import acting


@acting
@door.guest
@door.to_sign
def opt_out(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Close the electronic way; paper stays open."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    opting.opt_out(invitation, by=door.actor(request, invitation))
    messages.success(request, _("You sign on paper. You can change your mind until you signed."))
    return redirect("portal:order", invitation.pk)


@acting
@door.guest
@door.to_sign
def opt_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Open it again."""
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    opting.opt_in(invitation, by=door.actor(request, invitation))
    messages.success(request, _("You can sign electronically again."))
    return redirect("portal:order", invitation.pk)
