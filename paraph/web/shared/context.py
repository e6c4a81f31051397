"""What every template knows without being told."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def page(request: HttpRequest) -> dict[str, Any]:
    """`language` (code), `languages` ([(code, name)]) and `here`, the path to come back to after choosing one."""
    return {
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "here": request.get_full_path(),
        "demo": settings.PARAPH_DEMO,
    }
