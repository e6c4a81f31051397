"""Pages as images of themselves, drawn once by PDFium: afterwards every reader shows the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pikepdf
import pypdfium2
from PIL import Image, ImageChops

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import pages, photos
from paraph.intake.limits import MAX_PAGES, MAX_SIDE_POINTS

DPI = 200.0  # what offices scan at: 6-point letters stay legible
ALL_PIXELS = (
    240_000_000  # of all redrawn pages: 62 of A4 at 200 dpi; 200 of them get 111 dpi, in about 8 seconds
)


def replace(pdf: pikepdf.Pdf, numbers: Sequence[int] | None, content: bytes) -> None:
    """Put images of these pages (from 0; None: all, into an empty PDF) in their places; raises Refused."""
    if numbers is not None and not numbers:
        return
    with pages.opened(content, forms=True) as document:
        if not len(document):
            raise Refused(Reason.NO_PAGES)
        if len(document) > MAX_PAGES:
            raise Refused(Reason.TOO_MANY_PAGES, str(len(document)))
        chosen = range(len(document)) if numbers is None else numbers
        try:
            sheets = [document[number] for number in chosen]
        except pypdfium2.PdfiumError as problem:
            raise Refused(Reason.DAMAGED, str(problem)) from problem
        dpi = _dpi([sheet.get_size() for sheet in sheets])
        for number, sheet in zip(chosen, sheets, strict=True):
            if numbers is None:
                pdf.add_blank_page()
            image = pages.drawn(sheet, dpi, forms=True)
            photos.fill(pdf, pdf.pages[number], _plain(image), _points(sheet.get_size()))


def _dpi(sizes: Sequence[tuple[float, float]]) -> float:
    inches = sum(width * height for width, height in sizes) / pages.POINTS**2
    return min(DPI, math.sqrt(ALL_PIXELS / max(inches, 0.01)))


def _points(size: tuple[float, float]) -> tuple[float, float]:
    scale = min(1.0, MAX_SIDE_POINTS / max(*size, 1.0))
    return (max(1.0, size[0] * scale), max(1.0, size[1] * scale))


def _plain(image: Image.Image) -> Image.Image:
    """Grey when there is no colour in it."""
    if image.mode != "RGB":
        return image
    red, green, blue = image.split()
    plain = (
        ImageChops.difference(red, green).getbbox() is None
        and ImageChops.difference(red, blue).getbbox() is None
    )
    return red if plain else image
