"""Signing in and out. Wrong mail address and wrong password look alike (security.md lines 17, 18, 38)."""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from paraph.people import access, limits
from paraph.people.models import User
from paraph.web.office.forms.sign_in import SignInForm
from paraph.web.shared import acting, connection
from paraph.web.shared.views import same_site_path

log = logging.getLogger(__name__)


@sensitive_post_parameters("password")
@acting.both
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page, and the try."""
    onward = same_site_path(request.POST.get("next", request.GET.get("next", "/")))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        user = _recognise(request, **form.cleaned_data)
        if user is not None:
            auth.login(request, user)
            return redirect(onward)
        form.add_error(None, _("Mail address and password do not belong together. Please try again."))
    told = {"form": form, "next": onward, "demo": settings.PARAPH_DEMO}
    return render(request, "office/sign_in.html", told, status=400 if request.method == "POST" else 200)


@acting.acting
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session for good."""
    if request.user.is_authenticated:
        log.info("signed out: user %s from %s", request.user.pk, connection.seen(request)[0])
    auth.logout(request)
    return redirect("office:sign_in")


def _recognise(request: HttpRequest, email: str, password: str) -> User | None:
    """The user who may come in; counted before the try, per address, and per address and account together.

    Counting an account alone would let anybody lock somebody else out.
    """
    address = connection.seen(request)[0]
    account = hashlib.sha256(email.lower().encode()).hexdigest()[:16]
    limits.count(limits.SIGN_IN, address)
    limits.count(limits.SIGN_IN_ACCOUNT, f"{account}:{address}")
    user = auth.authenticate(request, username=email, password=password)
    if not isinstance(user, User) or access.membership(user) is None:
        # What was typed as an address may be a password: only its digest is noted.
        log.warning("sign-in failed: account %s from %s", account, address)
        return None
    log.info("signed in: user %s from %s", user.pk, address)
    return user
