"""Numbers as people write them: ``1.234,56`` in Dutch, ``1,234.56`` in English.

The other notation is understood where it cannot be mistaken: ``2.5`` is two and a half for everybody, ``1.234`` is what
the reader's language says.
"""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

# Signs people type around figures: any space, currency signs, the Swiss and typographic apostrophe.
DECORATION = re.compile(r"[\s€$£'’]|EUR|USD|GBP", re.IGNORECASE)


def read(text: str, language: str) -> Decimal:
    """Return what was typed as a number; raises ValueError when it is none, or could mean two numbers."""
    bare = DECORATION.sub("", text)
    point, group = get_decimal_symbol(language), get_group_symbol(language)
    if re.fullmatch(_shape(point, group), bare, re.ASCII):
        return Decimal(bare.replace(group, "").replace(point, "."))
    if re.fullmatch(r"-?(\d+[.,](\d{1,2}|\d{4,})|0[.,]\d+)", bare, re.ASCII):
        return Decimal(bare.replace(",", "."))
    raise ValueError(f"no number: {text!r}")


def write(number: Decimal, decimals: int, language: str, *, least: int = 0) -> str:
    """Write a number for a field, in the reader's notation, without grouping."""
    pattern = "0" if not decimals else "0." + "0" * least + "#" * (decimals - least)
    return format_decimal(number, format=pattern, locale=language)


def _shape(point: str, group: str) -> str:
    point, group = re.escape(point), re.escape(group)
    return rf"-?(\d+|[1-9]\d{{0,2}}({group}\d{{3}})+)({point}\d+)?"
