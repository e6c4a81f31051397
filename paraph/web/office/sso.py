"""Single sign-on by OpenID Connect: the way out to the provider and the way back (authorization code with PKCE)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect import views as library
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from requests import RequestException

from paraph.people import limits
from paraph.people.single_sign_on import PROVIDER
from paraph.web.office import adapters
from paraph.web.shared import access_log, acting, connection, signed_in
from paraph.web.shared.views import same_site_path

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def offered(view: View[P]) -> View[P]:
    """A page with the button: its policy lets a form lead to the provider, and no other page's does."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if settings.PARAPH_OIDC is None:
            return view(request, *args, **kwargs)
        widened = csp_update({"form-action": [settings.PARAPH_OIDC.origin]})(view)
        response: HttpResponseBase = widened(request, *args, **kwargs)
        return response

    return wrapped


@acting.acting
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Leave for the provider. Somebody who is signed in already is asked there to prove it anew."""
    _there_is(provider_id)
    limits.count(limits.SIGN_IN, connection.caller(request))
    provider = get_adapter().get_provider(request, PROVIDER)
    onward = same_site_path(request.POST.get("next", "/"))
    again = {"prompt": "login"} if request.user.is_authenticated else {}
    try:
        response: HttpResponseBase = provider.redirect(
            request, process=AuthProcess.LOGIN, next_url=onward, auth_params=again
        )
    except (RequestException, KeyError, ValueError) as problem:
        access_log.refused(request, "sign-in failed", f"single sign-on ({type(problem).__name__})")
        return adapters.failed(request)
    return response


@acting.reading
def arrive(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back with the provider's word for it. The state that `begin` left is used up, so it works once."""
    _there_is(provider_id)
    if not request.session.session_key:
        return redirect("office:sign_in")  # nobody left from here; the library would make a session to say so
    before, place = signed_in.user_of(request), str(request.session.get(signed_in.KEY, ""))
    try:
        response: HttpResponse = library.callback(request, PROVIDER)
    except (KeyError, ValueError, RequestException) as problem:
        access_log.refused(request, "sign-in failed", f"single sign-on ({type(problem).__name__})")
        return adapters.failed(request)
    now = signed_in.user_of(request)
    if before is not None and now is not None and before.pk == now.pk:
        for member in signed_in.memberships(request):
            if str(member.pk) == place:
                signed_in.enter(request, member)
    return response


def _there_is(provider_id: str) -> None:
    if settings.PARAPH_OIDC is None or provider_id != PROVIDER:
        raise Http404
