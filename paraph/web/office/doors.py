"""Who is let in: a signed-in member, with the right the page needs (architecture.md: faces ask `access.require`).

A view behind a door gets the member as its second argument and looks everything up through them. A door leads somebody
who belongs to several organisations to choose one, and somebody who owes a second factor to set one up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from paraph.automation import notices
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.web.shared import access_log, acting, connection, signed_in, tongue

MOST_UNREAD = 100  # counted up to here: "99+" says enough, on every page
P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(right: str = "", *, early: bool = False) -> Callable[[StaffView[P]], View[P]]:
    """A page to read. `early`: also before a second factor that the organisation asks for."""
    return lambda view: acting.reading(_behind(view, right, early=early))


def act(right: str = "", *, early: bool = False) -> Callable[[StaffView[P]], View[P]]:
    """An act: POST only; its consequences follow at once."""
    return lambda view: acting.acting(_behind(view, right, early=early))


def form(right: str = "", *, early: bool = False) -> Callable[[StaffView[P]], View[P]]:
    """A form on GET, an act on POST."""
    return lambda view: acting.both(_behind(view, right, early=early))


def show(
    request: HttpRequest, member: Member, template: str, *, section: str = "", status: int = 200, **told: Any
) -> HttpResponse:
    """Render a staff page: who reads it, where it stands in the navigation, and how many notices wait."""
    told |= {"member": member, "section": section, "unread": notices.unread(member)[:MOST_UNREAD].count()}
    told["places"] = [one for one in signed_in.memberships(request) if one.pk != member.pk]
    told["may"] = {right.replace(".", "_"): access.can(member, right) for right in access.RIGHTS}
    return render(request, f"office/{template}", told, status=status)


def actor(request: HttpRequest, member: Member) -> Actor:
    """The member as the record names them, with what the web saw of the connection."""
    return member.actor.seen_from(*connection.seen(request))


def _behind(view: StaffView[P], right: str, *, early: bool) -> View[P]:
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        member = signed_in.member_of(request)
        if member is None:
            return _turn_away(request)
        signed_in.in_use(request, member.user)
        if not early and signed_in.owes_factor(request, member):
            return redirect("office:factors")
        if right and not access.can(member, right):
            access_log.refused(request, "refused", f"member {member.pk} ({member.role}) may not {right}")
            raise access.Forbidden(right)
        acting.touched(request, member.organisation_id)
        tongue.speak("", zone=member.organisation.time_zone)
        return view(request, member, *args, **kwargs)

    # Not `wraps`: what goes in differs from what the view takes.
    return update_wrapper(guarded, view)


def _turn_away(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page, or to the choice of an organisation."""
    onward = request.get_full_path() if request.method == "GET" else "/"
    if signed_in.memberships(request):
        return redirect(reverse("office:organisations") + "?" + urlencode({"next": onward}))
    where = request.resolver_match.view_name if request.resolver_match else ""
    access_log.refused(request, "refused", f"nobody is signed in for {where}")
    return redirect_to_login(onward)
