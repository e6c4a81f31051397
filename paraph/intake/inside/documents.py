"""Cleans a PDF: its pages stay, drawn as they are seen; whatever acts, hides or tells is left behind.

Four ways, from the best to the last: a page stays as it is drawn; a page that readers would draw differently is drawn
by PDFium and kept as an image; of a file that only PDFium can read, all pages are; of a file whose table of pages is
lost, the pages that can be found are taken, and a note says that others may be missing.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import binding, overlay, redraw, rescue
from paraph.intake.inside.census import census
from paraph.intake.inside.graph import Walk, read
from paraph.intake.limits import MAX_CONTENT, MAX_OBJECTS, MAX_PAGES, MAX_SIDE_POINTS

PAGE_KEYS = {"/Type", "/Parent", "/Resources", "/MediaBox", "/Rotate", "/Contents", "/Group"}
# qpdf looks for its source of random numbers when it first needs it, which is to open a file locked with AES-256: too
# late for a child that may open none.
pikepdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="", user="", R=6))
BROKEN = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, IndexError)


def clean(content: bytes) -> dict[str, Any]:
    """Raises Refused."""
    with suppress(*BROKEN):
        return _opened(content)
    try:
        return _all_redrawn(content)
    except Refused as refused:
        pages = rescue.rebuilt(content) if refused.reason is Reason.DAMAGED else None
        if pages is None:
            raise
        return _found_again(pages)


def _opened(content: bytes) -> dict[str, Any]:
    try:
        with pikepdf.open(io.BytesIO(content), inherit_page_attributes=True) as pdf:
            if not len(pdf.pages):
                raise ValueError("no pages")
            return _cleaned(pdf, content)
    except pikepdf.PasswordError as problem:
        raise Refused(Reason.ENCRYPTED) from problem


def _all_redrawn(content: bytes) -> dict[str, Any]:
    """All pages as PDFium draws them; raises Refused when it cannot read them either."""
    pdf = pikepdf.new()
    redraw.replace(pdf, None, content)
    redrawn = {str(number + 1): ["damaged"] for number in range(len(pdf.pages))}
    return binding.told(pdf, redrawn=redrawn, notes=["repaired"])


def _found_again(content: bytes) -> dict[str, Any]:
    try:
        told = _opened(content)
    except BROKEN as problem:
        raise Refused(Reason.DAMAGED, str(problem)[:200]) from problem
    return {**told, "notes": ["pages_lost", "repaired"]}


def _cleaned(pdf: pikepdf.Pdf, content: bytes) -> dict[str, Any]:
    _require_few(pdf)
    dropped = census(pdf)
    repaired = bool(pdf.get_warnings())
    # PDFium mends a broken file in its own way; both must speak of the same pages.
    original = binding.saved(pdf) if repaired else content
    walk = Walk(layers_hidden=overlay.layers_hidden(pdf))
    odd = overlay.flatten(pdf)
    for page, found in zip(pdf.pages, odd, strict=True):
        found |= _page(page, walk)
    if any("no glyphs" in found for found in odd):
        raise Refused(Reason.NO_FONTS)
    redraw.replace(pdf, [number for number, found in enumerate(odd) if found], original)
    redrawn = {str(number): sorted(found) for number, found in enumerate(odd, start=1) if found}
    notes = ["repaired"] if repaired else []
    return binding.told(_anew(pdf), dropped=dict(dropped + walk.dropped), redrawn=redrawn, notes=notes)


def _anew(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """The pages, and what they are made of, in a new PDF."""
    clean = pikepdf.new()
    clean.pages.extend(pdf.pages)
    return clean


def _require_few(pdf: pikepdf.Pdf) -> None:
    if len(pdf.pages) > MAX_PAGES:
        raise Refused(Reason.TOO_MANY_PAGES, str(len(pdf.pages)))
    if len(pdf.objects) > MAX_OBJECTS:
        raise Refused(Reason.UNPACKS_LARGE, f"{len(pdf.objects)} objects")


def _page(page: pikepdf.Page, walk: Walk) -> set[str]:
    """Clean one page in place; return what is odd about it."""
    try:
        found = _sheet(page) | set(walk.oddities(page.obj.get("/Resources", Dictionary())))
        found |= walk.oddities(page.obj.get("/Group", Dictionary()))
        page.contents_coalesce()
        whole = read(page.obj.Contents, MAX_CONTENT) if "/Contents" in page.obj else b""
        if whole is None:
            return {*found, "damaged"}
        walk.take(len(whole))
        content, odd = walk.content(page, page.obj.get("/Resources"))
        page.obj.Contents = page.obj.Contents if not whole else _stream(page, content)
        for key in set(page.obj.keys()) - PAGE_KEYS:
            del page.obj[key]
        return found | odd
    except BROKEN:
        return {"damaged"}


def _stream(page: pikepdf.Page, content: bytes) -> Any:
    page.obj.Contents.write(content)
    return page.obj.Contents


def _sheet(page: pikepdf.Page) -> set[str]:
    """Make what is seen of the page all there is: the crop box becomes the sheet."""
    turn = page.obj.get("/Rotate", 0)
    page.obj.Rotate = int(turn) % 360 if int(turn) % 90 == 0 else 0
    media, crop = (_box(box) for box in (page.mediabox, page.cropbox))
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if not (1 <= right - left <= MAX_SIDE_POINTS and 1 <= top - bottom <= MAX_SIDE_POINTS):
        return {"size"}
    page.obj.MediaBox = Array([left, bottom, right, top])
    return set()


def _box(box: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = (float(one) for one in box)
    return (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
