"""Content streams written anew: known operators only, without marks, hidden text or inks of a printing press."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Dictionary, Operator

from paraph.intake.inside.allowed import OPERATORS

INVISIBLE = 3  # text rendering mode (ISO 32000-1, table 106)
SHOW = {"Tj", "TJ", "'", '"'}
GREY = {"k": "g", "K": "G"}
MARKS = {"BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"}
MAX_OPERATORS = 1_500_000  # of one stream: two seconds, and 200 MB while it is read


@dataclass
class Drawn:
    """What a content stream needs, and what was left out of it."""

    content: bytes = b""
    fonts: set[str] = field(default_factory=set)
    inks: bool = False  # colours of a printing press
    dropped: Counter[str] = field(default_factory=Counter)


def rewritten(stream: Any) -> Drawn:
    """Of a page, or of a form, pattern or glyph. Raises pikepdf.PdfError."""
    drawn = Drawn()
    pen = _Pen(drawn)
    kept = [one for one in pikepdf.parse_content_stream(stream) if pen.keeps(one)]
    orders = [pen.grey.get(number, one) for number, one in enumerate(kept)]
    drawn.content = pikepdf.unparse_content_stream(orders)
    return drawn


class _Pen:
    """Follows the text state through a stream."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.mode, self.font = 0, ""
        self.saved: list[tuple[int, str]] = []
        self.grey: dict[int, Any] = {}
        self.count = 0

    def keeps(self, one: Any) -> bool:
        operator = str(one.operator)
        if operator not in OPERATORS:
            self.drawn.dropped["marked_content" if operator in MARKS else "operator"] += 1
            return False
        if operator in SHOW:
            if self.mode == INVISIBLE:
                self.drawn.dropped["hidden_text"] += 1
                return False
            self.drawn.fonts.add(self.font)
        else:
            self._follow(operator, one)
        self.count += 1
        return True

    def _follow(self, operator: str, one: Any) -> None:
        if operator == "q":
            self.saved.append((self.mode, self.font))
        elif operator == "Q" and self.saved:
            self.mode, self.font = self.saved.pop()
        elif operator == "Tf" and one.operands:
            self.font = str(one.operands[0])
        elif operator == "Tr" and one.operands:
            self.mode = int(one.operands[0])
        elif operator in GREY:
            self._ink(operator, one)

    def _ink(self, operator: str, one: Any) -> None:
        """Black ink alone is grey for everybody; other inks look different to each reader."""
        inks = [float(ink) for ink in one.operands]
        if len(inks) == 4 and not any(inks[:3]):
            level = Decimal(str(round(1 - min(1.0, max(0.0, inks[3])), 4)))
            self.grey[self.count] = pikepdf.ContentStreamInstruction([level], Operator(GREY[operator]))
        else:
            self.drawn.inks = True


def chosen(names: Iterable[str], fonts: Any) -> list[Any]:
    """The fonts of these names, as far as they are there."""
    return [fonts[name] for name in names if isinstance(fonts, Dictionary) and name in fonts]
