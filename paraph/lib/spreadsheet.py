"""Cells of a CSV that people typed: never a formula where a spreadsheet opens it (security.md line 30), and back again.

The secret: one apostrophe in front. A text that would look protected already gets one as well, so that `meant` finds
every text again as it was.
"""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula, also behind white space; some take the wide signs as well.
FORMULA = frozenset("=+-@|%\t\r\n＝＋－＠")
BYTE_ORDER_MARK = "\ufeff"


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    bare = text.lstrip("'")
    return f"'{text}" if bare.strip()[:1] in FORMULA or bare[:1] in FORMULA else text


def meant(cell: str) -> str:
    """The text that `harmless` made this cell of; any other cell as it is."""
    return cell[1:] if cell[:1] == "'" and harmless(cell[1:]) == cell else cell
