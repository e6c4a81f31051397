"""What may stand in a header: one line, no control characters, whatever somebody called themselves (security.md 31)."""

from __future__ import annotations

import unicodedata

NAME_CHARS = 120
# Anything that is a path, a drive or a wildcard somewhere.
NOT_IN_FILE_NAMES = frozenset('/\\:*?"<>|')


def one_line(text: str, limit: int | None = None) -> str:
    """Return the text without line breaks, control or invisible formatting characters, cut to `limit` characters."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    # Cc: control, Cf: bidirectional overrides and the like, Cs: lone surrogates, which no charset can carry.
    kept = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    # An encoded word (RFC 2047) that somebody typed would be decoded by the reader's program, line breaks and all.
    line = " ".join(kept.replace("=?", "= ?").split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def address(text: str) -> str:
    """Return a mail address without any white space; whether it is one is judged when it is sent."""
    return "".join(one_line(text).split())


def file_name(text: str) -> str:
    """Return a plain file name that no mail program takes for a path."""
    plain = "".join("-" if char in NOT_IN_FILE_NAMES else char for char in one_line(text))
    return plain.strip(". ")[-NAME_CHARS:] or "attachment"
