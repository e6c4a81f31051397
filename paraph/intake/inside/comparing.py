"""Lays a returned page on the sent page and finds what was added to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

from paraph.intake.inside.reading import Seen

DPI = 150.0
POINTS = 72.0
MM2 = (25.4 / DPI) ** 2  # of one pixel
LEAST_MARK_MM2 = 0.6
LEAST_INK_MM2 = 6.0
NEAR_MM = 3.0  # marks closer together are one
SLACK = 2  # pixels that lines may be off after straightening
QUALITY = 80


@dataclass(frozen=True)
class Compared:
    """See `paraph.intake.judging.Comparison`."""

    in_block: bool
    block_ink_mm2: float
    elsewhere: list[tuple[float, float, float, float, float]]
    confidence: float
    sent: bytes
    returned: bytes
    difference: bytes


def straightened(returned: MatLike, on: list[Seen], sent: MatLike, of: list[Seen]) -> MatLike:
    """The returned page as it would lie on the sent one."""
    here = np.array([corner for seen in on for corner in seen.corners], np.float32)
    there = np.array([corner for seen in of for corner in seen.corners], np.float32)
    matrix: Any = cv2.findHomography(here, there)[0]
    height, width = sent.shape[:2]
    return cv2.warpPerspective(returned, matrix, (width, height), borderValue=(255, 255, 255))


def compare(sent: MatLike, returned: MatLike, block: tuple[float, float, float, float] | None) -> Compared:
    """Both at `DPI`, RGB, the same size; `block` in points."""
    ink: Any = _added(sent, returned)
    inside = np.zeros(ink.shape, np.uint8)
    if block is not None:
        left, top, width, height = (round(one * DPI / POINTS) for one in block)
        inside[top : top + height, left : left + width] = 1
    in_block = float((ink & inside).sum()) * MM2
    elsewhere = _marks(ink & (1 - inside))
    return Compared(
        in_block=in_block >= LEAST_INK_MM2,
        block_ink_mm2=in_block,
        elsewhere=elsewhere,
        confidence=1.0,
        sent=jpeg(sent),
        returned=jpeg(returned),
        difference=jpeg(_shown(sent, returned, ink)),
    )


def _added(sent: MatLike, returned: MatLike) -> MatLike:
    was, now = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in (sent, returned))
    paper: Any = cv2.medianBlur(cv2.dilate(now, np.ones((15, 15), np.uint8)), 31)
    flat = cv2.divide(now, paper, scale=255)
    reach: Any = cv2.erode(was, np.ones((2 * SLACK + 1, 2 * SLACK + 1), np.uint8))
    added = ((flat < 170) & (reach > 200)).astype(np.uint8)
    return cv2.morphologyEx(added, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))


def _marks(ink: MatLike) -> list[tuple[float, float, float, float, float]]:
    near = round(NEAR_MM / 25.4 * DPI)
    joined = cv2.dilate(ink, np.ones((near, near), np.uint8))
    count, labels, places, _middles = cv2.connectedComponentsWithStats(joined)
    scale, marks = POINTS / DPI, []
    for number in range(1, count):
        area = float(ink[labels == number].sum()) * MM2
        if area >= LEAST_MARK_MM2:
            left, top, width, height = (float(one) * scale for one in places[number][:4])
            marks.append((left, top, width, height, area))
    return marks


def _shown(sent: MatLike, returned: MatLike, ink: MatLike) -> MatLike:
    faint = (255 - (255 - sent.astype(np.float32)) * 0.25).astype(np.uint8)
    near = cv2.dilate(ink, np.ones((5, 5), np.uint8)) > 0
    faint[near] = returned[near]
    return faint


def jpeg(image: MatLike) -> bytes:
    """The bytes of an RGB image."""
    done, coded = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    assert done
    return bytes(coded.tobytes())
