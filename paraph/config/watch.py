"""Each request seen from outside: its id, one line in the log, one count and its time for the metrics.

The line names the route, never the path: addresses hold ids and keys (security.md line 7). It costs some microseconds
and no query.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from paraph.config import probes
from paraph.config.logging import REQUEST
from paraph.operate import traffic
from paraph.web.shared import connection

logger = logging.getLogger("paraph.requests")

HEADER = "X-Request-Id"
ID_BYTES = 12
# What a proxy may call a request: no spaces, no words to break a log with.
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Routes that no pattern matched, and files, which WhiteNoise answers.
UNKNOWN, FILES = "unknown", "files"


class Watch:
    """The outermost but for `Forwarded`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and tell."""
        began = time.perf_counter()
        name = request_id(request)
        # Until this thread's next request: what Django itself says about this one comes after us.
        REQUEST.set(name)
        response = self.get_response(request)
        response.headers[HEADER] = name
        _tell(request, response, time.perf_counter() - began)
        return response


def request_id(request: HttpRequest) -> str:
    """The id a configured proxy gave this request, else one of our own."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if given and GIVEN.fullmatch(given) and connection.from_proxy(request):
        return str(given)
    return os.urandom(ID_BYTES).hex()


def route(request: HttpRequest) -> str:
    """The name of the route, with its namespace."""
    if request.path_info in probes.PROBES:
        return probes.PROBES[request.path_info].__name__
    match = request.resolver_match
    if match is not None:
        return match.view_name
    return FILES if request.path_info.startswith("/static/") else UNKNOWN


def actor_kind(request: HttpRequest) -> str:
    """Who asked, as far as this request had to find out: member, contact (by an invitation), or client."""
    user = request.__dict__.get("_cached_user")
    if user is not None and user.is_authenticated:
        return "member"
    match = request.resolver_match
    # A GET of a link may be a mail scanner's (security.md); behind the door a session was let in.
    if match is not None and "invitation_id" in match.kwargs and getattr(request, "touched_logs", None):
        return "contact"
    return "client"


def _tell(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    name, status, method = route(request), response.status_code, _method(request)
    traffic.count(name, method, status, seconds)
    level = logging.DEBUG if request.path_info in probes.PROBES and status < 400 else logging.INFO
    if not logger.isEnabledFor(level):
        return
    told = {
        "method": method,
        "route": name,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": None if response.streaming else len(getattr(response, "content", b"")),
        "actor": actor_kind(request),
    }
    size = "-" if told["bytes"] is None else told["bytes"]
    logger.log(
        level,
        "%s %s %s %.1f ms %s B %s",
        method, name, status, told["ms"], size, told["actor"],
        extra={"told": told},
    )  # fmt: skip


def _method(request: HttpRequest) -> str:
    """A client can call its method anything."""
    return request.method if request.method in traffic.METHODS else "other"
