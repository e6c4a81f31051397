"""Reading settings from the environment, before Django is there: each reader refuses what it cannot read.

A secret may be given in a file instead, under the same name with `_FILE` behind it, so that it stands in no process
list, no compose file and no crash report.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FILE = "_FILE"
# A secret is a word or an address; a longer file is another file.
MAX_SECRET_BYTES = 64 * 1024


def secret(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE names, without the line end behind it.

    Raises ImproperlyConfigured when both are set, or when the file cannot be read, is empty or is no text. An empty
    variable counts as not set.
    """
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}{FILE}", "")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}{FILE} are both set: keep one of them")
    return _content(f"{name}{FILE}", Path(path)) if path else value or default


def flag(name: str) -> bool:
    """A setting that is 0 or 1 (or true, false, yes, no); 0 when it is not set."""
    value = os.environ.get(name, "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be 0 or 1")
    return value in {"1", "true", "yes"}


def number(name: str, default: int) -> int:
    """A setting that is a whole number."""
    try:
        return int(os.environ.get(name, default))
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} must be a whole number") from problem


def _content(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_SECRET_BYTES + 1)
        text = octets.decode()
    except OSError as problem:
        raise ImproperlyConfigured(f"{name} names {path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise ImproperlyConfigured(f"{name} names {path}, which is no text") from problem
    text = text.rstrip("\r\n")
    if not text or len(octets) > MAX_SECRET_BYTES or "\n" in text:
        raise ImproperlyConfigured(f"{name} names {path}, which must hold one line and nothing else")
    return text
