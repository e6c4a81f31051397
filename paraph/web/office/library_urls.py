"""Addresses that django-allauth looks up by its own names; included by config at the root, without a namespace."""

from __future__ import annotations

from django.urls import path

from paraph.web.office import settings_account, sign_in, sso

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    # Its middleware looks this name up at each 404; a name that is missing costs it a millisecond every time.
    path("account/", settings_account.account, name="account_email"),
    path("sign-in/second/", sign_in.second_step, name="mfa_authenticate"),
    path("sign-in/<slug:provider_id>/start/", sso.begin, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/callback/", sso.arrive, name="openid_connect_callback"),
]
