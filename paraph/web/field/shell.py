"""The shell: one page, one worker, one manifest, the same for everybody, so that a phone can keep them (S1-35).

The secret: its version is made of the contents of all its files. A phone takes a new one whole or not at all, and
nothing in it says who works here or for whom.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from paraph.web.shared import acting, style

BUILT = style.FILE.parent
FILES = ("style.css", "field.css", "field.js", "field-192.png")
WORKER = "field-worker.js"
# As any answer that is no page; a worker is not started in a box that lets no script run (CSP level 3, 6.3.3).
WORKER_POLICY = "sandbox allow-scripts allow-same-origin; default-src 'none'; connect-src 'self'"
CLOSED = {"Content-Security-Policy": "sandbox; default-src 'none'"}
# The ink and the paper of style.css.
INK, PAPER = "#1f3f8c", "#fbfaf6"


@acting.reading
def shell(request: HttpRequest) -> HttpResponse:
    """The page; the app inside it finds out who works here."""
    return HttpResponse(page())


@acting.reading
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, which keeps the shell."""
    told = json.dumps({"version": version(), "files": [reverse("field:shell"), *addresses()]})
    text = f"const PARAPH={told};\n{_read(WORKER)}"
    headers = {"Content-Security-Policy": WORKER_POLICY}
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=headers)


@acting.reading
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes it an app on the home screen (W3C Web Application Manifest)."""
    at = reverse("field:shell")
    told = {
        "id": at,
        "start_url": at,
        "scope": at,
        "name": "Paraph",
        "short_name": "Paraph",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": INK,
        "icons": [
            _icon("field-192.png", 192, "any"),
            _icon("field-512.png", 512, "any"),
            _icon("field-maskable-512.png", 512, "maskable"),
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json", headers=CLOSED)


def page() -> str:
    """The shell's HTML, with its texts in every language."""
    # What a language is in has no say: it is rendered without a reader.
    with translation.override(settings.LANGUAGE_CODE):
        return _page()


@cache
def _page() -> str:
    return render_to_string("field/shell.html", {"languages": settings.LANGUAGES})


def addresses() -> list[str]:
    """Where the shell's files are."""
    return [staticfiles_storage.url(f"built/{name}") for name in FILES]


@cache
def version() -> str:
    """Another one as soon as one byte of the shell is another one."""
    parts = [page().encode(), *((BUILT / name).read_bytes() for name in (*FILES, WORKER) if _is_built(name))]
    return sha256(b"".join(sha256(one).digest() for one in parts)).hexdigest()[:16]


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": staticfiles_storage.url(f"built/{name}"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@cache
def _read(name: str) -> str:
    return (BUILT / name).read_text(encoding="utf-8") if _is_built(name) else ""


def _is_built(name: str) -> bool:
    path: Path = BUILT / name
    return path.exists()
