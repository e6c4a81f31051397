"""Cleans a PDF: its pages stay, drawn as they are seen; whatever acts, hides or tells is left behind."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import binding
from paraph.intake.limits import MAX_PAGES

PAGE_KEYS = {"/Type", "/Parent", "/Resources", "/MediaBox", "/Rotate", "/Contents"}


def clean(content: bytes) -> dict[str, Any]:
    """Raises Refused."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _cleaned(pdf)
    except pikepdf.PasswordError as problem:
        raise Refused(Reason.ENCRYPTED) from problem
    except pikepdf.PdfError as problem:
        raise Refused(Reason.DAMAGED, str(problem)) from problem


def _cleaned(pdf: pikepdf.Pdf) -> dict[str, Any]:
    if not pdf.pages:
        raise Refused(Reason.NO_PAGES)
    if len(pdf.pages) > MAX_PAGES:
        raise Refused(Reason.TOO_MANY_PAGES, str(len(pdf.pages)))
    pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for page in pdf.pages:
        page.mediabox = page.cropbox
        page.contents_coalesce()
        for key in set(page.obj.keys()) - PAGE_KEYS:
            del page.obj[key]
    for key in set(pdf.Root.keys()) - {"/Type", "/Pages"}:
        del pdf.Root[key]
    for key in set(pdf.trailer.keys()) & {"/Info", "/Encrypt"}:
        del pdf.trailer[key]
    return binding.told(pdf)
