"""Signing in and out. Wrong mail address and wrong password look alike (security.md lines 17, 18, 38)."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from paraph.people import access, factors, limits, passkeys
from paraph.people.models import User
from paraph.web.office import sso
from paraph.web.office.forms.sign_in import CodeForm, SignInForm
from paraph.web.shared import access_log, acting, connection, signed_in
from paraph.web.shared.views import posted, same_site_path

STATE = "passkey_state"


@sensitive_post_parameters("password")
@sso.offered
@acting.both
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page, and the try."""
    onward = _onward(request)
    form = SignInForm(posted(request))
    if form.is_valid():
        user = _recognise(request, **form.cleaned_data)
        if user is not None:
            return _let_in(request, user, "password", onward)
        form.add_error(None, _("Mail address and password do not belong together. Please try again."))
    return _page(request, form, onward, 400 if request.method == "POST" else 200)


@acting.acting
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for a passkey: at sign-in anybody's, at the second step this person's."""
    limits.count(limits.SIGN_IN, connection.caller(request))
    stage = _stage(request)
    options, state = passkeys.begin_asking(_pending(stage))
    request.session[STATE] = state
    return told_to_script(options)


@acting.acting
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: it is something one has and something one is or knows."""
    limits.count(limits.SIGN_IN, connection.caller(request))
    found = answered(request)
    if found is None or not access.memberships(found.user):
        access_log.refused(request, "sign-in failed", "passkey")
        form = SignInForm()
        problem = _("This passkey opens nothing here. Sign in another way, or try again.")
        return _page(request, form, _onward(request), 400, problems=[problem])
    found.record_usage()
    return _let_in(request, found.user, "mfa", _onward(request), type=found.type, passwordless=True)


@acting.both
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password: a code, a recovery code, or a passkey."""
    stage = _stage(request)
    user = _pending(stage)
    if stage is None or user is None:
        return redirect("office:sign_in")
    form = CodeForm(posted(request))
    if request.method == "POST":
        try:
            found = _second(request, user, form)
        except limits.TooMany:
            clear_login(request)  # the password is asked for again as well
            raise
        if found is not None:
            found.record_usage()
            signed_in.note(request, user, "mfa", type=found.type)
            response: HttpResponse = stage.exit()
            return response
        access_log.refused(request, "second factor failed", f"user {user.pk}")
        form.add_error("code", _("This code is wrong, too old, or was used already."))
    kinds = factors.kinds([user.pk]).get(user.pk, set())
    told = {"form": form, "app": factors.Kind.TOTP in kinds, "passkey": factors.Kind.WEBAUTHN in kinds}
    return render(request, "office/second_step.html", told, status=400 if form.errors else 200)


@acting.acting
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session for good."""
    if request.user.is_authenticated:
        access_log.came_in(request, "signed out", f"user {request.user.pk}")
    auth.logout(request)
    return redirect("office:sign_in")


def told_to_script(options: dict[str, Any]) -> HttpResponse:
    """Options for the browser's own function, as JSON that can do nothing where somebody opens it by hand."""
    return JsonResponse(options, headers={"Content-Security-Policy": "default-src 'none'; sandbox"})


def answered(request: HttpRequest, user: User | None = None) -> Authenticator | None:
    """The passkey that answered the question this session asked; a question is asked once."""
    state = request.session.pop(STATE, None)
    if not isinstance(state, dict):
        return None
    try:
        return passkeys.asked(state, request.POST.get("credential", ""), user=user)
    except passkeys.BadPasskey:
        return None


def _second(request: HttpRequest, user: User, form: CodeForm) -> Authenticator | None:
    if "credential" in request.POST:
        return answered(request, user)
    if not form.is_valid():
        return None
    return factors.judge(user, form.cleaned_data["code"], address=connection.caller(request))


def _let_in(request: HttpRequest, user: User, method: str, onward: str, **more: Any) -> HttpResponse:
    """Begin a sign-in; django-allauth asks for the second factor where there is one."""
    if request.user.is_authenticated:
        auth.logout(request)
    signed_in.note(request, user, method, **more)
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=onward))
    return response


def _stage(request: HttpRequest) -> Any:
    """The sign-in of this session that waits for its second step."""
    return LoginStageController.enter(request, AuthenticateStage.key)


def _pending(stage: Any) -> User | None:
    user = stage.login.user if stage is not None else None
    return user if isinstance(user, User) and access.memberships(user) else None


def _recognise(request: HttpRequest, email: str, password: str) -> User | None:
    """The user who may come in; counted before the try, per address, and per address and account together.

    Counting an account alone would let anybody lock somebody else out.
    """
    address = connection.caller(request)
    account = hashlib.sha256(email.lower().encode()).hexdigest()[:16]
    limits.count(limits.SIGN_IN, address)
    limits.count(limits.SIGN_IN_ACCOUNT, f"{account}:{address}")
    user = auth.authenticate(request, username=email, password=password)
    if not isinstance(user, User) or not access.memberships(user):
        # What was typed as an address may be a password: only its digest is noted.
        access_log.refused(request, "sign-in failed", f"account {account}")
        return None
    return user


def _onward(request: HttpRequest) -> str:
    return same_site_path(request.POST.get("next", request.GET.get("next", "/")))


def _page(request: HttpRequest, form: SignInForm, onward: str, status: int, **more: Any) -> HttpResponse:
    told = {"form": form, "next": onward, "demo": settings.PARAPH_DEMO, "sso": settings.PARAPH_OIDC, **more}
    told["sso_url"] = reverse("openid_connect_login", args=["sso"])
    return render(request, "office/sign_in.html", told, status=status)
