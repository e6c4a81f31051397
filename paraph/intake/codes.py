"""What the QR code on a printed page says: which paper, which page, of which snapshot.

26 characters of the QR code's alphanumeric set, so that a small code at the highest error correction holds them
(version 3-H holds 35): ``P1``, the paper's code (12), page and pages (2 hex digits each), 8 hex digits of the
snapshot's digest.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

# Crockford's base 32: no I, L, O or U, so that people can read it aloud. 12 characters are 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARS = 12
MAX_PAGES = 255
_TEXT = re.compile(rf"P1([{ALPHABET}]{{{CODE_CHARS}}})([0-9A-F]{{2}})([0-9A-F]{{2}})([0-9A-F]{{8}})")


@dataclass(frozen=True)
class PageCode:
    """One page of one paper. `digest` are the first 8 hex digits of the snapshot's SHA-256, upper case."""

    paper: str
    page: int
    pages: int
    digest: str

    @property
    def text(self) -> str:
        """What the QR code holds."""
        return f"P1{self.paper}{self.page:02X}{self.pages:02X}{self.digest}"


def new() -> str:
    """A code for a new paper."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_CHARS))


def parse(text: str) -> PageCode | None:
    """The page a QR code names; None for a code that is not ours."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    page, pages = int(found[2], 16), int(found[3], 16)
    return PageCode(found[1], page, pages, found[4]) if 1 <= page <= pages else None
