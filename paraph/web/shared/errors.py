"""Every refusal and failure as a page: exact, kind, translated, without a stack trace (security.md line 36)."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any

from django.contrib import auth, messages
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.people.access import Forbidden
from paraph.people.limits import TooMany
from paraph.signoff.errors import SignOffError
from paraph.web.shared import access_log
from paraph.web.shared.context import page as page_context
from paraph.work.guards import ReportRefused
from paraph.work.orders import StaleOrder

log = logging.getLogger(__name__)
RETRY_SECONDS = 30
# Answers after which what the page shows is no longer true: an htmx request loads it anew.
OUTDATED = frozenset({404, 409, 410})
Refusal = SignOffError | Forbidden | TooMany | StaleOrder | ReportRefused
REFUSALS = (SignOffError, Forbidden, TooMany, StaleOrder, ReportRefused)


@dataclass(frozen=True)
class Words:
    """What an error page says: what it is, what happened, what to do now."""

    title: Any
    sentence: Any
    advice: Any = ""


WORDS = {
    400: Words(
        _("This request could not be read"),
        _("Something in it is missing or spoilt, so nothing was changed."),
        _("Go back, reload the page and try again."),
    ),
    403: Words(
        _("This is not allowed"),
        _("Your role does not include this, or the request came from another site. Nothing was changed."),
        _("Ask a manager if you think it should."),
    ),
    404: Words(
        _("There is nothing here"),
        _("This page does not exist, or is not meant for you."),
        _("If you followed a link in a message, open it again from there: it may have been cut off."),
    ),
    405: Words(
        _("This address is for a button"),
        _("It cannot be opened on its own. Nothing was changed."),
        _("Go back to the page before."),
    ),
    409: Words(
        _("Something changed in the meantime"),
        _("What you saw is no longer what is stored, so nothing was changed."),
        _("Go back and reload the page; then decide again."),
    ),
    410: Words(
        _("This link has ended"),
        _("It has expired or was switched off. What was decided so far is kept."),
    ),
    413: Words(
        _("That is too large"),
        _("More was sent than can be taken at once, so nothing was changed."),
        _("Send less text or a smaller file."),
    ),
    429: Words(
        _("A little too often"),
        _("This was tried many times in a short while, so it is paused. Nothing is lost."),
        _("Wait a moment, then try again."),
    ),
    500: Words(
        _("Something went wrong on our side"),
        _("It was noted, and somebody will look at it. Nothing that was stored before is lost."),
        _(
            "Try again in a minute. If you had just signed, open the page again: it shows whether it was recorded."
        ),
    ),
    503: Words(
        _("Back in a moment"),
        _("The service cannot be reached right now. Nothing is lost."),
        _("Try again in a minute."),
    ),
}
CSRF_WORDS = Words(
    _("Please send that once more"),
    _(
        "The page was open for a long time, or cookies are blocked, so we could not be sure it was you. "
        "Nothing was changed."
    ),
    _("Go back, reload the page and try again. Cookies of this site must be allowed."),
)


def page(
    request: HttpRequest, status: int, sentence: object = "", *, words: Words | None = None, **context: Any
) -> HttpResponse:
    """Return the page for a status; `sentence` says what happened, `ask_again` where to ask for a new link.

    An htmx request gets what it can show: the page anew when it is out of date, else a toast.
    """
    words = words or WORDS.get(status, WORDS[400 if status < 500 else 500])
    sentence = sentence or words.sentence
    if request.headers.get("HX-Request") == "true":
        return _htmx(request, status, sentence)
    filled = {
        "title": words.title,
        "sentence": sentence,
        # A refusal that says its own sentence says what to do, too.
        "advice": words.advice if sentence == words.sentence else "",
        "back": _back(request, status),
        **_common(request),
        **context,
    }
    if "ask_again" in context:
        filled["csrf_token"] = get_token(request)
    return HttpResponse(render_to_string("shared/error.html", filled), status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page for a refusal of the core, and note it (security.md line 38)."""
    why = getattr(refusal, "reason", "") or getattr(refusal, "right", "")
    access_log.refused(request, "refused", f"{type(refusal).__name__} {why}".strip())
    if isinstance(refusal, SignOffError | ReportRefused):
        return page(request, refusal.status, str(refusal))
    if isinstance(refusal, TooMany):
        response = page(request, 429)
        response.headers["Retry-After"] = str(max(1, round(refusal.wait.total_seconds())))
        return response
    if isinstance(refusal, Forbidden):
        return page(request, 403, home="/")
    return page(request, 409)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a missing or stale CSRF token (settings.CSRF_FAILURE_VIEW)."""
    access_log.refused(request, "refused", f"csrf: {reason}")
    return page(request, 403, words=CSRF_WORDS)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a request Django refused to read."""
    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for PermissionDenied."""
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for what is not there; it never repeats the address, which may hold a key.

    Whoever is signed in is shown the way to the start page.
    """
    session = getattr(request, "session", None)
    is_known = session is not None and session.get(auth.SESSION_KEY)
    return page(request, 404, home="/" if is_known else "")


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for a fault of ours; 503 when the database cannot be reached."""
    status = 503 if isinstance(sys.exc_info()[1], OperationalError) else 500
    try:
        response = page(request, status)
    except Exception:  # the page that tells of a fault must not fail itself
        log.exception("the error page could not be made")
        words = WORDS[500]
        response = HttpResponse(
            format_html(
                "<!doctype html><title>{0}</title><h1>{0}</h1><p>{1}</p>", words.title, words.sentence
            ),
            status=status,
        )
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _back(request: HttpRequest, status: int) -> str:
    """The customer's order page, where they go on; "" where there is none, or it is what is not there."""
    found = request.resolver_match
    visit = found.kwargs.get("invitation_id") if found else None
    return reverse("portal:order", args=[visit]) if visit and status not in (404, 410) else ""


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"language": get_language() or "en", "demo": page_context(request)["demo"]}


def _htmx(request: HttpRequest, status: int, sentence: object) -> HttpResponse:
    if status in OUTDATED and hasattr(request, "_messages"):
        # A stranger has no session, and asking for nothing must not make one.
        if request.session.session_key:
            messages.error(request, str(sentence))
        return HttpResponse(status=status, headers={"HX-Refresh": "true"})
    toast = render_to_string("shared/toast.html", {"sentence": sentence})
    return HttpResponse(toast, status=status, headers={"HX-Retarget": "#toasts", "HX-Reswap": "innerHTML"})
