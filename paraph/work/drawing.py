"""A picture that somebody sends along, drawn anew: what photos of orders and photos in disputes have in common.

The secret: a file is drawn in a child process with limits (`intake`), before anything is locked; only the drawing is
ever shown. The bytes as they came are kept for evidence.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.intake import kinds, pictures, taking
from paraph.intake.errors import Reason, Refused
from paraph.intake.kinds import Kind

MB = 1 << 20
SHOWN_DPI = 110  # as wide as a large screen
PHOTOS = frozenset({Kind.JPEG, Kind.PNG, Kind.HEIC})  # what phones and screens make
SENTENCES: dict[Reason, Any] = {
    Reason.BUSY: _("We are very busy at the moment, so the file was not read. Please try again."),
    Reason.EMPTY: _("The file is empty. Choose it again."),
    Reason.TOO_LARGE: _("The file is larger than %(mb)s MB. Send a smaller one."),
    Reason.ENCRYPTED: _("The PDF is locked with a password. Save it without one."),
    Reason.TOO_MANY_PAGES: _("The file has more than %(pages)s pages. Send only those that show it."),
}
PICTURE_OR_PDF = _("Send a picture (JPEG, PNG, HEIC, TIFF) or a PDF.")
PICTURE = _("Send a picture (JPEG, PNG, HEIC).")
UNREADABLE = _("This file could not be read. Take a photo of it, and send that.")


class Undrawable(Exception):
    """The file cannot be shown; the text says why, and what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(str(sentence))


@dataclass(frozen=True)
class Drawn:
    """A file: what it is, its bytes as they came, and its pages as JPEG pictures."""

    kind: Kind
    content: bytes
    pages: list[pictures.Picture]


def draw(
    content: bytes, *, most_bytes: int, most_pages: int, only: Collection[Kind] = frozenset(Kind)
) -> Drawn:
    """Draw a file of somebody else anew. Takes seconds: call it outside a transaction. Raises `Undrawable`."""
    try:
        if len(content) > most_bytes:
            raise Refused(Reason.TOO_LARGE)
        if kinds.kind_of(content) not in only:
            raise Refused(Reason.UNKNOWN_KIND)
        taken = taking.take_in(content)
        if taken.pages > most_pages:
            raise Refused(Reason.TOO_MANY_PAGES)
        return Drawn(taken.kind, content, pictures.pictures(taken.pdf, dpi=SHOWN_DPI))
    except Refused as refusal:
        if refusal.reason == Reason.UNKNOWN_KIND:
            raise Undrawable(PICTURE_OR_PDF if Kind.PDF in only else PICTURE) from refusal
        sentence = SENTENCES.get(refusal.reason, UNREADABLE)
        raise Undrawable(sentence % {"mb": most_bytes // MB, "pages": most_pages}) from refusal
