"""What an operator says about single sign-on: whose identities are believed, and who may join by them.

Pure: settings.py makes one from the environment. Nobody becomes a member by being known to the provider; a domain or
a group must be named for that, and the role manager is given by a group alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ROLES = ("manager", "dispatcher", "technician", "biller")
LOCAL = {"localhost", "127.0.0.1", "::1"}
PROVIDER = "sso"


class BadSingleSignOn(ValueError):
    """A setting cannot be right; the sentence names it."""


@dataclass(frozen=True)
class SingleSignOn:
    """An OpenID Connect provider. `groups` and `domains` map what it says to a role; the strongest role wins."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "groups"
    groups: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
    organisation: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be unsafe. Raises `BadSingleSignOn`."""
        parts = urlsplit(self.issuer)
        local = parts.hostname in LOCAL
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise BadSingleSignOn("PARAPH_OIDC_ISSUER must be an https address")
        if not (self.client_id and self.client_secret):
            raise BadSingleSignOn(
                "PARAPH_OIDC_ISSUER needs PARAPH_OIDC_CLIENT_ID and PARAPH_OIDC_CLIENT_SECRET"
            )
        if "manager" in self.domains.values():
            raise BadSingleSignOn("PARAPH_OIDC_DOMAINS cannot make managers: name a group for that")

    @property
    def origin(self) -> str:
        """Where the sign-in button leads, for the content policy."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    def role_of_groups(self, claims: Mapping[str, Any]) -> str:
        """The role that the provider's groups stand for, or ""."""
        told = claims.get(self.claim)
        named = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        return strongest(self.groups[one] for one in named if isinstance(one, str) and one in self.groups)

    def role_of_domain(self, email: str) -> str:
        """The role that a verified address stands for, or ""."""
        return self.domains.get(email.rpartition("@")[2].lower(), "")


def strongest(roles: Iterable[str]) -> str:
    """The first of `ROLES` among these, or ""."""
    found = set(roles)
    return next((role for role in ROLES if role in found), "")


def pairs(name: str, text: str) -> dict[str, str]:
    """Read ``field=technician, chiefs=manager``. Raises `BadSingleSignOn`."""
    found = {}
    for one in filter(None, (part.strip() for part in text.split(","))):
        key, _, role = (part.strip() for part in one.rpartition("="))
        if not key or role not in ROLES:
            raise BadSingleSignOn(
                f"{name} has {one!r}; it must look like group=role, with {', '.join(ROLES)}"
            )
        found[key] = role
    return found
