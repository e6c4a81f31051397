"""Writes the few DER values (ITU-T X.690) that time stamps and seals are made of.

A pure-Python ASN.1 object tree costs some 12 ms per signature; joining bytes costs 20 us.
"""

from __future__ import annotations

from datetime import UTC, datetime

NULL = b"\x05\x00"
TRUE = b"\x01\x01\xff"


def tlv(tag: int, body: bytes) -> bytes:
    """One value: tag, definite length, body."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*items: bytes) -> bytes:
    """SEQUENCE of encoded items."""
    return tlv(0x30, b"".join(items))


def set_of(*items: bytes) -> bytes:
    """SET OF encoded items, in the order DER demands (X.690, 11.6)."""
    return tlv(0x31, b"".join(sorted(items)))


def integer(value: int) -> bytes:
    """Non-negative INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def explicit(number: int, item: bytes) -> bytes:
    """Context tag, constructed: explicit tagging, or implicit tagging of a SEQUENCE or SET body."""
    return tlv(0xA0 | number, item)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | (arc & 0x7F))
        body.extend(reversed(groups))
    return tlv(0x06, bytes(body))


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC with microseconds where there are any, without trailing zeros (RFC 3161, 2.4.2)."""
    text = moment.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f").rstrip("0").rstrip(".")
    return tlv(0x18, text.encode() + b"Z")


def body_of(item: bytes) -> bytes:
    """Content of an encoded value, without its tag and length."""
    start, end = _extent(item, 0)
    return item[start:end]


def children(item: bytes) -> list[bytes]:
    """The encoded values inside a constructed value; raises ValueError for anything but definite, minimal lengths."""
    start, end = _extent(item, 0)
    if end != len(item):
        raise ValueError("bytes after the end of a DER value")
    found = []
    while start < end:
        _, after = _extent(item, start)
        found.append(item[start:after])
        start = after
    return found


def first(data: bytes) -> bytes:
    """The value at the beginning of ``data``, whatever follows it."""
    return data[: _extent(data, 0)[1]]


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at ``at`` begins and ends."""
    if len(data) < at + 2:
        raise ValueError("a DER value is cut off")
    size, start = data[at + 1], at + 2
    if size >= 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[at + 2 : start], "big")
        if start - at - 2 not in (1, 2, 3, 4) or size < 0x80 or data[at + 2] == 0:
            raise ValueError("a DER length is not minimal")
    if start + size > len(data):
        raise ValueError("a DER value is cut off")
    return start, start + size
