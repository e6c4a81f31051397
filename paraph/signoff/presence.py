"""Where and when it was signed, as far as the phone's claim and the site's area tell (S1-11, S1-12, S1-26).

The secret: three answers, never two. *Inside* and *outside* need a fresh fix that leaves no doubt; whatever is missing,
old, coarse or unreadable is *unknown* with its reason, and no value stands in for one that was not recorded (R14). All
of it is pure: numbers in, a part of the record out, and a stranger can compute it again from the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.lib import canonical, clock, geo
from paraph.people.models import Site
from paraph.signoff.models import PlacePolicy, Policy

INSIDE, OUTSIDE, UNKNOWN = "inside", "outside", "unknown"

FRESH = timedelta(minutes=2)  # a fix older than this at the act says where the phone was, not where it is
EARTH_M = 20_100_000  # half way round: a wider circle is no position
ACCURATE_M = 250  # a circle wider than this holds the neighbours as well

AHEAD = timedelta(minutes=5)  # a claimed time this far after its arrival is no time
BACK = timedelta(minutes=2)  # what a network sets a clock back by is less
OFF = timedelta(minutes=10)  # between the phone's clock and ours when they were last compared

# Why it is unknown, as a manager reads it.
WHY = {
    "denied": _("The phone was not allowed to tell its position."),
    "unavailable": _("The phone could not find its position."),
    "timeout": _("The phone did not find its position in time."),
    "not_told": _("The phone told no position."),
    "unreadable": _("What the phone told is no position."),
    "too_old": _("The position was found too long before the signature."),
    "too_coarse": _("The position is not accurate enough."),
    "on_the_edge": _("The position is too near the edge of the site’s area."),
    "no_area": _("The site has no area on the map."),
    "no_site": _("The order names no site."),
}
MISSING = ("denied", "unavailable", "timeout")
MAX_SOURCE = 100  # characters


@dataclass(frozen=True)
class Fix:
    """A position a phone told: metres of accuracy, and how old it was at the act in seconds."""

    place: geo.Point
    accuracy_m: float
    age_s: float


def judge(place: Any, site: Site | None, at: datetime | None) -> dict[str, Any]:
    """Judge a claimed position against a site; returns the record's `place` (docs/evidence-format.md).

    `place` is the phone's claim as it came, `at` when it was signed **by the same phone's clock** (None: unreadable):
    a clock that is wrong does not make a fix old. Never raises for what a phone sends.
    """
    told: dict[str, Any] = {
        "verdict": UNKNOWN,
        "why": None,
        "latitude": None,
        "longitude": None,
        "accuracy_m": None,
        "age_s": None,
        "source": None,
        **_area(site),
        "distance_m": None,
        "distance_from": None,
    }
    fix = _fix(place, at)
    if not isinstance(fix, Fix):
        return {**told, "why": fix}
    told |= {
        "latitude": fix.place[0],
        "longitude": fix.place[1],
        "accuracy_m": fix.accuracy_m,
        "age_s": round(fix.age_s, 3),
        "source": _source(place),
    }
    found = site and measure(fix.place, site)
    if not found:
        return {**told, "why": "no_area" if site else "no_site"}
    told |= {"distance_m": round(found.distance_m), "distance_from": found.measured_from}
    verdict, why = _verdict(fix, found)
    return {**told, "verdict": verdict, "why": why}


def doubts(place: dict[str, Any], policy: Policy) -> tuple[str, ...]:
    """What is in doubt about a judged place, as codes of `circumstances.DOUBTS`; nothing where it is only recorded."""
    if policy.place == PlacePolicy.RECORD or place["verdict"] == INSIDE:
        return ()
    return ("place_outside",) if place["verdict"] == OUTSIDE else ("place_unknown",)


@dataclass(frozen=True)
class Measured:
    """How a place lies to an area: in it or not, metres to its edge, metres from its centre or else its edge."""

    within: bool
    to_edge_m: float
    distance_m: float
    measured_from: str


def measure(place: geo.Point, site: Site) -> Measured | None:
    """Lay a place against a site's area: its polygon, else its circle; None where it has neither."""
    if site.polygon:
        corners = [(corner[0], corner[1]) for corner in site.polygon]
        edge = geo.to_edge(place, corners)
        return Measured(geo.inside(place, corners), edge, edge, "edge")
    if site.latitude is None or site.longitude is None or not site.radius_m:
        return None
    away = geo.distance(place, (site.latitude, site.longitude))
    return Measured(away <= site.radius_m, abs(away - site.radius_m), away, "centre")


def _verdict(fix: Fix, found: Measured) -> tuple[str, str | None]:
    """Fresh or nothing; outside if the whole circle of accuracy is, however wide; inside only if it is narrow."""
    if abs(fix.age_s) > FRESH.total_seconds():
        return UNKNOWN, "too_old"
    if not found.within and found.to_edge_m > fix.accuracy_m:
        return OUTSIDE, None
    if fix.accuracy_m > ACCURATE_M:
        return UNKNOWN, "too_coarse"
    return (INSIDE, None) if found.within else (UNKNOWN, "on_the_edge")


def _fix(place: Any, at: datetime | None) -> Fix | str:
    """The claim as numbers, or the code why there are none."""
    if not isinstance(place, dict) or not place:
        return "not_told"
    if "missing" in place:
        return place["missing"] if place["missing"] in MISSING else "not_told"
    where = geo.point(place.get("latitude"), place.get("longitude"))
    accuracy, found_at = geo.number(place.get("accuracy_m")), moment(place.get("at"))
    if where is None or accuracy is None or not 0 < accuracy <= EARTH_M or found_at is None or at is None:
        return "unreadable"
    return Fix(where, accuracy, (at - found_at).total_seconds())


def _area(site: Site | None) -> dict[str, Any]:
    """The site and its area as they were at the act, to compute the distance again from the record."""
    area: dict[str, Any] | None = None
    if site and site.polygon:
        area = {"polygon": site.polygon}
    elif site and site.latitude is not None and site.longitude is not None and site.radius_m:
        area = {"latitude": site.latitude, "longitude": site.longitude, "radius_m": site.radius_m}
    return {
        "site": str(site.pk) if site else None,
        "area_version": site.area_version if site and area else None,
        "area": area,
    }


def _source(place: dict[str, Any]) -> str | None:
    source = place.get("source")
    # Half a surrogate pair, for one, is text that no record can hold.
    return source[:MAX_SOURCE] if isinstance(source, str) and source and source.isprintable() else None


def moment(claimed: Any) -> datetime | None:
    """A claimed time, aware, in UTC; None for what is none: no text, no zone, 30 February, a year no zone can show."""
    try:
        found = clock.parse(claimed) if isinstance(claimed, str) else None
    except (ValueError, OverflowError):
        return None
    return found if found and MINYEAR < found.year < MAXYEAR else None


STEPS = ("begun", "reviewed", "consented", "acted")
COMPARED = ("last_server", "last_device")


def clock_findings(
    claimed: Any, *, arrived: datetime, previous: str | datetime | None = None, late_hours: int
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Judge what a phone's clock claimed; returns the record's `clock`, and doubts (S1-11, faults.md F11, F12).

    `claimed` is the payload's `clock` as it came, `arrived` the moment by our clock, `previous` what the same phone
    claimed as `acted` in the envelope before this one, `late_hours` the policy's. Our clock dates the signature; the
    claim stands beside it. `estimated_at` is the claim put right by how far off the phone was when last compared.
    """
    given = claimed if isinstance(claimed, dict) else {}
    times = {name: moment(given.get(name)) for name in (*STEPS, *COMPARED)}
    before = moment(previous) if isinstance(previous, str) else previous
    off = _off(times)
    acted = times["acted"]
    estimated = _shift(acted, -off) if acted and off is not None else acted
    found = {
        "clock_ahead": bool(acted and acted - arrived > AHEAD),
        "clock_back": _set_back([times[name] for name in STEPS]) or _set_back([before, acted]),
        # A time that cannot be read tells as little as one that is wrong.
        "clock_off": acted is None or (off is not None and abs(off) > OFF),
        "late": bool(estimated and arrived - estimated > timedelta(hours=late_hours)),
    }
    codes = tuple(code for code, true in found.items() if true)
    told: dict[str, Any] = {
        "claimed": {
            **{name: clock.iso(at) if at else None for name, at in times.items()},
            "uptime_ms": _uptime(given.get("uptime_ms")),
        },
        "previous": clock.iso(before) if before else None,
        "arrived": clock.iso(arrived),
        "off_s": round(off.total_seconds(), 3) if off is not None else None,
        "estimated_at": clock.iso(estimated) if estimated else None,
        "findings": list(codes),
    }
    return told, codes


def _off(times: dict[str, datetime | None]) -> timedelta | None:
    """How far the phone's clock was ahead of ours when they were last compared; None: never."""
    ours, theirs = times["last_server"], times["last_device"]
    return theirs - ours if ours and theirs else None


def _shift(at: datetime, by: timedelta) -> datetime | None:
    try:
        return at + by
    except OverflowError:
        return None


def _set_back(claimed: Sequence[datetime | None]) -> bool:
    """Whether any time is before one that came before it."""
    latest: datetime | None = None
    for at in (one for one in claimed if one):
        if latest and latest - at > BACK:
            return True
        latest = max(latest, at) if latest else at
    return False


def _uptime(value: Any) -> int | None:
    found = geo.number(value)
    return int(found) if found is not None and 0 <= found <= canonical.MAX_SAFE else None
