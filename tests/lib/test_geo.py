"""How far, and whether in an area: anywhere on earth, the date line and the poles included (S1-12, S1-26)."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paraph.lib import geo

SCHIPHOL, EELDE = (52.3105, 4.7683), (53.1250, 6.5833)
SQUARE = [(52.0, 5.0), (52.0, 5.02), (52.01, 5.02), (52.01, 5.0)]

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
places = st.tuples(latitudes, longitudes)
# `away` itself cannot start at a pole; rings that hold one are among these.
starts = st.tuples(st.floats(-89.9, 89.9), longitudes)


def away(place: geo.Point, bearing: float, metres: float) -> geo.Point:
    """The place so far off in a direction (radians from north): the textbook formula, written apart from the code."""
    latitude, longitude, angle = math.radians(place[0]), math.radians(place[1]), metres / geo.EARTH_M
    up = math.sin(latitude) * math.cos(angle) + math.cos(latitude) * math.sin(angle) * math.cos(bearing)
    there = math.asin(max(-1.0, min(1.0, up)))
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(latitude),
        math.cos(angle) - math.sin(latitude) * math.sin(there),
    )
    return math.degrees(there), (math.degrees(longitude + east) + 540) % 360 - 180


def ring(centre: geo.Point, metres: float, corners: int = 12) -> list[geo.Point]:
    """A polygon around a place, its corners so far from it."""
    return [away(centre, 2 * math.pi * i / corners, metres) for i in range(corners)]


def test_known_distances() -> None:
    assert geo.distance(SCHIPHOL, EELDE) == pytest.approx(151_900, rel=0.01)
    assert geo.distance((0.0, 179.999), (0.0, -179.999)) == pytest.approx(222.4, rel=0.001)
    assert geo.distance((90.0, 0.0), (90.0, 135.0)) == pytest.approx(0, abs=0.001)
    assert geo.distance((90.0, 0.0), (-90.0, 0.0)) == pytest.approx(math.pi * geo.EARTH_M)


@given(places, places, places)
def test_distance_is_one(a: geo.Point, b: geo.Point, c: geo.Point) -> None:
    """Never negative, the same both ways, no longer than half way round, and no way is shortened by a detour."""
    direct = geo.distance(a, b)
    assert 0 <= direct <= math.pi * geo.EARTH_M + 1
    assert direct == pytest.approx(geo.distance(b, a), abs=0.01)
    assert direct <= geo.distance(a, c) + geo.distance(c, b) + 1


@given(starts, st.floats(0, 2 * math.pi), st.floats(1, 10_000))
def test_distance_measures_what_was_walked(start: geo.Point, bearing: float, metres: float) -> None:
    assert geo.distance(start, away(start, bearing, metres)) == pytest.approx(metres, rel=0.001, abs=0.1)


@given(starts, st.floats(0, 2 * math.pi), st.floats(50, 20_000), st.floats(0, 3))
def test_a_ring_holds_what_is_near_its_centre(
    centre: geo.Point, bearing: float, metres: float, share: float
) -> None:
    """Anywhere on earth: inside within the sides' nearest, outside beyond the corners, and the edge as far as it is."""
    apothem = math.cos(math.pi / 12)
    assume(share < apothem - 0.01 or share > 1.01)
    polygon = ring(centre, metres)
    place = away(centre, bearing, share * metres)
    assert geo.inside(place, polygon) is (share < apothem)
    edge = geo.to_edge(place, polygon)
    if share < apothem:
        assert (apothem - share) * metres - 1 <= edge <= (1 - share) * metres + 1
    else:
        assert (share - 1) * metres - 1 <= edge <= (share - apothem) * metres + 1
    assert not geo.crosses_itself(polygon)


def test_a_polygon_across_the_date_line_and_one_around_a_pole() -> None:
    fiji = [(-17.0, 179.9), (-17.0, -179.9), (-16.9, -179.9), (-16.9, 179.9)]
    assert geo.inside((-16.95, 180.0), fiji)
    assert geo.inside((-16.95, -179.95), fiji)
    assert not geo.inside((-16.95, 0.0), fiji)
    assert not geo.inside((-16.95, 179.8), fiji)
    cap = [(89.9, 0.0), (89.9, 90.0), (89.9, 180.0), (89.9, -90.0)]
    assert geo.inside((90.0, 17.0), cap)
    assert not geo.inside((89.8, 45.0), cap)


def test_the_other_end_of_the_world_is_not_inside() -> None:
    assert not geo.inside((-52.005, -174.99), SQUARE)


def test_edges_are_measured_to_the_side_or_the_corner() -> None:
    north = geo.to_edge((52.02, 5.01), SQUARE)
    assert north == pytest.approx(geo.distance((52.02, 5.01), (52.01, 5.01)), abs=1)
    corner = geo.to_edge((52.02, 5.03), SQUARE)
    assert corner == pytest.approx(geo.distance((52.02, 5.03), (52.01, 5.02)), abs=0.01)
    assert geo.to_edge((52.0, 5.0), SQUARE) == pytest.approx(0, abs=0.001)


@pytest.mark.parametrize(
    "polygon",
    [
        [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]],
        [SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[3]],
        [SQUARE[0], SQUARE[1], SQUARE[0]],
        [(0.0, 0.0), (0.0, 120.0), (0.0, -120.0)],
        [(0.0, 0.0), (0.0, 0.01), (0.01, 0.005), (0.0, 0.005)],
    ],
)
def test_what_has_no_clear_inside_crosses_itself(polygon: list[geo.Point]) -> None:
    assert geo.crosses_itself(polygon)


def test_fewer_than_three_corners_hold_nothing() -> None:
    assert not geo.inside((52.0, 5.0), SQUARE[:2])
    assert not geo.inside((52.0, 5.0), [])


@pytest.mark.parametrize(
    "bad",
    [
        (math.nan, 4),
        (4, math.inf),
        (999, 4),
        (4, 180.01),
        ("52", 4),
        (None, 4),
        (True, 4),
        (10**400, 4),
        ([], {}),
    ],
)
def test_what_is_no_place_is_none(bad: tuple[object, object]) -> None:
    assert geo.point(*bad) is None


def test_whole_numbers_are_a_place() -> None:
    assert geo.point(-90, 180) == (-90.0, 180.0)
