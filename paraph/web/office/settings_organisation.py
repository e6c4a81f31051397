"""Settings of the organisation, for managers."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people import organisations
from paraph.people.models import Member
from paraph.web.office.doors import actor, form, show
from paraph.web.office.forms.settings import OrganisationForm
from paraph.web.shared import errors
from paraph.web.shared.views import posted


@form("settings.edit")
def organisation(request: HttpRequest, member: Member) -> HttpResponse:
    """Show them, store them. The form says whose they are, so that a switch in another window mixes nothing up."""
    shop = member.organisation
    if request.method == "POST" and request.POST.get("organisation") != str(shop.pk):
        response: HttpResponse = errors.page(request, 409)
        return response
    sheet = OrganisationForm(posted(request), initial=OrganisationForm.start(shop))
    if sheet.is_valid():
        changed = organisations.settle(shop, sheet.wanted, by=member, actor=actor(request, member))
        words = _("The settings are stored.") if changed else _("Nothing was different, so nothing changed.")
        messages.success(request, words)
        return redirect("office:settings")
    told = {"sheet": sheet, "zones": sorted(available_timezones())}
    return show(
        request, member, "settings.html", section="settings", status=400 if sheet.errors else 200, **told
    )
