"""Which characters the own fonts can print, and what stands in for the others.

PDF/A-3a and PDF/UA-1 refuse a page with a missing glyph, so nothing may reach the renderer that no font holds:
a name in an unsupported script must never keep somebody from signing.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

UNPRINTABLE = "\u25a1"
"""White square: a character that no font here holds."""
CONTROL = "\ufffd"
"""Replacement character: a control character, or one that reorders the text around it."""
BREAK = "\ue000"
"""Marks where a long word may be broken; the template takes it out. Private use, so no person's text can hold it."""

LONGEST_UNBROKEN = 30
"""Characters of a word that fit in the narrowest column."""
BREAK_EVERY = 12

_REORDERING = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE = frozenset([0x200B, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
_LINE_ENDS = frozenset([0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0x2028, 0x2029])
_LONG_WORD = re.compile(rf"\S{{{LONGEST_UNBROKEN + 1},}}")


def printable(text: str) -> tuple[str, bool]:
    """Return the text as it can be printed, and whether any character had to be replaced."""
    shown = text.replace("\r\n", "\n").translate(_stand_ins())
    lost = sum(shown.count(mark) - text.count(mark) for mark in (UNPRINTABLE, CONTROL)) > 0
    return _LONG_WORD.sub(_with_breaks, shown), lost


def plain(text: str) -> str:
    """Keep only what the two main faces hold without combining marks: the last resort when shaping still fails."""
    return "".join(
        c for c in unicodedata.normalize("NFC", text) if not unicodedata.category(c).startswith("M")
    )


class _StandIns(dict[int, str]):
    """Table for ``str.translate`` that judges each character once."""

    def __missing__(self, code: int) -> str:
        self[code] = result = _stand_in(code)
        return result


def _stand_in(code: int) -> str:
    if code in _LINE_ENDS:
        return "\n"
    if code == 0x09:
        return " "
    if code in _INVISIBLE:
        return ""
    if code in _REORDERING or unicodedata.category(chr(code)) == "Cc":
        return CONTROL
    if unicodedata.category(chr(code)) in {"Cs", "Co", "Cn"} or code not in coverage():
        return UNPRINTABLE
    return chr(code)


@cache
def _stand_ins() -> _StandIns:
    return _StandIns()


def _with_breaks(word: re.Match[str]) -> str:
    pieces: list[str] = []
    since = 0
    for char in word.group():
        if since >= BREAK_EVERY and not unicodedata.combining(char):
            pieces.append(BREAK)
            since = 0
        pieces.append(char)
        since += 1
    return "".join(pieces)


@cache
def coverage() -> frozenset[int]:
    """Code points that can be printed in both weights."""
    regular = _characters("Inter-Regular.otf") | _characters("DejaVuSans.ttf")
    strong = _characters("Inter-SemiBold.otf") | _characters("DejaVuSans-Bold.ttf")
    return frozenset(regular & strong)


def _characters(font: str) -> set[int]:
    """Read the code points of a font from its ``cmap`` table, formats 4 and 12 (OpenType 1.9, chapter cmap)."""
    data = (FONTS / font).read_bytes()
    tables: int = struct.unpack_from(">H", data, 4)[0]
    entries = (struct.unpack_from(">4s4xII", data, 12 + 16 * i) for i in range(tables))
    start = next(offset for tag, offset, _ in entries if tag == b"cmap")
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", data, start + 2)[0]):
        subtable = start + struct.unpack_from(">I", data, start + 4 + 8 * i + 4)[0]
        reader = {4: _format_4, 12: _format_12}.get(struct.unpack_from(">H", data, subtable)[0])
        if reader:
            found.update(reader(data, subtable))
    return found


def _format_4(data: bytes, at: int) -> Iterator[int]:
    double = struct.unpack_from(">H", data, at + 6)[0]
    form = f">{double // 2}H"
    ends = struct.unpack_from(form, data, at + 14)
    starts = struct.unpack_from(form, data, at + 16 + double)
    deltas = struct.unpack_from(form, data, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(form, data, offsets_at)
    for i, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                glyph = struct.unpack_from(">H", data, offsets_at + 2 * i + offsets[i] + 2 * (code - first))[
                    0
                ]
            if (glyph + deltas[i]) & 0xFFFF and glyph:
                yield code


def _format_12(data: bytes, at: int) -> Iterator[int]:
    for i in range(struct.unpack_from(">I", data, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * i)
        yield from range(first + (glyph == 0), last + 1)
