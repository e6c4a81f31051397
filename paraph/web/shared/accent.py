"""An organisation's own colour, and whether words can be read on it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

INK_BLUE = "#1f3f8c"
WHITE, INK = "#ffffff", "#000000"  # one of the two always reaches AA
AA = 4.5
SEEN = 3.0  # a shape beside its ground (WCAG 2.2, 1.4.11)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours ``#rrggbb``, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pair(accent: str) -> tuple[str, str]:
    """The ground and the ink of a mark; ink blue when the accent is missing or is no colour."""
    ground = accent if _COLOUR.fullmatch(accent or "") else INK_BLUE
    return ground, max((WHITE, INK), key=lambda ink: contrast(ground, ink))


def darker(accent: str) -> str:
    """The same colour, as much darker as it takes to be seen on white; itself when it is already."""
    parts = [int(accent[at : at + 2], 16) for at in (1, 3, 5)]
    for step in range(100, -1, -1):
        found = "#" + "".join(f"{part * step // 100:02x}" for part in parts)
        if contrast(found, WHITE) >= SEEN:
            return found
    return INK


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
