"""Photos on the order page: added, shown, saved and removed (S1-29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from paraph.people.models import Member
from paraph.work import drawing, photos
from paraph.work.models import Photo, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff
from tests.work.test_photos import picture, quick

__all__ = ["quick"]


@pytest.fixture
def tess(shop: Shop, staff: Callable[[Member], Staff]) -> Staff:
    return staff(shop.tess)


def send(browser: Staff, order: WorkOrder, *contents: bytes, follow: bool = True, **more: str) -> Any:
    files = [SimpleUploadedFile(f"photo-{n}.jpg", one, "image/jpeg") for n, one in enumerate(contents)]
    return browser.post(f"/orders/{order.pk}/photos/", {"photos": files, **more}, follow=follow)


def test_S1_29_a_technician_adds_photos_to_a_line_and_removes_one(
    shop: Shop, tess: Staff, quick: list[bytes]
) -> None:
    order = shop.open_order(2)
    assert "No photos yet." in tess.text(f"/orders/{order.pk}/")
    line = cast.lines(order)[1]
    page = send(
        tess, order, picture(40), picture(200), item=str(line.pk), caption="Worn tyre"
    ).content.decode()
    assert "2 photos are added." in page
    first, second = photos.of(order)
    assert {(one.item_id, one.caption, one.author_name) for one in (first, second)} == {
        (line.pk, "Worn tyre", shop.tess.user.name)
    }
    shown = tess.get(f"/orders/{order.pk}/photos/{first.pk}.jpg")
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("image/jpeg", "inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    small = tess.get(f"/orders/{order.pk}/photos/{first.pk}.jpg?small")
    assert small.content.startswith(b"\xff\xd8\xff")
    original = tess.get(f"/orders/{order.pk}/photos/{first.pk}/original/")
    assert original["Content-Disposition"].startswith("attachment")
    assert original.content == picture(40)
    tess.post(f"/orders/{order.pk}/photos/{first.pk}/remove/")
    assert photos.of(order) == [second]
    assert tess.get(f"/orders/{order.pk}/photos/{first.pk}.jpg").status_code == 404
    send(tess, order, picture(40))
    assert len(photos.of(order)) == 2


def test_one_that_is_refused_costs_nothing_else_and_none_is_told(
    shop: Shop, tess: Staff, quick: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, draw = shop.open_order(1), drawing.draw

    def picky(content: bytes, **limits: Any) -> drawing.Drawn:
        if content == b"no picture":
            raise drawing.Undrawable(drawing.PICTURE)
        return draw(content, **limits)

    monkeypatch.setattr(drawing, "draw", picky)
    page = send(tess, order, b"no picture", picture()).content.decode()
    assert "photo-0.jpg: Send a picture (JPEG, PNG, HEIC)." in page
    assert "1 photo is added." in page
    assert len(photos.of(order)) == 1
    answer = send(tess, order, caption="Kept", follow=False)
    page = answer.content.decode()
    assert (answer.status_code, "Choose a photo first." in page, 'value="Kept"' in page) == (400, True, True)
    answer = send(tess, order, picture(200), item="nonsense", follow=False)
    assert answer.status_code == 400
    assert len(photos.of(order)) == 1


def test_where_there_is_no_room_or_no_right_no_form_is_offered(
    shop: Shop,
    tess: Staff,
    staff: Callable[[Member], Staff],
    quick: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = shop.open_order(1)
    photo = photos.add(order, picture(), by=shop.tess, actor=shop.tess.actor)
    bram = staff(shop.members["biller"])
    page = bram.text(f"/orders/{order.pk}/")
    assert (f"{photo.pk}.jpg" in page, f"/orders/{order.pk}/photos/" + '"' in page) == (True, False)
    assert f"{photo.pk}/remove/" not in page
    monkeypatch.setattr(photos, "MOST_PHOTOS", 1)
    assert "as many photos as an order can have" in tess.text(f"/orders/{order.pk}/")
    assert "There are 1 photos" in send(tess, order, picture(200)).content.decode()
    assert Photo.objects.count() == 1
