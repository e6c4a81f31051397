"""The area of a site by fields: typed, pasted, moved, kept when wrong (S1-12, S1-26)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.config import tiles
from paraph.people import sites
from paraph.people.models import Site
from paraph.people.sites import AreaDraft
from paraph.web.office.forms import area as sheets
from tests.cast import Shop
from tests.web.office.conftest import Staff

Come = Callable[..., Staff]
PASTED = "52.3105, 4.7683\n52.3105 4.7783; 52.3205,4.7783\nand 52.3205 4.7683"


def page_of(site: Site) -> str:
    return f"/customers/{site.customer_id}/sites/{site.pk}/area/"


def stored(site: Site) -> Site:
    return Site.objects.get(pk=site.pk)


def test_S1_26_a_circle_is_typed_with_commas_or_points(shop: Shop, staff: Come) -> None:
    dirk, path = staff(shop.members["dispatcher"]), page_of(shop.site)
    answer = dirk.fill(path, shape="circle", latitude="53,125", longitude=" 6.5833 ", radius_m="200")
    assert answer["Location"] == f"/customers/{shop.site.customer_id}/"
    assert (stored(shop.site).latitude, stored(shop.site).longitude) == (53.125, 6.5833)
    assert "Circle of 200 m" in dirk.text(f"/customers/{shop.site.customer_id}/")
    # A customer saved on their own page keeps their areas.
    dirk.fill(f"/customers/{shop.site.customer_id}/", name="Other name")
    assert (stored(shop.site).radius_m, stored(shop.site).area_version) == (200, 1)


def test_S1_26_pasted_pairs_are_corners_that_can_be_moved_and_taken_away(shop: Shop, staff: Come) -> None:
    mara, path = staff(shop.mara), page_of(shop.site)
    page = mara.fill(path, pasted=PASTED, paste="1").content.decode()
    fields = mara.fields(page)
    page = mara.post(path, fields | {"down": "corner-0"}).content.decode()
    fields = mara.fields(page)
    order = [
        value for name, (value, *_) in fields.items() if name.startswith("corner") and "longitude" in name
    ]
    assert order[:2] == ["4.7783", "4.7683"]
    # Out of order its sides cross: said, and nothing typed is lost.
    wrong = mara.post(path, fields)
    assert wrong.status_code == 400
    assert "sides of this area cross" in wrong.content.decode()
    assert wrong.content.decode().count("4.7783") >= 2
    page = mara.post(path, fields | {"up": "corner-1"}).content.decode()
    assert mara.post(path, mara.fields(page)).status_code == 302
    assert stored(shop.site).polygon[1] == [52.3105, 4.7783]


def test_S1_26_one_pasted_pair_is_a_centre(shop: Shop, staff: Come) -> None:
    mara, path = staff(shop.mara), page_of(shop.site)
    page = mara.fill(path, pasted="-17.5, 179.99", paste="1").content.decode()
    assert mara.post(path, mara.fields(page)).status_code == 302
    assert (stored(shop.site).latitude, stored(shop.site).radius_m) == (-17.5, 200)


@pytest.mark.parametrize(
    "told",
    [
        {"shape": "circle", "latitude": "north", "longitude": "6", "radius_m": "200"},
        {"shape": "circle", "latitude": "nan", "longitude": "6", "radius_m": "200"},
        {"shape": "circle", "latitude": "53", "longitude": "", "radius_m": "200"},
        {"shape": "circle", "latitude": "53", "longitude": "6", "radius_m": "5"},
        {"shape": "polygon", "corner-0-latitude": "53", "corner-0-longitude": "6"},
        {"shape": "polygon", "corner-0-latitude": "53", "corner-0-longitude": "x"},
        {"shape": "star"},
        {},
    ],
)
def test_S1_26_what_is_wrong_is_said_and_nothing_is_stored(
    shop: Shop, staff: Come, told: dict[str, str]
) -> None:
    answer = staff(shop.mara).post(page_of(shop.site), told)
    assert answer.status_code == 400
    assert 'class="errors' in answer.content.decode()
    assert stored(shop.site).area_version == 0


def test_an_area_is_forgotten(shop: Shop, staff: Come) -> None:
    sites.put_area(shop.site, AreaDraft(53, 6, 100), by=shop.mara, actor=shop.mara.actor)
    staff(shop.mara).fill(page_of(shop.site), shape="none")
    assert sites.shape(stored(shop.site)) == ""


def test_this_page_alone_may_ask_where_its_reader_is(shop: Shop, staff: Come) -> None:
    mara = staff(shop.mara)
    assert "geolocation=(self)" in mara.get(page_of(shop.site))["Permissions-Policy"]
    assert "geolocation=()" in mara.get(f"/customers/{shop.site.customer_id}/")["Permissions-Policy"]


def test_positions_that_are_none_are_left_out() -> None:
    assert sheets.positions("52.1, 4.2\n999 4\nhello 7\n-33.9;151.2") == [(52.1, 4.2), (-33.9, 151.2)]


@pytest.mark.parametrize(
    ("template", "origin"),
    [
        ("", []),
        ("https://tiles.example.com/{z}/{x}/{y}.png", ["https://tiles.example.com"]),
        ("http://localhost:8080/{z}/{x}/{y}.png", ["http://localhost:8080"]),
    ],
)
def test_a_tile_server_is_allowed_by_its_origin_alone(template: str, origin: list[str]) -> None:
    assert tiles.origin(template) == origin


@pytest.mark.parametrize(
    "template",
    [
        "https://tiles.example.com/map.png",
        "http://tiles.example.com/{z}/{x}/{y}.png",
        "https://{s}.example.com/{z}/{x}/{y}.png",
        "https://*.example.com/{z}/{x}/{y}.png",
        "https://a.example.com; script-src */{z}/{x}/{y}",
        "data:{z}{x}{y}",
    ],
)
def test_a_tile_server_that_is_not_one_host_stops_the_start(template: str) -> None:
    with pytest.raises(Exception, match="PARAPH_TILES"):
        tiles.origin(template)
