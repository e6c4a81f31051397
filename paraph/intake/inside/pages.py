"""Draws pages with PDFium, without scripts or forms that act."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

from paraph.intake.errors import Reason, Refused

POINTS = 72.0
MAX_PICTURE = 40_000_000  # pixels of one image of a page: A4 at 600 dpi has 35 million
JPEG_QUALITY = 80
LOADED = (ImageFile, JpegImagePlugin, PngImagePlugin)  # Pillow would load them when they are first needed


@contextmanager
def opened(pdf: bytes, *, forms: bool = False) -> Iterator[pypdfium2.PdfDocument]:
    """The document; raises Refused when PDFium cannot read it."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as problem:
        raise Refused(Reason.DAMAGED, str(problem)) from problem
    try:
        if forms:
            document.init_forms()
        yield document
    finally:
        document.close()


def drawn(
    page: pypdfium2.PdfPage, dpi: float, *, turn: int = 0, grey: bool = False, forms: bool = False
) -> Image.Image:
    """The page in colour or grey, turned clockwise; a page too large for this resolution gets a lower one."""
    width, height = page.get_size()
    scale = min(dpi / POINTS, (MAX_PICTURE / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(
        scale=scale, rotation=turn % 360, grayscale=grey, may_draw_forms=forms, draw_annots=forms
    )
    image: Image.Image = bitmap.to_pil()
    return image if image.mode in {"L", "RGB"} else image.convert("RGB")


def encoded(image: Image.Image, form: str) -> bytes:
    """The bytes of an image."""
    file = io.BytesIO()
    if form == "png":
        image.save(file, "PNG", compress_level=1)
    else:
        image.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def pictures(pdf: bytes, dpi: float, pages: list[int] | None, turn: int, form: str) -> list[dict[str, Any]]:
    """Images of these pages."""
    told = []
    with opened(pdf) as document:
        for number in range(len(document)) if pages is None else pages:
            image = drawn(document[number], dpi, turn=turn)
            size = {"page": number, "width": image.width, "height": image.height}
            told.append({**size, "content": encoded(image, form)})
    return told
