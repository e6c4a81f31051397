"""Places on the earth: how far, and whether in an area. Pure; WGS 84 degrees in, metres out (S1-12, S1-26).

The secret: the earth is a sphere here, and every point a vector from its middle, so neither the antimeridian nor a
pole is special. That is right to half a percent; a phone knows where it is far less well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

EARTH_M = 6_371_008.8  # mean radius, IUGG
# A gnomonic picture is drawn of an area: nothing as far away as a quarter of the way round is in it.
FARTHEST = math.cos(math.radians(80))

Point = tuple[float, float]  # latitude, longitude
Vector = tuple[float, float, float]
Flat = tuple[float, float]


def point(latitude: Any, longitude: Any) -> Point | None:
    """Two numbers as a place; None for anything that is none: text, NaN, 999°."""
    found = number(latitude), number(longitude)
    if found[0] is None or found[1] is None or abs(found[0]) > 90 or abs(found[1]) > 180:
        return None
    return found[0], found[1]


def number(value: Any) -> float | None:
    """A finite number as a float; None for anything else, booleans included."""
    if type(value) not in (int, float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def distance(a: Point, b: Point) -> float:
    """Metres along the surface from one place to another (haversine)."""
    (latitude, longitude), (other, further) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    half = math.sin((other - latitude) / 2) ** 2
    half += math.cos(latitude) * math.cos(other) * math.sin((further - longitude) / 2) ** 2
    half = min(1.0, half)  # rounding, at the other end of the world
    return 2 * EARTH_M * math.atan2(math.sqrt(half), math.sqrt(1 - half))


def middle(corners: Sequence[Point]) -> Point:
    """The place in the middle of some corners: the mean of their vectors."""
    x, y, z = (sum(parts) for parts in zip(*map(_vector, corners), strict=True))
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def inside(place: Point, polygon: Sequence[Point]) -> bool:
    """Whether a place is in a polygon of at least three corners; its sides are the shortest ways between them."""
    if len(polygon) < 3:
        return False
    drawn = _draw(middle(polygon), [place, *polygon])
    if drawn is None:
        return False
    (x, y), corners = drawn[0], drawn[1:]
    odd = False
    for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            odd = not odd
    return odd


def to_edge(place: Point, polygon: Sequence[Point]) -> float:
    """Metres from a place to the nearest side of a polygon, from within or without. Raises ValueError for no corner."""
    return min(_to_side(place, a, b) for a, b in pairwise([*polygon, *polygon[:1]]))


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two sides of a polygon cross or touch where they should not: it then has no clear inside."""
    corners = _draw(middle(polygon), polygon)
    if corners is None or len(set(corners)) < len(corners):
        return True
    sides = list(pairwise([*corners, corners[0]]))
    apart = (
        (one, other)
        for i, one in enumerate(sides)
        for j, other in enumerate(sides)
        if i + 1 < j and (i, j) != (0, len(sides) - 1)
    )
    return any(_meet(one, other) for one, other in apart)


def _to_side(place: Point, a: Point, b: Point) -> float:
    """Metres to one side: straight across where that meets it, else to the nearer corner."""
    p, start, end = _vector(place), _vector(a), _vector(b)
    normal = _cross(start, end)
    length = math.sqrt(_dot(normal, normal))
    ends = min(distance(place, a), distance(place, b))
    if not length:
        return ends
    between = _dot(_cross(normal, start), p) >= 0 and _dot(_cross(end, normal), p) >= 0
    off = abs(_dot(normal, p)) / length
    return min(ends, EARTH_M * math.asin(min(1.0, off))) if between else ends


def _draw(centre: Point, places: Sequence[Point]) -> list[Flat] | None:
    """A gnomonic picture, where shortest ways are straight lines; None if anything is too far away to be on it."""
    longitude = math.radians(centre[1])
    up = _vector(centre)
    east = (-math.sin(longitude), math.cos(longitude), 0.0)
    north = _cross(up, east)
    found = []
    for one in map(_vector, places):
        depth = _dot(up, one)
        if depth < FARTHEST:
            return None
        found.append((_dot(east, one) / depth, _dot(north, one) / depth))
    return found


def _meet(one: tuple[Flat, Flat], other: tuple[Flat, Flat]) -> bool:
    """Whether two straight lines of a picture have a point in common."""
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = zip(turns, ((a, b, c), (a, b, d), (c, d, a), (c, d, b)), strict=True)
    return any(not turn and _between(*three) for turn, three in ends)


def _turn(a: Flat, b: Flat, c: Flat) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(a: Flat, b: Flat, c: Flat) -> bool:
    """Whether c, on the line through a and b, is between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _vector(place: Point) -> Vector:
    latitude, longitude = map(math.radians, place)
    flat = math.cos(latitude)
    return flat * math.cos(longitude), flat * math.sin(longitude), math.sin(latitude)


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
