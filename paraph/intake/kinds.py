"""What a file is: its first bytes decide, never its name or what a browser says (attack line 25)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from paraph.intake.errors import Reason, Refused

HEAD = 1024  # bytes in which readers look for the header of a PDF (ISO 32000-1, annex H, note 13)
_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Beginnings of what is run, unpacked or shown by something: never tolerated before the header of a PDF.
_OTHERS = (
    b"MZ",
    b"\x7fELF",
    b"PK",
    b"GIF8",
    b"#!",
    b"<",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xca\xfe\xba\xbe",
    b"\x1f\x8b",
    b"BM",
)


class Kind(StrEnum):
    """The kinds we take in."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    TIFF = "tiff"


SUFFIXES = {
    Kind.PDF: {".pdf"},
    Kind.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
    Kind.PNG: {".png"},
    Kind.HEIC: {".heic", ".heif", ".hif"},
    Kind.TIFF: {".tif", ".tiff"},
}


def kind_of(content: bytes) -> Kind:
    """What these bytes are. Raises Refused: empty, unknown_kind, or two_kinds when they begin as two at once."""
    if not content:
        raise Refused(Reason.EMPTY)
    head = content[:HEAD]
    picture, at = _picture(head), head.find(b"%PDF-")
    if at < 0 and picture is None:
        raise Refused(Reason.UNKNOWN_KIND)
    if at >= 0 and (
        picture is not None or (at > 0 and head.lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(_OTHERS))
    ):
        raise Refused(Reason.TWO_KINDS, "a PDF header behind the beginning of another kind")
    return Kind.PDF if picture is None else picture


def fits(kind: Kind, name: str) -> bool:
    """Whether a name ends as files of this kind do; a name without an end says nothing."""
    suffix = PurePath(name).suffix.lower()
    return not suffix or suffix in SUFFIXES[kind]


def _picture(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(_TIFFS):
        return Kind.TIFF
    return Kind.HEIC if head[4:8] == b"ftyp" and head[8:12] in _BRANDS else None
