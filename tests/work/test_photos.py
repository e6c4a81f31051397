"""Photos of an order: taken in through the sandbox, once, with limits, and told in the order's topic (S1-29)."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from PIL import Image

from paraph.evidence import timeline
from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.people import access
from paraph.work import drawing, photos
from paraph.work.drawing import Undrawable
from paraph.work.models import Photo, WorkOrder
from tests import cast
from tests.cast import Shop

TAKEN = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def picture(shade: int = 90, form: str = "JPEG") -> bytes:
    found = io.BytesIO()
    Image.new("RGB", (48, 32), (shade, 120, 140)).save(found, form)
    return found.getvalue()


def add(shop: Shop, order: WorkOrder, content: bytes | None = None, **more: Any) -> Photo:
    return photos.add(order, content or picture(), by=shop.tess, actor=shop.tess.actor, **more)


def told(order: WorkOrder) -> list[Entry]:
    return list(Entry.objects.filter(topic=order.topic, kind__startswith="order_photo.").order_by("index"))


@pytest.mark.slow
def test_S1_29_a_photo_is_drawn_anew_and_told_with_the_digest_of_what_came(shop: Shop) -> None:
    order = shop.open_order(2)
    line, content = cast.lines(order)[1], picture()
    photo = add(shop, order, content, item=line, caption=" Worn tyre ", taken_at=TAKEN)
    assert photos.of(order) == [photo]
    assert (photo.read(), photo.caption, photo.taken_at) == (content, "Worn tyre", TAKEN)
    shown = Image.open(io.BytesIO(photo.read_shown()))
    assert (shown.format, shown.size) == ("JPEG", (photo.width, photo.height))
    [entry] = told(order)
    assert entry.content["fact"] == {
        "photo": str(photo.pk),
        "digest": f"sha256:{sha256(content).hexdigest()}",
        "number": 2,
        "taken_at": "2026-03-04T09:30:00.000000Z",
    }
    assert b"Worn" not in bytes(entry.leaf)
    assert timeline.line(entry).text == "Tess of Vliegwerk added a photo to line 2."
    assert WorkOrder.objects.get(pk=order.pk).revision == 1


def test_the_same_bytes_are_once_and_what_was_removed_stays_so_until_somebody_means_it(
    shop: Shop, quick: list[bytes]
) -> None:
    order = shop.open_order(1)
    first = add(shop, order)
    assert add(shop, order) == first
    photos.remove(first, by=shop.mara, actor=shop.mara.actor)
    photos.remove(first, by=shop.mara, actor=shop.mara.actor)
    assert photos.of(order) == []
    assert add(shop, order).removed_at is not None
    assert len(quick) == 1
    second = add(shop, order, again=True)
    assert add(shop, order) == add(shop, order, again=True) == second
    assert photos.of(order) == [second]
    assert [one.kind for one in told(order)] == [
        "order_photo.added",
        "order_photo.removed",
        "order_photo.added",
    ]
    assert home.blobs().exists(first.blob)
    assert photos.of(shop.open_order(1)) == []


def test_too_many_photos_are_refused_and_one_removed_makes_room(
    shop: Shop, quick: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MOST_PHOTOS", 2)
    order = shop.open_order(1)
    first, _second = (add(shop, order, picture(shade)) for shade in (40, 200))
    with pytest.raises(Undrawable, match="There are 2 photos here already"):
        add(shop, order, picture(120))
    assert add(shop, order, picture(40)) == first
    photos.remove(first, by=shop.tess, actor=shop.tess.actor)
    add(shop, order, picture(120))
    assert len(photos.of(order)) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on", r"Send a picture \(JPEG, PNG, HEIC\)"),
        (b"II*\0 a scan", "Send a picture"),
        (b"<html>", "Send a picture"),
        (b"\xff\xd8\xff" + bytes(photos.MOST_FILE_BYTES), "larger than 12 MB"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence_and_costs_nothing_else(
    shop: Shop, content: bytes, sentence: str
) -> None:
    order = shop.open_order(1)
    with pytest.raises(Undrawable, match=sentence):
        photos.add(order, content, by=shop.tess, actor=shop.tess.actor)
    assert (photos.of(order), told(order)) == ([], [])


@pytest.mark.slow
def test_a_broken_picture_is_refused_kindly(shop: Shop) -> None:
    order = shop.open_order(1)
    with pytest.raises(Undrawable, match="could not be read"):
        add(shop, order, picture()[:80])
    assert photos.of(order) == []


def test_who_may_not_report_may_not_add_or_remove(shop: Shop, quick: list[bytes]) -> None:
    order, biller = shop.open_order(1), shop.members["biller"]
    with pytest.raises(access.Forbidden):
        photos.add(order, picture(), by=biller, actor=biller.actor)
    photo = add(shop, order)
    with pytest.raises(access.Forbidden):
        photos.remove(photo, by=biller, actor=biller.actor)
    with pytest.raises(ValueError, match="another order"):
        add(shop, order, picture(200), item=cast.lines(shop.open_order(1))[0])
    assert photos.of(order) == [photo]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What would be drawn in a child; the drawing is the file itself here."""
    from paraph.intake.kinds import Kind
    from paraph.intake.pictures import Picture

    drawn: list[bytes] = []

    def draw(content: bytes, **_limits: Any) -> drawing.Drawn:
        drawn.append(content)
        return drawing.Drawn(Kind.JPEG, content, [Picture(0, 48, 32, content, "image/jpeg")])

    monkeypatch.setattr(drawing, "draw", draw)
    return drawn
