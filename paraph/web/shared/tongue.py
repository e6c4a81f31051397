"""In which language and time zone a request is answered. The settings last as long as the request (see `Language`)."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation

KNOWN = dict(settings.LANGUAGES)


def chosen(request: HttpRequest) -> str:
    """The language the reader chose by hand, or ""."""
    found = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return found if found in KNOWN else ""


def accepted(request: HttpRequest) -> str:
    """The best language the browser asks for, else ours."""
    return translation.get_supported_language_variant(translation.get_language_from_request(request))


def speak(language: str, zone: str = "") -> None:
    """Answer the rest of this request in this language and, if given, this zone; unknown ones change nothing."""
    if language in KNOWN:
        translation.activate(language)
    if zone:
        try:
            timezone.activate(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
