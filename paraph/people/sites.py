"""Where a site is: the area inside which a signature counts as given there (S1-12, S1-26).

The secret: an area is a circle or a polygon, never both and never a guess; each change is a new version, so that a
record says against which one a position was judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import geo
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.facts import SiteAreaChanged
from paraph.people.models import Member, Site

RIGHT = "customer.edit"
SMALLEST_M, WIDEST_M = (
    10,
    50_000,
)  # a phone knows no better than the one; the other is a harbour, not a country
FEWEST_CORNERS, MOST_CORNERS = 3, 100
DIGITS = 7  # of a degree: a centimetre


class BadArea(ValueError):
    """It is no area. `field` says which part (latitude, longitude, radius_m, polygon), the text why, for people."""

    def __init__(self, field: str, sentence: Any) -> None:
        super().__init__(str(sentence))
        self.field = field


@dataclass(frozen=True)
class AreaDraft:
    """An area as entered, in WGS 84 degrees and metres: a centre with a radius, or corners, or nothing."""

    latitude: float | None = None
    longitude: float | None = None
    radius_m: int | None = None
    polygon: Sequence[geo.Point] = ()


@transaction.atomic
def put_area(site: Site, draft: AreaDraft, *, by: Member, actor: Actor) -> Site:
    """Store where a site is; an empty draft forgets it. The same area again changes nothing.

    Raises `access.Forbidden` (for a site of another organisation, too) and `BadArea`.
    """
    access.require(by, RIGHT)
    if site.customer.organisation_id != by.organisation_id:
        raise access.Forbidden(RIGHT)
    wanted = _judged(draft)
    now = (
        Site.objects.select_for_update(of=("self",)).select_related("customer__organisation").get(pk=site.pk)
    )
    before = {name: getattr(now, name) for name in wanted}
    if wanted == before:
        return now
    for name, value in wanted.items():
        setattr(now, name, value)
    now.area_version += 1
    now.save(update_fields=[*wanted, "area_version"])
    ledger.append(
        SiteAreaChanged(
            site=str(now.pk),
            area_version=now.area_version,
            shape=shape(now),
            name=now.name,
            before=before,
            after=wanted,
        ),
        log=now.customer.organisation.log,
        topic=f"customer:{now.customer_id}",
        by=actor,
    )
    return now


def shape(site: Site) -> str:
    """``polygon``, ``circle``, or "" where the site has no area."""
    if site.polygon:
        return "polygon"
    return "circle" if None not in (site.latitude, site.longitude, site.radius_m) else ""


def _judged(draft: AreaDraft) -> dict[str, Any]:
    """The area as stored, in one of its three shapes."""
    if draft.polygon:
        return {"latitude": None, "longitude": None, "radius_m": None, "polygon": _polygon(draft.polygon)}
    given = (draft.latitude, draft.longitude, draft.radius_m)
    if given == (None, None, None):
        return {"latitude": None, "longitude": None, "radius_m": None, "polygon": []}
    if geo.point(draft.latitude, 0) is None:
        raise BadArea("latitude", _("A latitude is a number from -90 to 90."))
    if geo.point(0, draft.longitude) is None:
        raise BadArea("longitude", _("A longitude is a number from -180 to 180."))
    if draft.radius_m is None or not SMALLEST_M <= draft.radius_m <= WIDEST_M:
        raise BadArea("radius_m", _("A radius is from 10 to 50,000 metres."))
    return {**_rounded(draft.latitude, draft.longitude), "radius_m": draft.radius_m, "polygon": []}


def _rounded(latitude: Any, longitude: Any) -> dict[str, float]:
    return {"latitude": round(float(latitude), DIGITS), "longitude": round(float(longitude), DIGITS)}


def _polygon(corners: Sequence[geo.Point]) -> list[list[float]]:
    if not FEWEST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise BadArea("polygon", _("An area has 3 to 100 corners."))
    if any(geo.point(*corner) is None for corner in corners):
        raise BadArea(
            "polygon", _("Each corner needs a latitude from -90 to 90 and a longitude from -180 to 180.")
        )
    rounded = [list(_rounded(*corner).values()) for corner in corners]
    placed = [(latitude, longitude) for latitude, longitude in rounded]
    centre = geo.middle(placed)
    if any(geo.distance(centre, one) > WIDEST_M for one in placed):
        raise BadArea("polygon", _("The corners are too far apart: at most 50 km from their middle."))
    if geo.crosses_itself(placed):
        raise BadArea("polygon", _("The sides of this area cross. Put its corners in order, once around."))
    return rounded
