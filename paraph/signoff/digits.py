"""Six digits that somebody knows: made, judged too weak, kept as a digest that the database alone cannot try out.

The secret: Argon2id, and its result sealed under the key outside the database. A million PINs are tried in a day by
whoever has the digests; without the key nobody has them (security.md line 15).
"""

from __future__ import annotations

import base64
import re
import secrets

from django.contrib.auth.hashers import check_password, make_password

from paraph.lib import home
from paraph.lib.vault import VaultClosed

LENGTH = 6
_SHAPE = re.compile(r"[0-9]{6}")
_RUNS = "01234567890123456789", "98765432109876543210"


def drawn() -> str:
    """Six digits, each as likely as any other."""
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}}"


def fresh() -> str:
    """Six drawn digits that are none of those somebody would try first: for what is kept for years."""
    found = drawn()
    return fresh() if is_weak(found) else found


def clean(typed: str) -> str:
    """What was typed, without the spaces and dashes people put between digits; "" when it is not six digits."""
    found = re.sub(r"[\s\-.]", "", typed) if len(typed) <= 40 else ""
    return found if _SHAPE.fullmatch(found) else ""


def is_weak(digits: str) -> bool:
    """Whether it is among the first that somebody would try: 000000, 123456, 121212, 112233, 123123."""
    pairs = digits[0::2] == digits[1::2] and digits[0::2] in "".join(_RUNS)
    halves = digits[:3] == digits[3:]
    return len(set(digits)) <= 2 or any(digits in run for run in _RUNS) or pairs or halves


def seal(digits: str, *, purpose: str) -> str:
    """What is kept of them; `purpose` says whose they are, and must be given again."""
    digest = make_password(digits)
    return base64.b64encode(home.vault().seal(digest.encode(), purpose=purpose)).decode()


def are(digits: str, sealed: str, *, purpose: str) -> bool:
    """Whether these are the digits that were sealed; False, too, when it cannot be told (line 40)."""
    try:
        digest = home.vault().open(base64.b64decode(sealed), purpose=purpose).decode()
    except (VaultClosed, ValueError):
        return False
    return bool(digits) and check_password(digits, digest)
