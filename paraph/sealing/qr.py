"""A QR code (ISO/IEC 18004) as one vector picture, for pages that come back as photographs.

The highest error correction, because a stamp or a fold may lie over it: 30 % of the code may be lost.
"""

from __future__ import annotations

from functools import lru_cache

from qrcode.constants import ERROR_CORRECT_H
from qrcode.main import QRCode

QUIET = 4
"""Modules of empty border that readers need (ISO/IEC 18004, 6.3.8)."""


@lru_cache(maxsize=512)
def picture(text: str) -> str:
    """Return SVG text of the code, one unit a module, black on white with its quiet border."""
    code = QRCode(error_correction=ERROR_CORRECT_H, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<rect width="{len(rows)}" height="{len(rows)}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def modules(text: str) -> int:
    """How many modules wide the code is, without its border."""
    code = QRCode(error_correction=ERROR_CORRECT_H, border=0)
    code.add_data(text)
    return len(code.get_matrix())


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Where black begins in a row, and how far it goes: fewer shapes, and no hair between two of them."""
    found: list[tuple[int, int]] = []
    for x, black in enumerate(row):
        if black and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif black:
            found.append((x, 1))
    return found
