"""Signed paper comes back by the portal: each act is saved at once, nothing is final before *Send ticket*."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from paraph.intake import taking
from paraph.intake.limits import Limits
from paraph.lib import clock
from paraph.signoff import reading, returns
from paraph.signoff.models import Match, Return, ReturnPage, ReturnState, State
from tests import cast, paperwork
from tests.cast import Shop
from tests.signoff.test_disputes import raised
from tests.web.portal.conftest import HTMX, Customer

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def two(jan: Customer) -> list[ReturnPage]:
    """Jan uploaded two photographs; what `intake` makes of them is put in its place, to be quick."""
    cast.approve(jan.invitation, [1])
    return [paperwork.page(jan.invitation, "one.jpg", 1), paperwork.page(jan.invitation, "two.jpg", 2)]


def file(name: str, content: bytes, kind: str = "image/jpeg") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, kind)


def upload(jan: Customer, *files: SimpleUploadedFile, **extra: Any) -> Any:
    """Choose files and press *Upload*."""
    return jan.post(jan.at("upload_files"), {"files": list(files)}, headers=extra or None)


def draft(jan: Customer) -> Return:
    """What Jan is about to send."""
    found = returns.current(jan.invitation.party)
    assert found is not None
    return found


def kept(jan: Customer) -> list[ReturnPage]:
    """The pages that would be sent, in order."""
    return list(returns.pages_of(draft(jan)).filter(removed=False))


def names(jan: Customer) -> list[str]:
    """The files of the pages in order, as the page shows them."""
    return re.findall(r'sheet-name" translate="no">([^<]+)<', jan.page("upload"))


def test_S0_30_the_page_says_what_to_bring_and_that_nothing_is_final(jan: Customer) -> None:
    page = jan.page("upload")
    assert "Click or drag file" in page
    assert "PDF, JPEG, PNG, HEIC or TIFF" in page
    assert "Nothing is final yet" in page
    assert re.search(r"<button[^>]+form=\"sending\" disabled>Send ticket", page)
    assert not Return.objects.exists()


def test_S0_31_files_become_pages_with_pictures(jan: Customer, two: list[ReturnPage]) -> None:
    page = jan.page("upload")
    assert "2 pages here" in page
    for one in two:
        assert jan.at("upload_page", one.pk) in page


def test_S0_31_a_refused_file_says_why_and_the_others_stay(jan: Customer) -> None:
    answer = upload(jan, file("good.jpg", paperwork.photo(1)), file("bad.exe", b"MZ nonsense", "image/jpeg"))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "bad.exe: This is not a PDF or a picture" in page
    assert [one.file.name for one in kept(jan)] == ["good.jpg"]


def test_S0_31_a_photo_in_heic_as_telephones_make_it_becomes_a_page_with_a_picture(
    jan: Customer, repository: Path
) -> None:
    content = (repository / "tests/vectors/files/held.heic").read_bytes()
    answer = upload(jan, file("IMG_0042.HEIC", content, "image/heic"), **SCRIPT)
    assert (answer.status_code, answer.json()) == (201, {})
    (page,) = kept(jan)
    assert (page.file.kind, page.file.digest) == ("heic", f"sha256:{sha256(content).hexdigest()}")
    assert page.width < page.height
    assert jan.get(jan.at("upload_page", page.pk)).content.startswith(b"\xff\xd8\xff")


def test_S0_31_a_script_gets_the_sentence_of_its_one_file(jan: Customer) -> None:
    refused = upload(jan, file("bad.txt", b"hello"), **SCRIPT)
    assert refused.status_code == 400
    assert refused.json()["problem"].startswith("This is not a PDF or a picture")
    assert refused.json()["again"] is False
    assert upload(jan, **SCRIPT).status_code == 400  # nothing came: that is not "taken"
    taken = upload(jan, file("good.jpg", paperwork.photo(1)), **SCRIPT)
    assert (taken.status_code, taken.json()) == (201, {})


def test_F21_what_a_busy_machine_did_not_read_can_be_tried_again(
    jan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "TAKING", Limits(wall=0.01, cpu=9, memory=768 << 20))
    told = upload(jan, file("good.jpg", paperwork.photo(1)), **SCRIPT).json()
    assert told["again"] is True
    assert told["problem"].endswith("Please try again.")
    assert not Return.objects.exists()


def test_S0_30_pages_can_be_turned_moved_removed_and_put_back(jan: Customer, two: list[ReturnPage]) -> None:
    first, second = two
    jan.post(jan.at("upload_turn", first.pk))
    assert kept(jan)[0].rotation == 90
    jan.post(jan.at("upload_move", first.pk), {"by": "1"})
    assert [one.pk for one in kept(jan)] == [second.pk, first.pk]
    jan.post(jan.at("upload_move", first.pk), {"by": "1"})  # at the end already
    jan.post(jan.at("upload_remove", second.pk))
    assert [one.pk for one in kept(jan)] == [first.pk]
    assert "Removed, not sent" in jan.page("upload")
    jan.post(jan.at("upload_restore", second.pk))
    assert [one.pk for one in kept(jan)] == [second.pk, first.pk]


def test_S0_30_an_order_by_drag_keeps_pages_it_does_not_name(jan: Customer, two: list[ReturnPage]) -> None:
    first, second = two
    jan.post(jan.at("upload_order"), {"pages": f"{second.pk},nonsense"})
    assert [one.pk for one in kept(jan)] == [second.pk, first.pk]
    answer = jan.post(jan.at("upload_order"), {"pages": f"{first.pk},{second.pk}"}, headers=HTMX)
    part = answer.content.decode()
    assert part.index(str(first.pk)) < part.index(str(second.pk))
    assert 'id="action" hx-swap-oob="true"' in part


def test_a_preview_cannot_run_and_is_small(jan: Customer, two: list[ReturnPage]) -> None:
    answer = jan.get(jan.at("upload_page", two[0].pk))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_S0_32_upload_without_send_finalises_nothing(jan: Customer, two: list[ReturnPage]) -> None:
    assert draft(jan).state == ReturnState.DRAFT
    jan.invitation.party.signoff.refresh_from_db()
    assert jan.invitation.party.signoff.state == State.OPEN
    assert not jan.invitation.party.signoff.signatures.exists()


def test_S0_32_send_ticket_hands_in_and_shows_progress(jan: Customer, two: list[ReturnPage]) -> None:
    answer = jan.post(
        jan.at("upload_send"), {"signer_name": "Kees de Boer", "signer_role": "Fleet manager"}, follow=True
    )
    page = answer.content.decode()
    assert draft(jan).state == ReturnState.SENT
    assert "Your pages are being read" in page
    assert "Kees de Boer, Fleet manager" in page
    part = jan.get(jan.at("upload"), headers=HTMX).content.decode()
    assert 'hx-trigger="every 2s"' in part
    # Twice is once, and what was sent stays as it is.
    assert jan.post(jan.at("upload_send")).status_code == 302
    assert upload(jan, file("late.jpg", paperwork.photo(1))).status_code == 409
    assert jan.post(jan.at("upload_turn", two[0].pk)).status_code == 409


def test_S0_32_the_page_counts_as_the_reader_does(jan: Customer, two: list[ReturnPage]) -> None:
    jan.post(jan.at("upload_send"))

    def told(**row: Any) -> str:
        Return.objects.update(**row)
        return jan.get(jan.at("upload"), headers=HTMX).content.decode()

    assert "2 pages wait to be read" in told()
    assert "Reading page 1 of 2" in told(leased_until=clock.now() + reading.LEASE)
    second = told(pages_read=1)
    assert "Reading page 2 of 2" in second
    assert 'value="1" max="2"' in second
    assert "All pages are read (2)" in told(pages_read=2)
    assert "2 pages wait to be read" in told(pages_read=0, leased_until=None)  # a try that failed


def test_S0_32_there_is_nothing_to_send_without_a_page(jan: Customer, two: list[ReturnPage]) -> None:
    for one in two:
        jan.post(jan.at("upload_remove", one.pk))
    answer = jan.post(jan.at("upload_send"))
    assert answer.status_code == 400
    assert "nothing to send" in answer.content.decode()
    assert draft(jan).state == ReturnState.DRAFT


def test_S0_30_another_device_sees_the_same_pages(
    jan: Customer, two: list[ReturnPage], enter: Callable[..., Customer]
) -> None:
    phone = enter(jan.invitation)
    assert names(phone) == names(jan) == ["one.jpg", "two.jpg"]
    phone.post(phone.at("upload_send"))
    stale = jan.get(jan.at("upload") + "?part=pages", headers=HTMX)
    assert stale["HX-Refresh"] == "true"


def test_S0_04_pages_of_somebody_else_are_not_there(
    jan: Customer, two: list[ReturnPage], shop: Shop, enter: Callable[..., Customer]
) -> None:
    other = enter(shop.invite(shop.open_order(), contact=shop.claire))
    mine = two[0].pk
    assert other.get(other.at("upload_page", mine)).status_code == 404
    for act in ("upload_turn", "upload_move", "upload_remove", "upload_restore"):
        assert other.post(other.at(act, mine)).status_code == 404
    other.post(other.at("upload_order"), {"pages": str(mine)})
    assert [one.rotation for one in kept(jan)] == [0, 0]


def test_S0_32_the_order_page_says_how_the_paper_stands(jan: Customer, two: list[ReturnPage]) -> None:
    jan.post(jan.at("upload_send"))
    page = jan.page()
    assert "You sent the signed paper on" in page
    assert "See how your paper stands" in page
    assert "Review and sign" not in page
    assert jan.at("decision", jan.lines[1].pk) not in page
    Return.objects.update(state=ReturnState.SENT_BACK, sentence="Page 2, please.", decided_at=clock.now())
    cache.clear()
    page = jan.page()
    assert "Page 2, please." in page
    assert "Upload again" in page


@pytest.mark.parametrize("outcome", [one for one in Match if one != Match.COMPLETE])
def test_S0_33_every_outcome_is_said_in_kind_words(
    jan: Customer, two: list[ReturnPage], outcome: Match
) -> None:
    jan.post(jan.at("upload_send"))
    Return.objects.update(state=ReturnState.REVIEW, outcome=outcome, due_at=None)
    page = jan.page("upload")
    assert "The shop looks at your pages" in page
    from paraph.web.portal.outcomes import REASONS

    assert str(REASONS[outcome]) in page
    assert "hx-trigger" not in page[page.index('id="state"') :]


def test_S0_33_what_came_back_can_be_mended_and_sent_again(jan: Customer, two: list[ReturnPage]) -> None:
    jan.post(jan.at("upload_send"))
    Return.objects.update(
        state=ReturnState.SENT_BACK,
        sentence="Page 2 is too dark. Please photograph it once more.",
        decided_at=clock.now(),
        due_at=None,
    )
    page = jan.page("upload")
    assert "asks you to send it once more" in page
    assert "Page 2 is too dark" in page
    assert names(jan) == ["one.jpg", "two.jpg"]
    jan.post(jan.at("upload_remove", two[1].pk))
    paperwork.page(jan.invitation, "again.jpg", 3)
    assert names(jan) == ["one.jpg", "again.jpg"]
    assert "Page 2 is too dark" in jan.page("upload")
    jan.post(jan.at("upload_send"))
    assert [one.state for one in Return.objects.order_by("created_at")] == ["sent_back", "sent"]


def test_S0_33_after_what_came_back_one_button_starts_afresh_and_nothing_is_lost(
    jan: Customer, two: list[ReturnPage]
) -> None:
    assert "Start afresh" not in jan.page("upload")
    jan.post(jan.at("upload_send"))
    Return.objects.update(state=ReturnState.SENT_BACK, sentence="Too dark.", decided_at=clock.now())
    page = jan.page("upload")
    assert "The pages you sent are below" in page
    assert f'action="{jan.at("upload_afresh")}"' in page
    jan.post(jan.at("upload_afresh"))
    assert kept(jan) == []
    page = jan.page("upload")
    assert page.count("Undo") == 2
    assert "Start afresh" not in page
    first = Return.objects.order_by("created_at")[0]
    assert (first.state, first.pages.filter(removed=False).count()) == (ReturnState.SENT_BACK, 2)


def test_S0_33_what_came_back_can_be_sent_again_as_it_is(jan: Customer, two: list[ReturnPage]) -> None:
    jan.post(jan.at("upload_send"))
    Return.objects.update(state=ReturnState.SENT_BACK, sentence="Who signed?", decided_at=clock.now())
    jan.post(jan.at("upload_send"), {"signer_name": "Kees"})
    newest = draft(jan)
    assert (newest.state, newest.signer_name, newest.pages.count()) == (ReturnState.SENT, "Kees", 2)


def test_S0_34_while_it_is_disputed_the_draft_waits_and_the_page_says_so(
    jan: Customer, two: list[ReturnPage]
) -> None:
    raised(jan.invitation, (1,))
    page = jan.page("upload")
    assert "Pages can be added and sent again when the dispute is resolved." in page
    assert "Click or drag file" not in page
    assert "Send ticket</button>" not in " ".join(page.split())
    answer = upload(jan, file("three.jpg", paperwork.photo(3)))
    assert answer.status_code == 409
    assert "Nothing can be decided or signed until that is resolved." in answer.content.decode()
    assert jan.post(jan.at("upload_send"), {}).status_code == 409
    assert draft(jan).state == ReturnState.DRAFT
    assert len(kept(jan)) == 2


def test_S0_34_what_was_sent_before_the_dispute_is_kept_and_the_customer_reads_so(jan: Customer) -> None:
    cast.approve(jan.invitation, [1])
    paperwork.to_review(jan.invitation)
    raised(jan.invitation, (1,))
    assert "While the dispute is open, nothing is filed" in jan.page("upload")
    order = jan.page()
    assert "The signed paper that you sent on" in order
    assert "is kept; it is filed or returned when the dispute is resolved." in order
