"""A JPEG without what is no picture: what tells of camera, place and time, and bytes behind its end (T.81, B.1)."""

from __future__ import annotations

from dataclasses import dataclass

START, END, SCAN = 0xD8, 0xD9, 0xDA
# JFIF (APP0) and how colours are stored (APP14, Adobe); other application markers and comments go.
KEPT_APPLICATION = {0xE0, 0xEE}
APPLICATION, COMMENT = range(0xE0, 0xF0), 0xFE
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
USUAL_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive: what all readers decode
ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


@dataclass(frozen=True)
class Bare:
    """The bytes that are left, and what they say of themselves."""

    content: bytes
    width: int
    height: int
    usual: bool


def bare(content: bytes) -> Bare:
    """Raises ValueError when it is no whole JPEG."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept, at = [content[:2]], 2
    width = height = 0
    usual = True
    while True:
        marker, end = _segment(content, at)
        if marker in FRAMES:
            height, width = (
                int.from_bytes(content[at + 5 + 2 * one : at + 7 + 2 * one], "big") for one in (0, 1)
            )
            usual = usual and marker in USUAL_FRAMES
        if marker == SCAN:
            end = _after_scan(content, end)
        if marker in KEPT_APPLICATION or not (marker in APPLICATION or marker == COMMENT):
            kept.append(content[at:end])
        if marker == END:
            return Bare(b"".join(kept), width, height, usual)
        at = end


def _segment(content: bytes, at: int) -> tuple[int, int]:
    while content[at : at + 2] == b"\xff\xff":  # fill bytes
        at += 1
    if at + 2 > len(content) or content[at] != 0xFF:
        raise ValueError("cut off")
    marker = content[at + 1]
    if marker in ALONE or marker == END:
        return marker, at + 2
    return marker, at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))


def _after_scan(content: bytes, at: int) -> int:
    """Where the next marker stands behind the entropy-coded bytes, in which 0xFF is followed by 0 or a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise ValueError("cut off")
        if content[at + 1] == 0 or content[at + 1] in ALONE or content[at + 1] == 0xFF:
            at += 1 if content[at + 1] == 0xFF else 2
            continue
        return at
