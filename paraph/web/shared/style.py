"""The style sheet inside the customer's pages, so that a first visit on a slow line paints one round trip earlier.

The content policy names its digest, so that no other style in a page is applied (CSP level 3, "hash-source").
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

FILE = Path(__file__).resolve().parent / "static" / "built" / "style.css"


@cache
def text() -> str:
    """The built style sheet; "" where the front end was not built, and pages then link to it in vain."""
    return FILE.read_text(encoding="utf-8") if FILE.exists() else ""


def source() -> str:
    """How the content policy names it: ``'sha256-…'``."""
    return f"'sha256-{b64encode(sha256(text().encode()).digest()).decode()}'"
