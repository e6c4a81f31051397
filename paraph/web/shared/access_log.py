"""Who came in, who did not, and what was refused: one line each, with its moment in UTC (security.md line 38).

Its logger is `paraph.access`, so that an operator can send it elsewhere. No line holds a password, a code, a link's
key or a typed mail address.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest

from paraph.lib import clock
from paraph.web.shared import connection

log = logging.getLogger("paraph.access")


def came_in(request: HttpRequest, event: str, subject: object) -> None:
    """Something that succeeded: ``signed in: user 5e… from 192.0.2.7 at 2026-11-21T20:38:36.123456Z``."""
    log.info("%s: %s from %s at %s", event, subject, *_where(request))


def refused(request: HttpRequest, event: str, subject: object) -> None:
    """Something that failed or was not allowed, in the same form."""
    log.warning("%s: %s from %s at %s", event, subject, *_where(request))


def _where(request: HttpRequest) -> tuple[str, str]:
    return connection.seen(request)[0] or "an unknown address", clock.iso(clock.now())
