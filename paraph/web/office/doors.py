"""Who is let in: a signed-in member, with the right the page needs (architecture.md: faces ask `access.require`).

A view behind a door gets the member as its second argument and looks everything up through them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from paraph.automation import notices
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.web.shared import acting, connection, tongue

log = logging.getLogger(__name__)
P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(right: str = "") -> Callable[[StaffView[P]], View[P]]:
    """A page to read."""
    return lambda view: acting.reading(_behind(view, right))


def act(right: str = "") -> Callable[[StaffView[P]], View[P]]:
    """An act: POST only; its consequences follow at once."""
    return lambda view: acting.acting(_behind(view, right))


def form(right: str = "") -> Callable[[StaffView[P]], View[P]]:
    """A form on GET, an act on POST."""
    return lambda view: acting.both(_behind(view, right))


def show(
    request: HttpRequest, member: Member, template: str, *, section: str = "", status: int = 200, **told: Any
) -> HttpResponse:
    """Render a staff page: who reads it, where it stands in the navigation, and how many notices wait."""
    told |= {"member": member, "section": section, "unread": notices.unread(member).count()}
    told["may"] = {right.replace(".", "_"): access.can(member, right) for right in access.RIGHTS}
    return render(request, f"office/{template}", told, status=status)


def actor(request: HttpRequest, member: Member) -> Actor:
    """The member as the record names them, with what the web saw of the connection."""
    return member.actor.seen_from(*connection.seen(request))


def _behind(view: StaffView[P], right: str) -> View[P]:
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        member = access.membership(request.user) if request.user.is_authenticated else None
        if member is None:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if right and not access.can(member, right):
            log.warning("refused: member %s (%s) may not %s", member.pk, member.role, right)
            raise access.Forbidden(right)
        acting.touched(request, member.organisation_id)
        tongue.speak("", zone=member.organisation.time_zone)
        return view(request, member, *args, **kwargs)

    # Not `wraps`: what goes in differs from what the view takes.
    return update_wrapper(guarded, view)
