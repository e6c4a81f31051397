"""The one view every face shares: choosing a language."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from paraph.web.shared import tongue

YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to where the reader was: a path of this site, nothing else."""
    response = HttpResponseRedirect(same_site_path(request.POST.get("next", "")))
    language = request.POST.get("language", "")
    if language in tongue.KNOWN:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR_SECONDS,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None when it is only shown. An empty form that is sent is wrong, not new."""
    return request.POST if request.method == "POST" else None


def same_site_path(wanted: str) -> str:
    """The path and query if they lead nowhere but here, else the front page."""
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return "/"
    parts = urlsplit(wanted)
    return parts.path + (f"?{parts.query}" if parts.query else "")
