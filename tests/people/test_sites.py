"""Where a site is: a circle or an outline, each change a new version (S1-12, S1-26)."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.evidence.models import Entry
from paraph.people import access, sites
from paraph.people.models import Site
from paraph.people.sites import AreaDraft, BadArea
from tests.cast import Shop

CIRCLE = AreaDraft(53.125, 6.5833, 200)
SQUARE = ((53.12, 6.58), (53.12, 6.59), (53.13, 6.59), (53.13, 6.58))


def put(shop: Shop, draft: AreaDraft, **changes: Any) -> Site:
    by = changes.get("by", shop.mara)
    return sites.put_area(shop.site, draft, by=by, actor=by.actor)


def facts() -> list[dict[str, Any]]:
    found = Entry.objects.filter(kind="site.area_changed").order_by("index")
    return [one.content["fact"] for one in found]


def test_S1_26_each_change_is_a_new_version_and_one_fact(shop: Shop) -> None:
    assert put(shop, CIRCLE).area_version == 1
    assert put(shop, CIRCLE).area_version == 1
    outlined = put(shop, AreaDraft(polygon=SQUARE))
    assert (outlined.area_version, outlined.radius_m, len(outlined.polygon)) == (2, None, 4)
    gone = put(shop, AreaDraft())
    assert (gone.area_version, gone.polygon, sites.shape(gone)) == (3, [], "")
    assert [(one["area_version"], one["shape"]) for one in facts()] == [
        (1, "circle"),
        (2, "polygon"),
        (3, ""),
    ]
    # Where somebody lives is personal: beside the leaf, not in it.
    assert not any("6.58" in str(one) for one in facts())


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (AreaDraft(91, 6, 200), "latitude"),
        (AreaDraft(None, 6, 200), "latitude"),
        (AreaDraft(53, -181, 200), "longitude"),
        (AreaDraft(53, 6, None), "radius_m"),
        (AreaDraft(53, 6, 9), "radius_m"),
        (AreaDraft(53, 6, 50_001), "radius_m"),
        (AreaDraft(polygon=SQUARE[:2]), "polygon"),
        (AreaDraft(polygon=[*SQUARE[:2], (99, 0)]), "polygon"),
        (AreaDraft(polygon=[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]), "polygon"),
        (AreaDraft(polygon=[(50, 5), (50, 8), (52, 6)]), "polygon"),
        (AreaDraft(polygon=[(53, 6 + number / 1000) for number in range(101)]), "polygon"),
    ],
)
def test_S1_26_what_is_no_area_is_refused(shop: Shop, draft: AreaDraft, field: str) -> None:
    with pytest.raises(BadArea) as refusal:
        put(shop, draft)
    assert refusal.value.field == field
    assert Site.objects.get(pk=shop.site.pk).area_version == 0
    assert not facts()


def test_S1_26_the_office_draws_the_areas_of_its_own_customers(shop: Shop, rival: Shop) -> None:
    for by in (shop.tess, rival.mara):
        with pytest.raises(access.Forbidden):
            put(shop, CIRCLE, by=by)
    assert not facts()
