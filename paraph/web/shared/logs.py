"""Keeps access keys out of the logs (security.md line 7)."""

from __future__ import annotations

import logging
import re

# The address of a link is /s/<token>/…; what stands there is a key.
TOKEN = re.compile(r"(/s/)[^/\s?#\"']+")
REPLACEMENT = r"\1(key)"


def without_tokens(text: str) -> str:
    """The text with every access key replaced."""
    return TOKEN.sub(REPLACEMENT, text)


class WithoutTokens(logging.Filter):
    """A logging filter for every handler: message, arguments and traceback text carry no key."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; never drops one."""
        record.msg, record.args = without_tokens(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            # Filters run before the formatter, which takes this text as it stands.
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_tokens(record.exc_text)
        return True
