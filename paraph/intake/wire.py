"""How parent and child talk: one JSON value, in which bytes are taken out and follow behind it.

The parent reads what a child says as it reads any foreign input: lengths are checked, and whatever does not fit is a
ValueError.
"""

from __future__ import annotations

import json
import struct
from typing import Any

HEAD = struct.Struct(">II")  # bytes of JSON, number of blobs
PAGE = b"\x06"  # what a child says beside its answer for each page that it has read
LENGTH = struct.Struct(">Q")
_BLOB = "\0blob"


def pack(value: Any) -> bytes:
    """A JSON value that may hold bytes, as one string of bytes."""
    blobs: list[bytes] = []
    text = json.dumps(value, default=lambda one: _taken_out(one, blobs)).encode()
    lengths = b"".join(LENGTH.pack(len(one)) for one in blobs)
    return b"".join([HEAD.pack(len(text), len(blobs)), lengths, text, *blobs])


def unpack(raw: bytes) -> Any:
    """The value; raises ValueError for anything that `pack` did not make."""
    try:
        size, count = HEAD.unpack_from(raw)
        at = HEAD.size + count * LENGTH.size
        lengths = [LENGTH.unpack_from(raw, HEAD.size + number * LENGTH.size)[0] for number in range(count)]
        text, at = raw[at : at + size], at + size
        blobs = []
        for length in lengths:
            blobs.append(raw[at : at + length])
            at += length
        if at != len(raw):
            raise ValueError("cut off")
        return json.loads(text, object_hook=lambda one: blobs[one[_BLOB]] if _BLOB in one else one)
    except (struct.error, UnicodeError, IndexError, TypeError, MemoryError, RecursionError) as problem:
        raise ValueError("not a message") from problem


def _taken_out(value: Any, blobs: list[bytes]) -> dict[str, int]:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(type(value).__name__)
    blobs.append(bytes(value))
    return {_BLOB: len(blobs) - 1}
