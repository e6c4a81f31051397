"""Lays a returned page on the sent page: first by the corners of its codes, then by what is printed on both.

The codes say where the page lies to a few pixels. The rest is found by comparing small squares of both pages: each says
how far it is off, those that agree make the next guess, and new ink is outvoted. In the end a smooth field takes up
the bend of paper that did not lie flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.linalg
import numpy.ma  # by the median, when it is first needed: too late for a child that may open no file
from cv2.typing import MatLike

from paraph.intake.inside.reading import Seen

# Side of a square and how the page is made smaller: coarse, then fine. In pixels of a page at 150 dpi.
STAGES = ((128, 0.5), (128, 1.0), (96, 1.0))
LEAST_INK = 4.0  # mean of a square's ink (0 … 255) below which it says nothing
AGREE = 0.08  # response of the phase correlation below which a square is not believed
LEAST_SQUARES = 8
NEAR = 3.0  # pixels that squares may disagree with the rest
BENT = 2.5  # pixels a bend may still be off
SMOOTH = 10  # terms of the field: a polynomial of third degree


def ink(grey: MatLike) -> MatLike:
    """How dark each pixel is against the paper around it, 0 … 255: shadows and yellowed paper do not count."""
    size = (grey.shape[1], grey.shape[0])
    small = cv2.resize(cv2.dilate(grey, np.ones((9, 9), np.uint8)), None, fx=0.25, fy=0.25)
    paper: Any = cv2.resize(cv2.blur(cv2.medianBlur(small, 7), (7, 7)), size)
    return 255 - cv2.divide(grey, paper, scale=255)


def straightened(
    returned: MatLike, on: Sequence[Seen], sent: MatLike, of: Sequence[Seen]
) -> tuple[MatLike, MatLike]:
    """The returned page (RGB) as it would lie on the sent one, and where it has pixels at all (0 or 255)."""
    height, width = sent.shape[:2]
    goal, grey = ink(cv2.cvtColor(sent, cv2.COLOR_RGB2GRAY)), cv2.cvtColor(returned, cv2.COLOR_RGB2GRAY)
    tries = [_laid(goal, grey, *_corners(pairs)) for pairs in _pairs(on, of)]
    matrix = max(tries, key=lambda one: _alike_there(goal, grey, one)) if len(tries) > 1 else tries[0]
    there_is = cv2.warpPerspective(np.full(grey.shape, 255, np.uint8), matrix, (width, height))
    flat = cv2.warpPerspective(
        returned, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)
    )
    return _unbent(goal, flat), there_is


def turn(seen: Seen) -> int:
    """Degrees clockwise by which a page has to be turned to stand upright."""
    across = np.subtract(seen.corners[1], seen.corners[0])
    return int(-round(np.degrees(np.arctan2(across[1], across[0])) / 90) * 90 % 360)


def _pairs(on: Sequence[Seen], of: Sequence[Seen]) -> list[list[tuple[Seen, Seen]]]:
    """Codes that may belong together: the upper with the upper, as their own orientation tells. One that is left alone
    (a stamp lies on the other, or its corner is torn off) may be any, for both say the same.
    """
    if len(on) == 1:
        return [[(on[0], one)] for one in of]
    return [list(zip(_downward(on), _downward(of), strict=False))]


def _corners(pairs: Sequence[tuple[Seen, Seen]]) -> tuple[Any, Any]:
    here = [corner for one, _other in pairs for corner in one.corners]
    there = [corner for _one, other in pairs for corner in other.corners]
    return np.array(here, np.float32), np.array(there, np.float32)


def _laid(goal: MatLike, grey: MatLike, here: Any, there: Any) -> Any:
    matrix: Any = cv2.findHomography(here, there)[0] if len(here) > 4 else _alike(here, there)
    for side, scale in STAGES:
        matrix = _better(goal, grey, matrix, side, scale)
    return matrix


def _alike_there(goal: MatLike, grey: MatLike, matrix: Any) -> float:
    """How much of the print lies on print."""
    laid = ink(cv2.warpPerspective(grey, matrix, (goal.shape[1], goal.shape[0]), borderValue=255.0))
    return float(cv2.matchTemplate(laid, goal, cv2.TM_CCORR_NORMED).max())


def _downward(seen: Sequence[Seen]) -> list[Seen]:
    down = np.subtract(seen[0].corners[3], seen[0].corners[0])
    return sorted(seen, key=lambda one: float(np.dot(one.corners[0], down)))


def _alike(here: Any, there: Any) -> Any:
    """Of one code alone: moved, turned and scaled, but not tilted, which four corners so near cannot tell."""
    return np.vstack([cv2.estimateAffinePartial2D(here, there)[0], [0, 0, 1]])


def _better(goal: MatLike, grey: MatLike, matrix: Any, side: int, scale: float) -> Any:
    height, width = goal.shape
    small = np.diag([scale, scale, 1.0])
    size = (round(width * scale), round(height * scale))
    aim: Any = cv2.resize(goal, size, interpolation=cv2.INTER_AREA)
    laid = ink(cv2.warpPerspective(grey, small @ matrix, size, borderValue=255.0))
    wanted, found = _squares(aim, laid, side)
    if len(wanted) < LEAST_SQUARES:
        return matrix
    mended, _inliers = cv2.findHomography(found, wanted, cv2.RANSAC, NEAR)
    return matrix if mended is None else np.linalg.inv(small) @ mended @ small @ matrix


def _squares(aim: MatLike, laid: MatLike, side: int) -> tuple[Any, Any]:
    """Middles of squares on the sent page, and where their content lies on the returned one."""
    window = cv2.createHanningWindow((side, side), cv2.CV_32F)
    wanted, found = [], []
    for top in range(0, aim.shape[0] - side + 1, side // 2):
        for left in range(0, aim.shape[1] - side + 1, side // 2):
            one, other = (
                page[top : top + side, left : left + side].astype(np.float32) for page in (aim, laid)
            )
            if one.mean() < LEAST_INK or other.mean() < LEAST_INK / 2:
                continue
            (right, down), response = cv2.phaseCorrelate(one, other, window)
            if response > AGREE and max(abs(right), abs(down)) < side / 3:
                middle = (left + side / 2, top + side / 2)
                wanted.append(middle)
                found.append((middle[0] + right, middle[1] + down))
    return np.array(wanted, np.float32).reshape(-1, 2), np.array(found, np.float32).reshape(-1, 2)


def _unbent(goal: MatLike, flat: MatLike) -> MatLike:
    laid = ink(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY))
    wanted, found = _squares(goal, laid, STAGES[-1][0])
    if len(wanted) < 3 * SMOOTH:
        return flat
    off = found - wanted
    kept = np.hypot(*(off - np.median(off, axis=0)).T) < NEAR * 2
    for _round in range(2):
        terms = _terms(wanted[kept], goal.shape)
        field = np.linalg.lstsq(terms, off[kept], rcond=None)[0]
        kept = np.hypot(*(_terms(wanted, goal.shape) @ field - off).T) < BENT
        if kept.sum() < 2 * SMOOTH:
            return flat
    height, width = goal.shape
    rows, columns = np.mgrid[0:height:8, 0:width:8].astype(np.float32)
    moved = _terms(np.stack([columns.ravel(), rows.ravel()], 1), goal.shape) @ field
    across, down = (
        cv2.resize(one.reshape(rows.shape).astype(np.float32), (width, height)) for one in moved.T
    )
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(flat, x + across, y + down, cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def _terms(points: Any, shape: Sequence[int]) -> Any:
    x, y = points[:, 0] / shape[1] - 0.5, points[:, 1] / shape[0] - 0.5
    return np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], 1)
