"""Finds our codes on the image of a page, and says why when there are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import zxingcpp
from cv2.typing import MatLike as Grey

from paraph.intake.codes import PageCode, parse

Point = tuple[float, float]

QR_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
QUIET = 12.0  # standard deviation of grey below which a page says nothing
DARK = 60.0  # mean grey below which a picture was taken in the dark
SHARP = 35.0  # variance of the Laplacian at `SHARP_SIDE` below which letters run together
SHARP_SIDE = 1200


@dataclass(frozen=True)
class Seen:
    """A code and its four corners in pixels: top left, top right, bottom right, bottom left of the code itself."""

    code: PageCode
    corners: tuple[Point, Point, Point, Point]


def codes(grey: Grey) -> list[Seen]:
    """All codes of ours on a page; each is looked for at several sizes and contrasts until both are found."""
    found: list[Seen] = []
    for scale, image in _tries(grey):
        for seen in _read(image, scale):
            if not any(_same(seen, other) for other in found):
                found.append(seen)
        if len(found) >= 2:
            break
    return found


def _tries(grey: Grey) -> Iterator[tuple[float, Grey]]:
    yield 1.0, grey
    yield 2.0, _scaled(grey, 2.0)
    contrast = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)
    yield 1.0, contrast
    yield 1.5, _scaled(contrast, 1.5)


def _scaled(grey: Grey, scale: float) -> Grey:
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def _read(image: Grey, scale: float) -> list[Seen]:
    seen = []
    for one in zxingcpp.read_barcodes(image, QR_CODES):
        code = parse(one.text)
        if code is not None:
            place = one.position
            corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
            seen.append(Seen(code, _four([(corner.x / scale, corner.y / scale) for corner in corners])))
    return seen


def _four(points: list[Point]) -> tuple[Point, Point, Point, Point]:
    return (points[0], points[1], points[2], points[3])


def _same(one: Seen, other: Seen) -> bool:
    near = max(
        abs(a - b) for p, q in zip(one.corners, other.corners, strict=True) for a, b in zip(p, q, strict=True)
    )
    return one.code == other.code and near < 20


def flaw(grey: Grey) -> str:
    """Why a page without a code of ours says nothing: blank, dark, blurred; else it has no code."""
    small: Any = cv2.resize(grey, None, fx=SHARP_SIDE / max(grey.shape), fy=SHARP_SIDE / max(grey.shape))
    if float(small.mean()) < DARK:
        return "dark"
    if float(small.std()) < QUIET:
        return "blank"
    return "blurred" if float(cv2.Laplacian(small, cv2.CV_64F).var()) < SHARP else "no_code"
