"""Single sign-on as the environment says it (docs/operate/sign-in.md)."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from paraph.lib import environment
from paraph.people.single_sign_on import PROVIDER, BadSingleSignOn, SingleSignOn, pairs


def read() -> SingleSignOn | None:
    """The provider, or None when no issuer is named. Raises ImproperlyConfigured."""
    issuer = os.environ.get("PARAPH_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    try:
        return SingleSignOn(
            name=os.environ.get("PARAPH_OIDC_NAME", "") or "Single sign-on",
            issuer=issuer,
            client_id=os.environ.get("PARAPH_OIDC_CLIENT_ID", ""),
            client_secret=environment.secret("PARAPH_OIDC_CLIENT_SECRET"),
            claim=os.environ.get("PARAPH_OIDC_GROUPS_CLAIM", "") or "groups",
            groups=pairs("PARAPH_OIDC_GROUPS", os.environ.get("PARAPH_OIDC_GROUPS", "")),
            domains=_lower(pairs("PARAPH_OIDC_DOMAINS", os.environ.get("PARAPH_OIDC_DOMAINS", ""))),
            organisation=os.environ.get("PARAPH_OIDC_ORGANISATION", ""),
        )
    except BadSingleSignOn as problem:
        raise ImproperlyConfigured(str(problem)) from problem


def providers(found: SingleSignOn | None) -> dict[str, Any]:
    """The same for django-allauth (SOCIALACCOUNT_PROVIDERS)."""
    if found is None:
        return {}
    app = {
        "provider_id": PROVIDER,
        "name": found.name,
        "client_id": found.client_id,
        "secret": found.client_secret,
        "settings": {"server_url": found.issuer},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def _lower(found: dict[str, str]) -> dict[str, str]:
    return {key.lower(): role for key, role in found.items()}
