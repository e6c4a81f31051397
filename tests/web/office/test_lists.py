"""Settings › Parts list, Labour codes and Checklist; what the order form picks from them (S1-17, S1-18, S1-37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from paraph.people.models import Member
from paraph.work import defining, lists
from paraph.work.models import CatalogPart, ChecklistPoint, LabourCode
from tests.cast import Shop
from tests.web.office.conftest import Staff

PARTS, CODES, POINTS = "/settings/parts/", "/settings/labour/", "/settings/checklist/"


@pytest.fixture
def mara(shop: Shop, staff: Callable[[Member], Staff]) -> Staff:
    return staff(shop.mara)


def put(shop: Shop, number: str = "156E66", **changes: Any) -> CatalogPart:
    told: Any = {"number": number, "name": "Tyre", "unit_price": 12050, **changes}
    return lists.put_part(None, **told, by=shop.mara, actor=shop.mara.actor)


def read(browser: Staff, content: str, **more: str) -> Any:
    return browser.post(f"{PARTS}read/", {"file": SimpleUploadedFile("parts.csv", content.encode()), **more})


def stock(shop: Shop) -> dict[str, int]:
    return {one.number: one.unit_price for one in lists.parts_of(shop.organisation)}


def test_S1_18_parts_are_added_changed_found_and_archived(shop: Shop, mara: Staff) -> None:
    assert "Add the first part" in mara.text(PARTS)
    assert mara.fill(f"{PARTS}new/", number="156E66", name="Tyre", unit_price="120.50")["Location"] == PARTS
    part = CatalogPart.objects.get()
    assert (part.number, part.name, part.unit_price) == ("156E66", "Tyre", 12050)
    mara.fill(f"{PARTS}{part.pk}/", name="Main tyre", unit_price="")
    assert stock(shop) == {"156E66": 0}
    put(shop, "AX-1", name="Axle")
    page = mara.text(f"{PARTS}?q=tyr")
    assert ("Main tyre" in page, "Axle" in page) == (True, False)
    mara.post(f"{PARTS}{part.pk}/archive/")
    assert "Main tyre is archived" in mara.text(PARTS)
    assert "Main tyre" not in mara.text(PARTS)
    assert "Main tyre" in mara.text(f"{PARTS}?archived=1")
    mara.post(f"{PARTS}{part.pk}/restore/")
    assert len(stock(shop)) == 2


def test_a_number_twice_is_refused_beside_what_was_typed(shop: Shop, mara: Staff) -> None:
    put(shop)
    answer = mara.fill(f"{PARTS}new/", number="156E66", name="Other", unit_price="x")
    assert answer.status_code == 400
    answer = mara.fill(f"{PARTS}new/", number="156E66", name="Other", unit_price="1")
    page = answer.content.decode()
    assert (answer.status_code, "Another one on the list is called so" in page) == (400, True)
    assert Staff.fields(page)["name"] == ["Other"]


def test_a_file_is_read_or_every_wrong_line_is_named_and_nothing_stored(shop: Shop, mara: Staff) -> None:
    put(shop)
    answer = read(mara, "number;name;price\n156E66;Tyre;130\nA-1;Bolt;cheap\n;Nut;1\n")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Line 3: “cheap” is not a price" in page
    assert "Line 4: the part number is missing." in page
    assert stock(shop) == {"156E66": 12050}
    told = read(mara, "number;name;price\nA-1;Bolt;1.50\n", only="on")
    assert told["Location"] == PARTS
    assert "The list is read: 1 new, 0 changed, 1 archived." in mara.text(PARTS)
    assert stock(shop) == {"A-1": 150}
    assert mara.post(f"{PARTS}read/").status_code == 400
    assert "The file is empty" in read(mara, "").content.decode()


def test_S1_37_labour_codes_are_made_changed_and_archived(shop: Shop, mara: Staff) -> None:
    assert "Add the first labour code" in mara.text(CODES)
    mara.fill(f"{CODES}new/", code="32-40", name="Wheels", hourly_rate="85")
    code = LabourCode.objects.get()
    mara.fill(f"{CODES}{code.pk}/", hourly_rate="92.50")
    assert lists.labour_codes_of(shop.organisation)[0].hourly_rate == 9250
    mara.post(f"{CODES}{code.pk}/archive/")
    assert lists.labour_codes_of(shop.organisation) == []
    mara.post(f"{CODES}{code.pk}/restore/")
    assert "92.50" in mara.text(CODES)


def test_S1_17_points_are_written_in_languages_for_a_kind_and_put_in_order(shop: Shop, mara: Staff) -> None:
    ticket = shop.kind("Field ticket")
    assert "All components are installed" in mara.text(POINTS)
    mara.fill(f"{POINTS}new/", text="Area is clean", **{"text-nl": "Werkplek is schoon"})
    mara.fill(f"{POINTS}new/", text="Well is closed", kind=str(ticket.pk))
    first, second = ChecklistPoint.objects.all()
    assert (first.texts, first.kind, second.kind) == ({"nl": "Werkplek is schoon"}, None, ticket)
    mara.post(f"{POINTS}arrange/", {"place": [str(first.pk), str(second.pk)], "up": str(second.pk)})
    assert list(ChecklistPoint.objects.values_list("text", flat=True)) == ["Well is closed", "Area is clean"]
    mara.post(f"{POINTS}{first.pk}/archive/")
    page = mara.text(POINTS)
    assert ("1 archived" in page, "Field ticket" in page) == (True, True)
    mara.post(f"{POINTS}{first.pk}/restore/")
    assert ChecklistPoint.objects.filter(archived_at=None).count() == 2


def test_the_order_form_is_offered_what_fits_with_what_it_fills_in(
    shop: Shop, rival: Shop, staff: Callable[[Member], Staff]
) -> None:
    tess = staff(shop.tess)
    put(shop, unit_price=123450)
    put(shop, "AX-1", name="Axle")
    put(rival, "156E67")
    gone = put(shop, "156E99")
    defining.archive(gone, by=shop.mara, actor=shop.mara.actor)
    lists.put_labour_code(
        None, code="32-40", name="Wheels", hourly_rate=8500, by=shop.mara, actor=shop.mara.actor
    )
    assert tess.get("/orders/picks/parts/?q=156").json()["found"] == [
        {
            "value": "156E66",
            "label": "Tyre · €1,234.50",
            "fields": {"name": "Tyre", "number": "156E66", "price": "1234.50"},
        }
    ]
    [code] = tess.get("/orders/picks/labour/?q=whe&currency=EUR").json()["found"]
    assert code["fields"] == {"labour_code": "32-40", "hourly_rate": "85.00"}
    [code] = tess.get("/orders/picks/labour/?currency=USD").json()["found"]
    assert code == {"value": "32-40", "label": "Wheels", "fields": {"labour_code": "32-40"}}
    assert len(tess.get("/orders/picks/parts/").json()["found"]) == 2
    assert tess.get("/orders/picks/customers/").status_code == 404
    page = tess.text(f"/orders/{shop.open_order(1).pk}/edit/")
    assert page.count('list="picks"') == 2 * (
        1 + 2 + 2
    )  # a line with its part and one to copy, and a line to copy
