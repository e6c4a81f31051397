"""The parts list and the labour codes that technicians pick from (S1-18, S1-37), and parts as a file."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from paraph.evidence import timeline
from paraph.evidence.models import Entry
from paraph.people import access
from paraph.work import defining, lists, part_csv
from paraph.work.lists import PartRow
from paraph.work.models import CatalogPart
from tests.cast import Shop, again

DIGEST = hashlib.sha256(b"a file").hexdigest()


def put(shop: Shop, number: str = "156E66", **changes: Any) -> CatalogPart:
    told = {"number": number, "name": "Tyre", "unit_price": 12050, **changes}
    return lists.put_part(None, **told, by=shop.mara, actor=shop.mara.actor)


def rows(content: str | bytes, language: str = "en") -> list[PartRow]:
    return part_csv.read(
        content if isinstance(content, bytes) else content.encode(), language=language, digits=2
    )


def facts(kind: str) -> list[Any]:
    return [one.content["fact"] for one in Entry.objects.filter(kind=kind).order_by("index")]


def test_S1_18_parts_and_labour_codes_are_listed_each_organisation_its_own(shop: Shop, rival: Shop) -> None:
    tyre = put(shop)
    put(shop, "AX-1", name="Axle")
    put(rival, "THEIRS")
    code = lists.put_labour_code(
        None, code="32-40", name="Wheels", hourly_rate=8500, by=shop.mara, actor=shop.mara.actor
    )
    assert [one.number for one in lists.parts_of(shop.organisation)] == ["156E66", "AX-1"]
    assert lists.labour_codes_of(shop.organisation) == [code]
    assert lists.labour_codes_of(rival.organisation) == []
    defining.archive(tyre, by=shop.mara, actor=shop.mara.actor)
    assert [one.number for one in lists.parts_of(shop.organisation)] == ["AX-1"]
    told = [one["change"] for one in facts("catalog_part.defined")]
    assert told == ["made", "made", "made", "archived"]
    [entry] = Entry.objects.filter(kind="labour_code.defined")
    assert timeline.line(entry).text.endswith(": the labour code 32-40 was added.")


def test_a_number_stands_on_the_list_once_and_nothing_new_is_nothing(shop: Shop) -> None:
    tyre = put(shop)
    other = put(shop, "AX-1")
    with pytest.raises(lists.Unlisted, match="called so"):
        put(shop)
    told: Any = {
        "number": tyre.number,
        "name": "Axle",
        "unit_price": 1,
        "by": shop.mara,
        "actor": shop.mara.actor,
    }
    with pytest.raises(lists.Unlisted, match="called so"):
        lists.put_part(other, **told)
    assert CatalogPart.objects.get(pk=other.pk).name == "Tyre"
    lists.put_part(CatalogPart.objects.get(pk=tyre.pk), **{**told, "name": "Tyre", "unit_price": 12050})
    assert len(facts("catalog_part.defined")) == 2


def test_only_managers_change_lists(shop: Shop) -> None:
    for who in (shop.tess, shop.members["dispatcher"]):
        with pytest.raises(access.Forbidden):
            lists.put_part(None, number="1", name="x", unit_price=0, by=who, actor=who.actor)
        with pytest.raises(access.Forbidden):
            lists.read_parts([PartRow("1", "x", 0)], digest=DIGEST, by=who, actor=who.actor)
    assert not CatalogPart.objects.exists()


def test_a_changed_list_changes_no_order(shop: Shop) -> None:
    order, tyre = shop.open_order(1), put(shop)
    lists.put_part(tyre, number="156E66", name="Other", unit_price=1, by=shop.mara, actor=shop.mara.actor)
    [part] = again(order).items[0].parts
    assert (part.name, part.unit_price) == ("Tyre", 12050)


def test_a_file_adds_changes_and_restores_and_archives_the_rest_where_asked(shop: Shop) -> None:
    tyre, axle, bolt = put(shop), put(shop, "AX-1", name="Axle"), put(shop, "B-7", name="Bolt")
    defining.archive(axle, by=shop.mara, actor=shop.mara.actor)
    wanted = [PartRow("156E66", "Tyre", 13000), PartRow("AX-1", "Axle", 12050), PartRow("N-1", "Nut", 5)]
    more: Any = {"digest": DIGEST, "by": shop.mara, "actor": shop.mara.actor}
    assert lists.read_parts(wanted, **more) == lists.Read(made=1, changed=2, archived=0)
    assert len(lists.parts_of(shop.organisation)) == 4
    assert lists.read_parts(wanted, only=True, **more) == lists.Read(0, 0, 1)
    assert lists.read_parts(wanted, only=True, **more) == lists.Read(0, 0, 0)
    found = {one.number: one.unit_price for one in lists.parts_of(shop.organisation)}
    assert found == {"156E66": 13000, "AX-1": 12050, "N-1": 5}
    bolt.refresh_from_db()
    tyre.refresh_from_db()
    assert (bolt.archived_at is None, tyre.archived_at is None) == (False, True)
    assert [(one["made"], one["changed"], one["archived"]) for one in facts("parts_list.read")] == [
        (1, 2, 0),
        (0, 0, 1),
    ]


def test_a_full_list_takes_no_more_and_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_PARTS", 1)
    put(shop)
    with pytest.raises(lists.Unlisted, match="would hold more"):
        put(shop, "AX-1")
    with pytest.raises(lists.Unlisted, match="would hold more"):
        lists.read_parts(
            [PartRow("AX-1", "Axle", 1)], digest=DIGEST, only=True, by=shop.mara, actor=shop.mara.actor
        )
    assert [one.number for one in lists.parts_of(shop.organisation)] == ["156E66"]


@pytest.mark.parametrize(
    ("content", "language"),
    [
        ('number,name,price\nA-1,Bolt,1.50\nA-2,"Nut, large",\n', "en"),
        ("A-1;Bolt;1,50\r\n\r\nA-2;Nut, large;0\r\n", "nl"),
        ("Omschrijving\tPrijs\tArtikelnummer\nBolt\t€ 1,50\tA-1\nNut, large\t\tA-2\n".encode("utf-16"), "nl"),
        ("\ufeffRéférence;Désignation\nA-1;Bolt\nA-2;Nut, large\n", "fr"),
    ],
)
def test_spreadsheets_write_lists_in_many_ways(content: str | bytes, language: str) -> None:
    first, second = rows(content, language)
    price = 0 if language == "fr" else 150
    assert (first, second) == (PartRow("A-1", "Bolt", price), PartRow("A-2", "Nut, large", 0))


def test_the_code_page_of_windows_is_read_too() -> None:
    assert rows("R-1;Réservoir;3".encode("cp1252")) == [PartRow("R-1", "Réservoir", 300)]


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("digits", [0, 2, 3])
def test_what_is_written_reads_as_the_same_list_in_every_language(
    shop: Shop, language: str, digits: int
) -> None:
    names = ('Nut, "large"; red', "=1+1", "'=1+1", "''-2", "'quoted'", "- loose\nbolt", "Réservoir", "number")
    for at, name in enumerate(names):
        put(shop, f"-{at}", name=name, unit_price=1234 * at)
    kept = lists.parts_of(shop.organisation)
    found = part_csv.read(part_csv.write(kept, digits=digits), language=language, digits=digits)
    assert found == [PartRow(one.number, one.name, one.unit_price) for one in kept]
    more: Any = {"digest": DIGEST, "by": shop.mara, "actor": shop.mara.actor}
    assert lists.read_parts(found, only=True, **more) == lists.Read(0, 0, 0)


def test_every_line_that_is_wrong_is_named() -> None:
    with pytest.raises(part_csv.Unreadable) as caught:
        rows(
            f"A-1,Bolt,1.50\n,Nut,1\nA-3,,1\nA-4,Pin,cheap\nA-1,Bolt,2\nA-5,Cap,-1\nA-6,Cap,1.555\n{'x' * 61},Cap,1\n"
        )
    starts = [one.partition(":")[0] for one in caught.value.problems]
    assert starts == [f"Line {number}" for number in range(2, 9)]
    assert caught.value.problems[2] == "Line 4: “cheap” is not a price. Write it, for example, as 120.50."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"number,name,price\n",
        b"\x00\x01\x02",
        b"PK\x03\x04\x00\x00",
        b"x" * (part_csv.MOST_BYTES + 1),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(part_csv.Unreadable, match=r"\w{3,} .*\."):
        rows(content)
