"""What just happened, kept in a cookie of this site alone until the next page shows it (security.md line 12)."""

from __future__ import annotations

from django.contrib.messages.storage.cookie import CookieStorage


class HostCookie(CookieStorage):
    """Django's own store under a name that browsers bind to this host; settings.SESSION_COOKIE_* say the rest."""

    cookie_name = "__Host-messages"
