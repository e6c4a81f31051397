"""Choosing the organisation to work for, for who belongs to several."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from paraph.web.shared import access_log, acting, errors, signed_in
from paraph.web.shared.views import same_site_path


@acting.both
def choose(request: HttpRequest) -> HttpResponseBase:
    """The list, and the choice. A membership that is not theirs, or no longer, is not there."""
    found = signed_in.memberships(request)
    if not found:
        return redirect_to_login("/")
    onward = same_site_path(request.POST.get("next", request.GET.get("next", "/")))
    if request.method == "POST":
        wanted = request.POST.get("member", "")
        member = next((one for one in found if str(one.pk) == wanted), None)
        if member is None:
            response: HttpResponse = errors.page(request, 404)
            return response
        signed_in.enter(request, member)
        access_log.came_in(request, "works for", f"member {member.pk}")
        return redirect(onward)
    told = {"memberships": found, "next": onward, "now": signed_in.member_of(request)}
    return render(request, "office/organisations.html", told)
