"""Proving once more that it is you, before something about your sign-in changes (issue 3; ASVS 7.5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from paraph.people import factors, limits, passkeys
from paraph.people.models import Member
from paraph.web.office import sign_in, sso
from paraph.web.office.doors import act, form, show
from paraph.web.office.forms.sign_in import CodeForm, SignInForm
from paraph.web.shared import access_log, connection, signed_in
from paraph.web.shared.views import same_site_path

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]


def lately(view: StaffView[P]) -> StaffView[P]:
    """A view for who proved themselves in the last ten minutes; others do so first and come back."""

    def guarded(
        request: HttpRequest, member: Member, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if signed_in.is_fresh(request):
            return view(request, member, *args, **kwargs)
        onward = request.get_full_path() if request.method == "GET" else reverse("office:account")
        return redirect(reverse("office:confirm") + "?" + urlencode({"next": onward}))

    return update_wrapper(guarded, view)


@sensitive_post_parameters("password")
@sso.offered
@form(early=True)
def confirm(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask for a factor, for who has one; else for the password; else for single sign-on."""
    onward = same_site_path(request.POST.get("next", request.GET.get("next", "/")))
    kinds = factors.kinds([member.user_id]).get(member.user_id, set())
    problem = ""
    if request.method == "POST":
        method = _proved(request, member, bool(kinds))
        if method:
            signed_in.note(request, member.user, method)
            request.session.cycle_key()
            access_log.came_in(request, "confirmed", f"user {member.user_id}")
            return redirect(onward)
        access_log.refused(request, "confirmation failed", f"user {member.user_id}")
        problem = _("That was not right. Please try again.")
    told: dict[str, Any] = {
        "next": onward,
        "app": factors.Kind.TOTP in kinds,
        "passkey": factors.Kind.WEBAUTHN in kinds,
        "password": not kinds and member.user.has_usable_password(),
        "sso": settings.PARAPH_OIDC,
        "sso_url": reverse("openid_connect_login", args=["sso"]),
        "code": CodeForm()["code"],
        "secret": SignInForm()["password"],
        "problems": [problem] if problem else [],
    }
    return show(request, member, "confirm.html", status=400 if problem else 200, **told)


@act(early=True)
def passkey_options(request: HttpRequest, member: Member) -> HttpResponse:
    """What the browser needs to ask for one of this member's passkeys."""
    limits.count(limits.SIGN_IN, connection.caller(request))
    options, state = passkeys.begin_asking(member.user)
    request.session[sign_in.STATE] = state
    return sign_in.told_to_script(options)


def _proved(request: HttpRequest, member: Member, has_factor: bool) -> str:
    """How it was proved: mfa, password, or "" when it was not. A password is no proof for who has more than that."""
    address = connection.caller(request)
    if "credential" in request.POST:
        return "mfa" if sign_in.answered(request, member.user) else ""
    if has_factor:
        return "mfa" if factors.judge(member.user, request.POST.get("code", ""), address=address) else ""
    limits.count(limits.SIGN_IN_ACCOUNT, f"{member.user_id}:{address}")
    typed = request.POST.get("password", "")
    return "password" if typed and member.user.check_password(typed) else ""
