"""The first page and the notices."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db.models import QuerySet

from paraph.automation import runner
from paraph.automation.models import Notice
from paraph.people.models import Member, Organisation
from paraph.signoff import verification
from paraph.signoff.models import Return
from paraph.web.office import invoices, waiting
from paraph.work import comments
from paraph.work.models import Comment
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


def test_an_empty_house_teaches_who_may_act_and_nobody_else(shop: Shop, staff: Callable[..., Staff]) -> None:
    assert "Make the first order" in staff(shop.mara).text("/")
    assert "Make the first order" not in staff(shop.members["biller"]).text("/")


def test_S1_32_who_was_asked_and_has_not_signed_comes_first(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    page = mara.text("/")
    assert page.index("Waiting for a signature") < page.index("Newest orders")
    assert "Jan Jansen" in page
    assert order.number in page


def test_S3_31_a_question_waits_until_somebody_answers(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    first, second = cast.lines(order)
    comments.add(order, first, text="Why so dear?", by=shop.jan.actor)
    comments.add(order, second, text="And this?", by=shop.jan.actor)
    comments.add(order, None, text="When?", by=shop.jan.actor)
    assert all(text in mara.text("/") for text in ("Why so dear?", "And this?", "When?"))
    mara.post(f"/orders/{order.pk}/lines/{first.pk}/comments/", {"text": "Titanium."})
    mara.post(f"/orders/{order.pk}/comments/", {"text": "Monday."})
    Notice.objects.all().delete()
    page = mara.text("/")
    assert "Why so dear?" not in page
    assert "When?" not in page
    assert "And this?" in page


def test_S3_31_a_question_waits_again_when_its_answer_is_deleted(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    comments.add(order, None, text="When?", by=shop.jan.actor)
    answer = comments.add(order, None, text="Monday.", by=shop.mara.actor)
    assert not waiting.questions(shop.mara).exists()
    comments.delete(answer, by=shop.mara, actor=shop.mara.actor)
    assert [one.text for one in waiting.questions(shop.mara)] == ["When?"]
    comments.delete(waiting.questions(shop.mara).get(), by=shop.mara, actor=shop.mara.actor)
    assert not waiting.questions(shop.mara).exists()


def test_S3_31_the_words_of_an_older_release_are_found_and_judged_alike(shop: Shop) -> None:
    order = shop.open_order(1)
    comments.add(order, None, text="When?", by=shop.jan.actor)
    comments.add(order, None, text="Monday.", by=shop.mara.actor)
    Comment.objects.update(unanswered=True)  # what it leaves behind: the column's own default
    assert not waiting.questions(shop.mara).exists()
    importlib.import_module("paraph.work.migrations.0006_unanswered").fill(apps, None)
    assert not Comment.objects.filter(unanswered=True).exists()


@pytest.mark.sqlite
def test_what_waits_is_found_without_looking_at_all_there_is(shop: Shop) -> None:
    # SQLite has no statistics here, so an empty database is asked as a large one would be.
    begins = {
        waiting.questions: "work_comment USING INDEX comment_unanswered",
        waiting.disputes: "signoff_dispute USING INDEX dispute_open",
        waiting.signatures: "signoff_signoff USING INDEX signoff_by_state (organisation_id=? AND state=?)",
        waiting.expired: "signoff_signoff USING INDEX signoff_by_state (organisation_id=? AND state=?)",
        waiting.seals: "signoff_signoff USING INDEX signoff_by_state (organisation_id=? AND state=?)",
        invoices.drafts_of: "billing_invoice USING INDEX invoice_by_state (organisation_id=? AND state=?)",
        papers: "signoff_return USING INDEX return_by_state (state=?)",
    }
    for query, first in begins.items():
        plan = query(shop.mara)[:8].explain().splitlines()[0]
        assert first in plan, f"{query.__name__}: {plan}"


def papers(member: Member) -> QuerySet[Return]:
    """Of `verification`, asked by a member."""
    return verification.to_review(member.organisation_id)


def test_what_other_organisations_wait_for_is_not_ours(shop: Shop, rival: Shop, mara: Staff) -> None:
    order = rival.open_order(1)
    rival.invite(order)
    comments.add(order, None, text="Rival secret", by=rival.jan.actor)
    page = mara.text("/")
    assert "Rival" not in page
    assert "Waiting for a signature" not in page


def test_S0_18_a_signature_is_told_counted_and_read(shop: Shop, mara: Staff) -> None:
    cast.signed(shop, shop.open_order(1), (1,))
    runner.run_all()
    assert 'class="count">1<' in mara.text("/orders/")
    notice = Notice.objects.get(member=shop.mara)
    assert "Ticket signed" in mara.text("/notices/")
    answer = mara.post(f"/notices/{notice.pk}/read/", {"next": "/orders/"})
    assert answer["Location"] == "/orders/"
    assert 'class="count">' not in mara.text("/orders/")
    assert "Ticket signed" in mara.text("/notices/"), "read, and still there"


def test_all_notices_are_read_at_once_but_only_ones_own(shop: Shop, mara: Staff) -> None:
    cast.signed(shop, shop.open_order(1), (1,))
    runner.run_all()
    mara.post("/notices/read/")
    assert not Notice.objects.filter(member=shop.mara, read_at=None).exists()
    foreign = Notice.objects.filter(read_at=None).exclude(member=shop.mara).first()
    assert foreign is not None
    assert mara.post(f"/notices/{foreign.pk}/read/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_times_are_told_in_the_organisations_zone(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    Organisation.objects.filter(pk=shop.organisation.pk).update(time_zone="America/New_York")
    page = mara.text(f"/orders/{order.pk}/")
    assert " EST<" in page or " EDT<" in page
