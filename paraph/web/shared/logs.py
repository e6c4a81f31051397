"""Keeps out of the logs what has no business there (security.md line 7): keys of links, mail addresses, what stands
behind a question mark, cookies of ours, and passwords in addresses of databases and mail servers.
"""

from __future__ import annotations

import logging
import re

# Where the addresses of links begin: what stands behind is a key.
KEYS_BEHIND = ("/s/", "/join/", "/reset/")
TOKEN = re.compile(rf"({'|'.join(KEYS_BEHIND)})[^/\s?#\"']+")
BEARER = re.compile(r"(\bBearer )[^\s\"',]+")
QUERY = re.compile(r"(/[\w%.~()/-]*)\?[^\s\"'<>]+")
COOKIE = re.compile(r"(__Host-\w+=)[^;\s\"']+")
# To the last @: who wrote an unescaped one into a password gets no sentence of it back.
PASSWORD = re.compile(r"(://[^\s:/@\"']*:)[^\s\"'<>]+@")
# A Message-ID of ours looks like an address and names nobody.
ADDRESS = re.compile(
    r"(?<![\w.+-])(?![0-9a-f]{8}-[0-9a-f-]{27}@)[^\s<>()\[\]\",;:'@]+@[^\s<>()\[\]\",;:'@/]+\.\w+",
    re.IGNORECASE,
)
# What a text must hold for a pattern to be tried: most lines hold none of these, and each request writes one.
REPLACED: tuple[tuple[str, re.Pattern[str], str], ...] = (
    *((sign, TOKEN, r"\1(key)") for sign in KEYS_BEHIND),
    ("Bearer ", BEARER, r"\1(token)"),
    ("?", QUERY, r"\1?(query)"),
    ("__Host-", COOKIE, r"\1(cookie)"),
    ("@", PASSWORD, r"\1(password)@"),
    ("@", ADDRESS, "(address)"),
)


def without_tokens(text: str) -> str:
    """The text with every key, query, cookie, password and mail address replaced."""
    for sign, pattern, replacement in REPLACED:
        if sign in text:
            text = pattern.sub(replacement, text)
    return text


class WithoutTokens(logging.Filter):
    """A logging filter for every handler: message, arguments and traceback text carry nothing of the kind."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; never drops one."""
        record.msg, record.args = without_tokens(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            # Filters run before the formatter, which takes this text as it stands.
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_tokens(record.exc_text)
        return True
