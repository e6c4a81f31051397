"""A page compressed but for a value that stands in it in several places (RFC 1951, RFC 1952).

Compressing takes longer than all else that answering a remembered page does. The value, a secret, stands between the
compressed pieces as it is, so the length of an answer says nothing about it (which the BREACH attack would need).
"""

from __future__ import annotations

import struct
import zlib

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
END = b"\x01\x00\x00\xff\xff"


def pack(pieces: list[bytes], length: int) -> list[bytes]:
    """Each piece as whole deflate blocks, made for a value of so many bytes between each two.

    Zeros, which no page holds, stand for the value while compressing: so the pieces refer to one another at the right
    distance, and never to the value.
    """
    writer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = []
    for piece in pieces:
        packed.append(writer.compress(piece) + writer.flush(zlib.Z_SYNC_FLUSH))
        writer.compress(bytes(length))
        writer.flush(zlib.Z_SYNC_FLUSH)
    return packed


def join(packed: list[bytes], between: bytes, plain: bytes) -> bytes:
    """A gzip member that unpacks to `plain`: the packed pieces with the value between each two."""
    stored = struct.pack("<BHH", 0, len(between), len(between) ^ 0xFFFF) + between
    tail = struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
    return HEAD + stored.join(packed) + END + tail
