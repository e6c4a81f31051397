"""One way to write a value as bytes, so that a digest means the same everywhere (RFC 8785)."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

PREFIX = "sha256:"


def dumps(value: Any) -> bytes:
    """Return the canonical JSON bytes (RFC 8785) of a JSON-able value.

    Raises ValueError for what JSON cannot hold (NaN, integers beyond 2**53, foreign types).
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as problem:
        raise ValueError(str(problem)) from problem


def digest(value: Any) -> str:
    """Return ``sha256:<hex>`` of the bytes given, or of the canonical JSON of any other value."""
    octets = value if isinstance(value, bytes) else dumps(value)
    return PREFIX + hashlib.sha256(octets).hexdigest()
