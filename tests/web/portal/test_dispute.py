"""*Dispute* at the customer's: without a script, nothing lost, one truth (S0-10, S0-34)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from paraph.signoff import ceremonies, disputes
from paraph.signoff.models import Dispute, DisputePhoto, PhotoCopy, State
from tests import cast
from tests.cast import Shop
from tests.web.portal.conftest import Customer

pytestmark = pytest.mark.django_db
EXIF_WORD = b"Secret hangar"


def photo(name: str = "tyre.jpg", colour: str = "red") -> SimpleUploadedFile:
    """A small JPEG that says where it was taken."""
    found = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = EXIF_WORD.decode()
    Image.new("RGB", (64, 48), colour).save(found, "JPEG", exif=exif)
    return SimpleUploadedFile(name, found.getvalue(), "image/jpeg")


def send(jan: Customer, **changes: Any) -> Any:
    said = {"reason": "The tyre was new.", "items": [str(jan.lines[1].pk)], "signed": "", **changes}
    return jan.post(jan.at("dispute"), said, follow=True)


def test_S0_10_dispute_stands_beside_the_other_ways_and_leads_to_its_own_page(jan: Customer) -> None:
    assert jan.at("dispute") in jan.page()
    page = send(jan).content.decode()
    found = Dispute.objects.get()
    assert "The tyre was new." in page
    assert "About line 2" in page
    assert jan.at("disputed", found.pk) in jan.page()
    assert "Review and sign" not in jan.page()


def test_S0_34_without_a_reason_the_form_keeps_the_chosen_lines(jan: Customer) -> None:
    answer = send(jan, reason=" ")
    assert answer.status_code == 400
    assert f'value="{jan.lines[1].pk}" id="id_items_1" checked' in answer.content.decode()
    assert not Dispute.objects.exists()


def test_what_was_signed_while_somebody_wrote_keeps_the_text_and_asks_once_more(jan: Customer) -> None:
    jan.page("dispute")
    cast.approve(jan.invitation, [1])
    cast.sign(ceremonies.review(jan.invitation, by=cast.customer(jan.invitation)))
    answer = send(jan)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "It was signed while you wrote" in text
    assert "The tyre was new." in text
    assert not Dispute.objects.exists()
    assert send(jan, signed="on").status_code == 200
    assert Dispute.objects.get().signed


def test_line_25_line_28_photos_are_drawn_anew_and_the_originals_never_shown(jan: Customer) -> None:
    send(jan, photos=[photo(), photo("other.jpg", "blue")])
    copies = PhotoCopy.objects.all()
    assert len(copies) == 2
    for one in copies:
        answer = jan.get(jan.at("dispute_photo", one.photo.dispute_id, one.photo_id, one.page))
        assert answer["Content-Type"] == "image/jpeg"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert EXIF_WORD not in answer.content
        assert one.blob != one.photo.blob


def test_line_25_a_file_that_is_none_is_refused_with_a_sentence_and_the_rest_is_kept(jan: Customer) -> None:
    page = send(jan, photos=[SimpleUploadedFile("evil<b>.jpg", b"<script>"), photo()]).content.decode()
    assert "evil&lt;b&gt;.jpg: Send a picture" in page
    assert DisputePhoto.objects.count() == 1
    assert Dispute.objects.get().reason == "The tyre was new."


def test_line_26_there_is_room_for_so_many_and_the_same_file_is_once(
    jan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paraph.signoff.dispute_photos.MOST_PHOTOS", 1)
    send(jan, photos=[photo()])
    found = Dispute.objects.get()
    page = jan.post(jan.at("dispute_add", found.pk), {"photos": [photo("b.jpg", "blue")]}, follow=True)
    assert "There are many files here already" in page.content.decode()
    assert DisputePhoto.objects.count() == 1


def test_the_thread_goes_on_from_both_sides(jan: Customer, shop: Shop) -> None:
    send(jan)
    found = Dispute.objects.get()
    disputes.answer(found, text="We shall look.", by=shop.tess, actor=shop.tess.actor)
    jan.post(jan.at("dispute_add", found.pk), {"text": "Thank you <script>"})
    page = jan.page("disputed", found.pk)
    assert page.index("The tyre was new.") < page.index("We shall look.") < page.index("Thank you &lt;script")


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_is_no_message(jan: Customer, text: str) -> None:
    send(jan)
    answer = jan.post(jan.at("dispute_add", Dispute.objects.get().pk), {"text": text})
    assert answer.status_code == 400
    assert "Write something first." in answer.content.decode()


def test_taking_it_back_opens_the_request_again(jan: Customer) -> None:
    send(jan)
    page = jan.post(jan.at("dispute_take_back", Dispute.objects.get().pk), follow=True).content.decode()
    assert "Your dispute is taken back." in page
    jan.invitation.party.signoff.refresh_from_db()
    assert jan.invitation.party.signoff.state == State.OPEN


def test_line_2_another_party_reads_along_but_takes_nothing_back(
    enter: Callable[..., Customer], shop: Shop
) -> None:
    order = shop.open_order(2)
    jan, claire = enter(shop.invite(order)), enter(shop.invite(order, contact=shop.claire))
    send(jan)
    found = Dispute.objects.get()
    assert claire.at("disputed", found.pk) in claire.page()
    page = claire.page("disputed", found.pk)
    assert claire.at("dispute_take_back", found.pk) not in page
    assert claire.post(claire.at("dispute_take_back", found.pk)).status_code == 404


def test_line_2_a_stranger_finds_no_dispute(enter: Callable[..., Customer], shop: Shop) -> None:
    order = shop.open_order(2)
    jan = enter(shop.invite(order))
    send(jan)
    found = Dispute.objects.get()
    stranger = enter(shop.invite(shop.open_order(2), contact=shop.claire))
    assert stranger.get(stranger.at("disputed", found.pk)).status_code == 404
    assert stranger.post(stranger.at("dispute_add", found.pk), {"text": "Me"}).status_code == 404
