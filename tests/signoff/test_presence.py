"""Where and when: three answers, no default, and nothing a phone sends makes it fail (S1-11, S1-12, S1-26, R14)."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.lib import canonical, clock, geo
from paraph.people.models import Site
from paraph.signoff import presence
from paraph.signoff.models import Policy

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
HANGAR = (53.1250, 6.5833)


def circle(**changes: Any) -> Site:
    """A site with a circle of 200 m; not saved."""
    given = {"latitude": HANGAR[0], "longitude": HANGAR[1], "radius_m": 200, "area_version": 3}
    return Site(name="Hangar 7", **{**given, **changes})


def square() -> Site:
    """The same site with a polygon of some 200 m square."""
    lat, lon = HANGAR
    corners = [[lat - 0.001, lon - 0.0015], [lat - 0.001, lon + 0.0015], [lat + 0.001, lon + 0.0015]]
    return circle(polygon=[*corners, [lat + 0.001, lon - 0.0015]])


def north(metres: float) -> float:
    """The latitude so far north of the hangar."""
    return HANGAR[0] + math.degrees(metres / geo.EARTH_M)


def told(metres: float = 0, *, accuracy: Any = 20, age: float = 5, **changes: Any) -> dict[str, Any]:
    """What a phone tells, standing so far north of the hangar."""
    return {
        "latitude": north(metres),
        "longitude": HANGAR[1],
        "accuracy_m": accuracy,
        "at": clock.iso(AT - timedelta(seconds=age)),
        "source": "gps of the technician's device",
        **changes,
    }


@pytest.mark.parametrize(
    ("place", "verdict", "why"),
    [
        (told(0), "inside", None),
        (told(199), "inside", None),
        (told(0, accuracy=250), "inside", None),
        (told(0, accuracy=251), "unknown", "too_coarse"),
        (told(215), "unknown", "on_the_edge"),
        (told(219.5), "unknown", "on_the_edge"),
        (told(221), "outside", None),
        (told(5000), "outside", None),
        (told(5000, accuracy=4000), "outside", None),
        (told(5000, accuracy=4900), "unknown", "too_coarse"),
        (told(0, age=120), "inside", None),
        (told(0, age=121), "unknown", "too_old"),
        (told(5000, age=121), "unknown", "too_old"),
        (told(0, age=-121), "unknown", "too_old"),
        ({"missing": "denied"}, "unknown", "denied"),
        ({"missing": "unavailable"}, "unknown", "unavailable"),
        ({"missing": "timeout"}, "unknown", "timeout"),
        ({"missing": ["no"]}, "unknown", "not_told"),
        (None, "unknown", "not_told"),
        ({}, "unknown", "not_told"),
        ("here", "unknown", "not_told"),
    ],
)
def test_S1_26_a_circle_tells_inside_outside_or_unknown(place: Any, verdict: str, why: str | None) -> None:
    found = presence.judge(place, circle(), AT)
    assert (found["verdict"], found["why"]) == (verdict, why)
    canonical.dumps(found)


@pytest.mark.parametrize(
    ("metres", "verdict"), [(0, "inside"), (100, "inside"), (120, "unknown"), (140, "outside")]
)
def test_S1_26_a_polygon_counts_and_not_its_circle(metres: float, verdict: str) -> None:
    found = presence.judge(told(metres), square(), AT)
    assert found["verdict"] == verdict
    assert found["distance_from"] == "edge"
    assert list(found["area"]) == ["polygon"]


def test_R14_the_record_holds_what_is_needed_to_compute_it_again() -> None:
    found = presence.judge(told(430), circle(), AT)
    assert found["distance_m"] == 430
    assert found["distance_from"] == "centre"
    assert found["age_s"] == 5
    assert found["area_version"] == 3
    area = found["area"]
    again = geo.distance((found["latitude"], found["longitude"]), (area["latitude"], area["longitude"]))
    assert round(again) == found["distance_m"]


@pytest.mark.parametrize(
    ("site", "why"),
    [
        (None, "no_site"),
        (circle(radius_m=None), "no_area"),
        (circle(latitude=None), "no_area"),
        (Site(), "no_area"),
    ],
)
def test_R14_without_an_area_the_position_is_kept_and_nothing_is_made_up(site: Site | None, why: str) -> None:
    found = presence.judge(told(), site, AT)
    assert (found["verdict"], found["why"], found["latitude"]) == ("unknown", why, HANGAR[0])
    assert (found["area"], found["area_version"], found["distance_m"], found["distance_from"]) == (None,) * 4


def test_R14_without_a_position_no_value_stands_in() -> None:
    found = presence.judge({"missing": "denied"}, circle(), AT)
    assert {
        found[key] for key in ("latitude", "longitude", "accuracy_m", "age_s", "source", "distance_m")
    } == {None}


@pytest.mark.parametrize(
    "changes",
    [
        {"latitude": math.nan},
        {"latitude": 999},
        {"longitude": "6.58"},
        {"accuracy_m": None},
        {"accuracy_m": 0},
        {"accuracy_m": -20},
        {"accuracy_m": math.inf},
        {"at": "yesterday"},
        {"at": "2026-11-24T15:00:00"},
        {"at": "2026-02-30T15:00:00Z"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": 1764000000},
    ],
)
def test_S1_26_what_cannot_be_read_is_unknown(changes: dict[str, Any]) -> None:
    found = presence.judge(told(**changes), circle(), AT)
    assert (found["verdict"], found["why"], found["latitude"]) == ("unknown", "unreadable", None)


def test_S1_26_a_signature_without_a_time_of_its_own_has_no_fresh_position() -> None:
    assert presence.judge(told(), circle(), None)["why"] == "unreadable"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
claims = json_values | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("latitude", "longitude", "accuracy_m", "at", "source", "missing"), json_values),
)


@given(claims)
@settings(max_examples=40)
def test_nothing_a_phone_sends_is_inside_by_accident_or_makes_it_fail(place: Any) -> None:
    found = presence.judge(place, circle(), AT)
    assert found["verdict"] != "inside"
    assert found["why"] in presence.WHY or found["verdict"] == "outside"
    canonical.dumps(found)


@pytest.mark.parametrize(
    ("policy", "metres", "doubts"),
    [
        ("record", 5000, ()),
        ("warn", 0, ()),
        ("warn", 5000, ("place_outside",)),
        ("require", 5000, ("place_outside",)),
        ("warn", 210, ("place_unknown",)),
        ("require", 210, ("place_unknown",)),
    ],
)
def test_S1_12_the_policy_says_what_is_a_doubt(policy: str, metres: float, doubts: tuple[str, ...]) -> None:
    found = presence.judge(told(metres), circle(), AT)
    assert presence.doubts(found, Policy(place=policy)) == doubts


# The clock


def claimed(acted: datetime = AT, *, off: timedelta | None = timedelta(0), **changes: Any) -> dict[str, Any]:
    """What a phone claims that was last compared with us an hour before, its clock `off` by so much."""
    ours = AT - timedelta(hours=1)
    return {
        "begun": clock.iso(acted - timedelta(minutes=4)),
        "reviewed": clock.iso(acted - timedelta(minutes=2)),
        "consented": clock.iso(acted - timedelta(seconds=20)),
        "acted": clock.iso(acted),
        "last_server": clock.iso(ours) if off is not None else None,
        "last_device": clock.iso(ours + off) if off is not None else None,
        "uptime_ms": 86_400_000,
        **changes,
    }


def findings(clock_: Any, *, arrived: datetime = AT, previous: Any = None, late_hours: int = 72) -> set[str]:
    """The doubts alone."""
    return set(presence.clock_findings(clock_, arrived=arrived, previous=previous, late_hours=late_hours)[1])


YEARS = timedelta(days=3 * 365)


@pytest.mark.parametrize(
    ("clock_", "arrived", "expected"),
    [
        (claimed(), AT, set()),
        (claimed(), AT + timedelta(hours=71), set()),
        (claimed(), AT + timedelta(hours=73), {"late"}),
        (claimed(AT + timedelta(minutes=4)), AT, set()),
        (claimed(AT + timedelta(minutes=6)), AT, {"clock_ahead"}),
        (claimed(off=timedelta(minutes=9)), AT, set()),
        (claimed(off=timedelta(minutes=-11)), AT, {"clock_off"}),
        # Three years fast, and three years slow: told as wrong, and not as late, because we know by how much.
        (claimed(AT + YEARS, off=YEARS), AT, {"clock_ahead", "clock_off"}),
        (claimed(AT - YEARS, off=-YEARS), AT, {"clock_off"}),
        # Never compared: three years slow cannot be told from three years late, and is not passed over.
        (claimed(AT - YEARS, off=None), AT, {"late"}),
        (claimed(AT, off=None), AT, set()),
    ],
)
def test_F12_a_wrong_clock_is_told(clock_: dict[str, Any], arrived: datetime, expected: set[str]) -> None:
    assert findings(clock_, arrived=arrived) == expected


@pytest.mark.parametrize(
    ("previous", "expected"),
    [
        (None, set()),
        (AT - timedelta(days=1), set()),
        (AT + timedelta(minutes=1), set()),
        (AT + timedelta(minutes=10), {"clock_back"}),
        (clock.iso(AT + timedelta(minutes=10)), {"clock_back"}),
        ("rubbish", set()),
    ],
)
def test_F12_a_clock_set_back_between_two_captures_is_told(previous: Any, expected: set[str]) -> None:
    assert findings(claimed(), previous=previous) == expected


def test_F12_a_clock_set_back_while_signing_is_told() -> None:
    assert findings(claimed(reviewed=clock.iso(AT + timedelta(hours=1)))) == {"clock_back"}


@pytest.mark.parametrize(
    ("acted", "arrived"),
    [
        # The hour that is there twice, the hour that is not there, 29 February, and the year's last second.
        ("2026-10-25T02:59:30+02:00", "2026-10-25T01:00:10+00:00"),
        ("2026-03-29T01:59:30+01:00", "2026-03-29T03:00:10+02:00"),
        ("2028-02-29T23:59:30+01:00", "2028-03-01T00:00:10+01:00"),
        ("2026-12-31T23:59:30+00:00", "2027-01-01T01:00:10+01:00"),
    ],
)
def test_F11_no_day_of_the_calendar_is_in_doubt(acted: str, arrived: str) -> None:
    at = clock.parse(acted)
    shown = claimed(at, off=None)
    assert findings(shown, arrived=clock.parse(arrived), previous=at - timedelta(minutes=3)) == set()


def test_F12_the_claim_stands_beside_our_time() -> None:
    record, _ = presence.clock_findings(
        claimed(AT - YEARS, off=-YEARS), arrived=AT, previous=None, late_hours=72
    )
    assert record["claimed"]["acted"] == clock.iso(AT - YEARS)
    assert record["estimated_at"] == record["arrived"] == clock.iso(AT)
    assert record["off_s"] == -YEARS.total_seconds()
    assert record["findings"] == ["clock_off"]
    assert record["previous"] is None


@settings(max_examples=40)
@given(
    json_values
    | st.fixed_dictionaries({}, optional=dict.fromkeys((*presence.STEPS, "uptime_ms"), json_values))
)
def test_a_clock_that_cannot_be_read_is_in_doubt(clock_: Any) -> None:
    record, doubts = presence.clock_findings(clock_, arrived=AT, late_hours=72)
    assert doubts == ("clock_off",)
    assert record["claimed"]["acted"] is None
    canonical.dumps(record)


def test_times_at_the_ends_of_the_calendar_are_none_and_do_not_make_it_fail() -> None:
    ends = {
        "acted": "9999-12-31T23:59:59Z",
        "last_server": "9999-12-31T23:59:59Z",
        "last_device": "0001-01-01T00:00:00Z",
    }
    assert findings(ends) == {"clock_off"}
    assert findings({**ends, "acted": "9998-12-31T23:59:59Z"}) == {"clock_ahead"}
