"""The visible mark of a drawn signature: strokes in, one smooth vector picture (SVG) out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

from paraph.sealing.errors import RenderFailed

INK = "#14213d"
HEIGHT = 1000
"""Units of the picture's height; its width is this times the aspect."""
PEN = 18
"""Width of the stroke in those units."""
MOST_POINTS = 4000
"""More than a hand draws in a minute; beyond it the strokes are thinned, so that no upload can stall the seal."""
ASPECTS = (0.2, 10.0)


def picture(strokes: Sequence[Any], aspect: Any) -> str:
    """Return SVG text of the strokes: a list of strokes, each a list of [x, y] in the unit box, y downward.

    Points outside the box are moved to its edge. Raises RenderFailed when something is not a finite number.
    """
    width = HEIGHT * min(max(_number(aspect), ASPECTS[0]), ASPECTS[1])
    thinning = max(1, math.ceil(sum(len(stroke) for stroke in strokes) / MOST_POINTS))
    paths = " ".join(_path(_points(stroke, width)[::thinning]) for stroke in strokes if stroke)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {HEIGHT}">'
        f'<path d="{paths}" fill="none" stroke="{INK}" stroke-width="{PEN}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


def _points(stroke: Iterable[Any], width: float) -> list[tuple[float, float]]:
    try:
        pairs = [(_number(point[0]), _number(point[1])) for point in stroke]
    except (IndexError, KeyError, TypeError) as error:
        raise RenderFailed("a stroke is not a list of points") from error
    room = PEN / 2
    return [
        (min(max(x * width, room), width - room), min(max(y * HEIGHT, room), HEIGHT - room)) for x, y in pairs
    ]


def _path(points: list[tuple[float, float]]) -> str:
    """Join the middles of the segments by quadratic curves, whose control points are the points drawn."""
    x, y = points[0]
    if len(points) == 1:
        return f"M{x:.1f} {y:.1f}h.1"
    parts = [f"M{x:.1f} {y:.1f}"]
    for (x, y), (after_x, after_y) in itertools.pairwise(points):
        parts.append(f"Q{x:.1f} {y:.1f} {(x + after_x) / 2:.1f} {(y + after_y) / 2:.1f}")
    parts.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return "".join(parts)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RenderFailed("a coordinate of the mark is not a finite number")
    return float(value)
