"""Pages as pictures that a browser may show: re-encoded, turned, no larger than asked for, and unable to run (line 24).

The secret: what a page's picture weighs and in which format it travels. Only pictures that `intake` made come here,
never the bytes of somebody's file.
"""

from __future__ import annotations

import io

from django.http import HttpResponse
from PIL import Image

JPEG = "image/jpeg"
# The longer side in pixels: a card on the upload page at twice its size; a page to read, at 150 dots an inch.
SMALL, LARGE = 640, 1800
QUALITY = 80


def shown(picture: bytes, *, rotation: int = 0, most: int = SMALL) -> bytes:
    """A JPEG of a page, turned clockwise by 0, 90, 180 or 270 degrees; `most` is its longer side in pixels."""
    with Image.open(io.BytesIO(picture)) as image:
        image.draft("RGB", (most, most))
        small = image.convert("RGB")
    small.thumbnail((most, most), Image.Resampling.LANCZOS)
    if rotation:
        small = small.rotate(-rotation, expand=True)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, progressive=True)
    return out.getvalue()


def size(width: int, height: int, rotation: int = 0) -> tuple[int, int]:
    """Width and height of a page as it is shown, so that nothing jumps while it loads."""
    return (height, width) if rotation % 180 else (width, height)


def answer(jpeg: bytes) -> HttpResponse:
    """The picture, for an <img> of our own pages and for a tab of its own."""
    return HttpResponse(
        jpeg,
        content_type=JPEG,
        headers={
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
