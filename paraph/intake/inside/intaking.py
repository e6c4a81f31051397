"""Makes a clean PDF of any file: documents are cleaned, pictures are read and written again."""

from __future__ import annotations

from typing import Any

from paraph.intake.inside import documents, photos
from paraph.intake.kinds import Kind


def take_in(kind: str, content: bytes) -> dict[str, Any]:
    """What `taking.take_in` needs to know."""
    return documents.clean(content) if kind == Kind.PDF else photos.clean(Kind(kind), content)


def take_in_heic(content: bytes) -> dict[str, Any]:
    """The same for the one kind whose decoder needs a thread."""
    return photos.clean(Kind.HEIC, content)
