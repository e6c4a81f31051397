"""What lies on top of pages: notes, stamps and form fields become part of the page, links and pop-ups go."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

UNSEEN = {"/Link", "/Popup"}
HIDDEN = 0b100010  # flags *Hidden* and *NoView* (ISO 32000-1, table 165)
FLATTENED = "screen"


def flatten(pdf: pikepdf.Pdf) -> list[set[str]]:
    """Draw annotations into their pages; return for each page what is odd about it: looks that readers make up."""
    made_up = "/AcroForm" in pdf.Root and bool(pdf.Root.AcroForm.get("/NeedAppearances", False))
    odd = [_looks(page, made_up) for page in pdf.pages]
    pdf.flatten_annotations(FLATTENED)
    return odd


def layers_hidden(pdf: pikepdf.Pdf) -> bool:
    """Whether something of this document shows only to some: layers that are off, or off for some uses."""
    about = pdf.Root.get("/OCProperties")
    if not isinstance(about, Dictionary):
        return False
    usual = about.get("/D", Dictionary())
    if not isinstance(usual, Dictionary) or usual.get("/BaseState", Name.ON) != Name.ON:
        return True
    off = usual.get("/OFF")
    if (isinstance(off, Array) and len(off)) or "/AS" in usual:
        return True
    return any(isinstance(one, Dictionary) and one.get("/Type") == Name.OCMD for one in pdf.objects)


def _looks(page: pikepdf.Page, made_up: bool) -> set[str]:
    notes = page.obj.get("/Annots")
    if not isinstance(notes, Array):
        return set()
    seen = [one for one in notes if isinstance(one, Dictionary) and _is_seen(one)]
    if any(not _has_look(one) or (made_up and one.get("/Subtype") == Name.Widget) for one in seen):
        return {"look"}
    return {"layers"} if any("/OC" in one for one in seen) else set()


def _is_seen(note: Any) -> bool:
    """An empty field without a frame has no look, and needs none; a seal that is not to be seen has no size."""
    if str(note.get("/Subtype", "")) in UNSEEN or int(note.get("/F", 0)) & HIDDEN:
        return False
    if note.get("/Subtype") == Name.Widget and not _has_look(note):
        if _has_no_size(note.get("/Rect")):
            return False
        field = note if "/V" in note else note.get("/Parent", Dictionary())
        return "/V" in field or "/MK" in note
    return True


def _has_no_size(rectangle: Any) -> bool:
    if not isinstance(rectangle, Array) or len(rectangle) != 4:
        return True
    left, bottom, right, top = (float(one) for one in rectangle)
    return left == right or bottom == top


def _has_look(note: Any) -> bool:
    look = note.get("/AP")
    normal = look.get("/N") if isinstance(look, Dictionary) else None
    return isinstance(normal, (Stream, Dictionary))
