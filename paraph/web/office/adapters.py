"""What django-allauth asks of us: words, mails, who may come in. It sends nothing and says nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from paraph.people import access, arrivals
from paraph.people.models import User
from paraph.web.shared import access_log, signed_in


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in (settings.ACCOUNT_ADAPTER)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody lets themselves in."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse | None:
        """The last look before a session is opened, whatever way led here."""
        if not access.memberships(user):
            raise ImmediateHttpResponse(no_entrance(request, user.email))
        response: HttpResponse | None = super().pre_login(request, user, **told)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Open the session, under a new id (security.md line 11)."""
        super().login(request, user)
        signed_in.arrive(request, user)
        access_log.came_in(request, "signed in", f"user {user.pk}")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """As if nobody had let them in."""
        return no_entrance(request, user.email)

    def add_message(self, *args: Any, **told: Any) -> None:
        """Our pages say what happened."""

    def send_mail(self, *args: Any, **told: Any) -> None:
        """Letters go through the outbox (people.passwords)."""

    def send_notification_mail(self, *args: Any, **told: Any) -> None:
        """As above."""


class Social(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on (settings.SOCIALACCOUNT_ADAPTER)."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Who may join is decided before the library asks."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let in whom `arrivals.admit` admits, tell the others kindly, and keep nothing the provider said."""
        claims = _claims(sociallogin.account.extra_data)
        sociallogin.account.extra_data = {}
        if sociallogin.account.pk:
            sociallogin.account.save(update_fields=["extra_data"])
        known = sociallogin.user if sociallogin.account.pk else None
        provider = settings.PARAPH_OIDC
        user = arrivals.admit(known, claims, provider) if claims and provider else None
        if user is None:
            raise ImmediateHttpResponse(no_entrance(request, str(claims.get("email") or "")))
        sociallogin.user = user
        if not sociallogin.account.pk:
            sociallogin.connect(request, user)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, **told: Any
    ) -> None:
        """The provider said no, or said nothing."""
        access_log.refused(request, "sign-in failed", f"single sign-on ({error or type(exception).__name__})")
        raise ImmediateHttpResponse(failed(request))

    def get_requests_session(self) -> requests.Session:
        """Asks the provider with a time limit, and follows no redirect (security.md line 32)."""
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session


def no_entrance(request: HttpRequest, email: str) -> HttpResponse:
    """Somebody proved who they are, and nobody has let them in yet."""
    access_log.refused(request, "sign-in failed", "no membership")
    told = {
        "title": _("Nobody has let you in yet"),
        "sentence": _("You are known as %(email)s, but no organisation here works with that address.")
        % {"email": email or "…"},
        "advice": _("Ask a manager of yours to invite exactly this address; then come back."),
    }
    return render(request, "office/turned_away.html", told, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Single sign-on did not work out; nothing happened."""
    name = settings.PARAPH_OIDC.name if settings.PARAPH_OIDC else ""
    told = {
        "title": _("That did not work"),
        "sentence": _("%(name)s did not confirm who you are. Nothing was changed.") % {"name": name},
        "advice": _("Try again. If it stays like this, tell whoever looks after your sign-in."),
    }
    return render(request, "office/turned_away.html", told, status=403)


def _claims(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider says, from the ID token and the user info; nothing when the two name different people.

    OpenID Connect Core 1.0, section 5.3.2: user info of another subject must not be used.
    """
    token, more = told.get("id_token") or {}, told.get("userinfo") or {}
    if token and more and token.get("sub") != more.get("sub"):
        return {}
    return {**token, **more}
