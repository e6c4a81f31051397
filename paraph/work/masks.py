"""Patterns that anybody can write, and that no input can make slow: a mask, not a regular expression (decision 0026).

``#`` is a digit, ``@`` a letter, ``?`` either of both; ``{4}`` or ``{2,6}`` behind one of them says how many; ``|``
parts one form from another; every other sign stands for itself. ``45########|PO-#{4,6}`` takes ``4512345678`` and
``PO-1234``. Letters are those from A to Z, in either case; what fits is written in capitals.

The secret: all ways in which a text can fit are followed at the same time, so the work is at most the length of the
text squared for each sign of the mask, whatever both hold.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache

MASK_CHARS = 60
TEXT_CHARS = 60
MOST_TIMES = 40
CLASSES = {
    "#": frozenset(string.digits),
    "@": frozenset(string.ascii_uppercase),
    "?": frozenset(string.digits + string.ascii_uppercase),
}
EXAMPLES = {"#": "1234567890", "@": "ABCDEFGHIJ", "?": "A1B2C3D4E5"}
TIMES = re.compile(r"\{(\d{1,2})(?:,(\d{1,2}))?\}")


class BadMask(ValueError):
    """The mask cannot be understood."""


@dataclass(frozen=True)
class _Sign:
    """One sign of a mask: what it takes, and how often."""

    takes: frozenset[str]
    example: str
    least: int = 1
    most: int = 1


def fits(mask: str, text: str) -> bool:
    """Whether the text, in any case, has one of the forms of the mask. Raises `BadMask`."""
    told = text.upper() if text.isascii() else text
    return len(text) <= TEXT_CHARS and any(_fits(form, told) for form in _read(mask))


def example(mask: str) -> str:
    """A text that fits the mask's first form. Raises `BadMask`."""
    made, count = "", 0
    for sign in _read(mask)[0]:
        for _ in range(max(sign.least, 1)):
            made += sign.example[count % len(sign.example)]
            count += len(sign.example) > 1
    return made


def check(mask: str) -> None:
    """Raise `BadMask` unless the mask can be used."""
    _read(mask)


def _fits(form: tuple[_Sign, ...], text: str) -> bool:
    reached = {0}
    for sign in form:
        reached = {end for start in reached for end in _ends(sign, text, start)}
    return len(text) in reached


def _ends(sign: _Sign, text: str, start: int) -> list[int]:
    """Where the next sign can begin when this one begins at `start`."""
    ends = [start] if sign.least == 0 else []
    for count in range(1, sign.most + 1):
        at = start + count - 1
        if at >= len(text) or text[at] not in sign.takes:
            break
        if count >= sign.least:
            ends.append(start + count)
    return ends


@lru_cache(maxsize=256)
def _read(mask: str) -> tuple[tuple[_Sign, ...], ...]:
    if not mask or len(mask) > MASK_CHARS or not mask.isascii() or not mask.isprintable():
        raise BadMask(mask)
    return tuple(_form(one) for one in mask.split("|"))


def _form(text: str) -> tuple[_Sign, ...]:
    signs: list[_Sign] = []
    rest = text
    while rest:
        first, rest = rest[0], rest[1:]
        if first in "{}":
            raise BadMask(text)
        takes = CLASSES.get(first, frozenset(first.upper()))
        times = TIMES.match(rest) if first in CLASSES else None
        least, most = (int(times[1]), int(times[2] or times[1])) if times else (1, 1)
        if not least <= most <= MOST_TIMES or not most:
            raise BadMask(text)
        rest = rest[times.end() :] if times else rest
        signs.append(_Sign(takes, EXAMPLES.get(first, first.upper()), least, most))
    if not signs:
        raise BadMask(text)
    return tuple(signs)
