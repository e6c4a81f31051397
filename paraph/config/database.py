"""The database as DATABASE_URL names it: SQLite or PostgreSQL, and nothing else (docs/operate/configuration.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from paraph.lib import environment

SCHEMES = {"sqlite", "postgres", "postgresql"}
# Seconds that a writer waits for its turn, beyond the queue in `lib.sqlite`.
WAITS_SECONDS = 20


def read(folder: Path) -> dict[str, Any]:
    """Django's settings of the database. Raises ImproperlyConfigured, never with the address: a password is in it."""
    url = environment.secret("DATABASE_URL", f"sqlite:///{folder / 'paraph.sqlite3'}")
    try:
        known = urlsplit(url).scheme in SCHEMES
        found: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True) if known else {}
        )
    except ValueError:
        known = False
    if not known or not found.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host/name, or sqlite:///path; a password's "
            "special characters are written as in an address: @ as %40, / as %2F"
        )
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found |= {"ENGINE": "paraph.lib.sqlite", "CONN_HEALTH_CHECKS": False}
        found["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": WAITS_SECONDS}
    return found
