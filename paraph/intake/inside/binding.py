"""Takes pages out of clean PDFs and puts them together."""

from __future__ import annotations

import io
from typing import Any

import pikepdf


def bind(pdfs: list[bytes], leaves: list[list[int]]) -> dict[str, Any]:
    """One PDF of these (source, page, turn)."""
    sources = [pikepdf.open(io.BytesIO(one)) for one in pdfs]
    bound = pikepdf.new()
    for source, page, turn in leaves:
        leaf = sources[source].pages[page]
        bound.pages.append(leaf)  # the same page once more is a copy of the turned one
        bound.pages[-1].rotate((int(leaf.obj.get("/Rotate", 0)) + turn) % 360, relative=False)
    return told(bound)


def told(pdf: pikepdf.Pdf, **more: Any) -> dict[str, Any]:
    """What the parent is told of a clean PDF."""
    sizes = [seen_size(page) for page in pdf.pages]
    return {"pdf": saved(pdf), "sizes": sizes, "dropped": {}, "redrawn": {}, "notes": [], **more}


def seen_size(page: pikepdf.Page) -> tuple[float, float]:
    """Width and height in points as a reader sees it."""
    left, bottom, right, top = (float(one) for one in page.mediabox)
    width, height = right - left, top - bottom
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return (height, width) if turned else (width, height)


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Written anew: unreachable objects left behind, odd packings replaced; the same PDF gives the same bytes."""
    file = io.BytesIO()
    pdf.save(
        file,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        recompress_flate=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        fix_metadata_version=False,
        deterministic_id=True,
    )
    return file.getvalue()
