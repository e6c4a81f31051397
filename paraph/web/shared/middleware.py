"""What holds for every answer: headers, language, and that no other site posts here (security.md lines 6 and 23)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from paraph.web.shared import connection, errors, tongue

Answer = Callable[[HttpRequest], HttpResponse]

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What single pages may beyond that: the field app asks where the phone is (S1-12), and so may a view that says it does.
ASKING = HEADERS["Permissions-Policy"].replace("geolocation=()", "geolocation=(self)")
ASKING_AT = frozenset({"/field/"})
TWO_YEARS_SECONDS = 2 * 365 * 24 * 3600
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Forwarded:
    """What a proxy says about the scheme is believed from a configured proxy alone (security.md line 34).

    Only the exact word counts: a list could have been begun by the client.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the scheme where every later `request.is_secure` reads it."""
        if request.META.get("HTTP_X_FORWARDED_PROTO") == "https" and connection.from_proxy(request):
            request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


class SecurityHeaders:
    """Outside of all that can answer: its headers stand on every answer, files and errors included."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the headers last, over whatever a view said."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if request.path_info in ASKING_AT or getattr(response, "asks_position", False):
            response.headers["Permissions-Policy"] = ASKING
        if settings.PARAPH_ORIGIN.startswith("https:"):
            response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS_SECONDS}"
        if not (request.path_info.startswith(settings.STATIC_URL) and response.status_code < 400):
            response.headers["Cache-Control"] = "no-store"
        return response


class Language:
    """Chosen by hand (cookie), else the signed-in member's, else what the browser asks for; gone after the request.

    A face that knows better, as the portal does from the invitation, calls `tongue.speak`.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside a language and a zone that both end with the request."""
        with (
            translation.override(tongue.chosen(request) or tongue.accepted(request)),
            timezone.override(None),
        ):
            response = self.get_response(request)
            response.headers.setdefault(
                "Content-Language", translation.get_language() or settings.LANGUAGE_CODE
            )
        return response

    def process_view(self, request: HttpRequest, *_args: object) -> None:
        """Runs after the session and the user are known."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and not tongue.chosen(request):
            tongue.speak(user.language)


class SameOrigin:
    """A change asked for by another site is refused before anything reads it; the CSRF token comes on top."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse before any view or the CSRF check sees it."""
        if request.method not in SAFE and not self.is_ours(request):
            return errors.page(request, 403)
        return self.get_response(request)

    def is_ours(self, request: HttpRequest) -> bool:
        """Whether the browser says that one of our own pages asks; a program that says nothing passes."""
        site = request.headers.get("Sec-Fetch-Site", "")
        origin = request.headers.get("Origin", "")
        if site not in {"", "none", "same-origin"}:
            return False
        own = f"{request.scheme}://{request.get_host()}"
        if origin == "null" and site == "same-origin":
            # Our Referrer-Policy makes browsers blank the Origin of form posts (Fetch, "append a request Origin
            # header"). Sec-Fetch-Site cannot be set by a page, so the CSRF check may read what it stands for.
            request.META["HTTP_ORIGIN"] = own
            return True
        return origin in {"", own, settings.PARAPH_ORIGIN}
