"""*Phones*: which phones of which members seal signatures, and switching one off (S1-27, security.md line 41)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people import devices
from paraph.people.models import Member
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, page, show
from paraph.web.shared import access_log


@page("member.edit")
def device_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All of them, those in use first; and whether something of theirs is not filed yet."""
    return show(request, member, "devices.html", section="devices", phones=reach.devices(member))


@act("member.edit")
def rename(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Call a phone something else."""
    found = devices.rename(
        reach.device(member, pk), request.POST.get("name", ""), by=member, actor=actor(request, member)
    )
    messages.success(request, _("The phone is called %(name)s now.") % {"name": found.name})
    return redirect("office:devices")


@act("member.edit")
def revoke(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Let a phone in no more: it is told at its next contact, and forgets all but what it did not send."""
    found = devices.revoke(reach.device(member, pk), by=member, actor=actor(request, member))
    access_log.came_in(request, "phone switched off", f"device {found.pk} by member {member.pk}")
    messages.success(
        request,
        _("%(name)s is switched off. What it still sends waits for a manager.") % {"name": found.name},
    )
    return redirect("office:devices")
