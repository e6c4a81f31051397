"""Images of the pages of a clean PDF, made by PDFium in a child process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from paraph.intake import sandbox
from paraph.intake.limits import PICTURING

PREVIEW_DPI = 96  # sharp enough to tell pages apart on a phone
MIME_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}


@dataclass(frozen=True)
class Picture:
    """The image of one page (from 0); width and height in pixels."""

    page: int
    width: int
    height: int
    content: bytes = field(repr=False)
    mime_type: str


def pictures(
    pdf: bytes,
    *,
    dpi: float = PREVIEW_DPI,
    pages: Sequence[int] | None = None,
    turn: int = 0,
    form: Literal["jpeg", "png"] = "jpeg",
) -> list[Picture]:
    """Images of these pages (from 0; all when None), turned clockwise by ``turn`` degrees; raises Refused."""
    asked = None if pages is None else list(pages)
    done = sandbox.run("pictures", PICTURING, pdf=pdf, dpi=dpi, pages=asked, turn=turn, form=form)
    return [
        Picture(
            int(one["page"]), int(one["width"]), int(one["height"]), bytes(one["content"]), MIME_TYPES[form]
        )
        for one in done.value
    ]
