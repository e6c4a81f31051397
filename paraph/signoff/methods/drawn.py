"""A drawn signature, kept as strokes (never as pixels): small, sharp on paper, and bound into the record."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.signoff.errors import Unusable
from paraph.signoff.methods.proof import Proof

MAX_STROKES = 200
MAX_POINTS = 6000
# Ink shorter than this share of the pad's width is a slip, not a signature.
LEAST_INK = 0.08
# Decimals kept of a coordinate: a tenth of a pixel on a wide pad.
DECIMALS = 4


def check(submission: str) -> Proof:
    """Read ``{"aspect": w/h, "strokes": [[[x, y], …], …]}`` with x and y in 0 … 1 of the pad.

    Returns the proof, whose mark is ``{"kind": "drawn", "aspect", "strokes"}`` rounded. Raises `Unusable` for an
    empty pad and for anything that is no drawing.
    """
    empty = Unusable(
        "drawn", _("The signature field is empty. Please draw your signature, or type your name.")
    )
    if not submission.strip():
        raise empty
    try:
        told = json.loads(submission)
        aspect = round(min(max(_finite(told["aspect"]), 0.2), 10.0), 3)
        strokes = [[_point(point) for point in stroke] for stroke in told["strokes"] if stroke]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as problem:
        raise Unusable(
            "drawn", _("The drawing could not be read. Please draw it again, or type your name.")
        ) from problem
    if len(strokes) > MAX_STROKES or sum(map(len, strokes)) > MAX_POINTS:
        raise Unusable(
            "drawn", _("The drawing has too many strokes. Please draw it more simply, or type your name.")
        )
    if sum(_length(stroke, aspect) for stroke in strokes) < LEAST_INK:
        raise empty
    return Proof("drawn", {"kind": "drawn", "aspect": _plain(aspect), "strokes": strokes})


def _point(point: Any) -> list[float | int]:
    x, y = _finite(point[0]), _finite(point[1])
    return [_plain(round(min(max(x, 0.0), 1.0), DECIMALS)), _plain(round(min(max(y, 0.0), 1.0), DECIMALS))]


def _finite(value: Any) -> float:
    """The number, unless it is none: JSON as Python reads it knows NaN and Infinity."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number


def _plain(number: float) -> float | int:
    """1.0 and 1 are the same number in canonical JSON; keep them the same here too."""
    return int(number) if number == int(number) else number


def _length(stroke: list[list[float | int]], aspect: float) -> float:
    """Length of the ink in widths of the pad."""
    return sum(math.hypot(ax - bx, (ay - by) / aspect) for (ax, ay), (bx, by) in itertools.pairwise(stroke))
