"""What a customer hands in on paper, until they send it (S0-04, S0-30 … S0-32)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.signoff import ceremonies, reading, returns
from paraph.signoff.errors import AlreadySigned, Closed, Locked, NotThere, OnlyToRead, PaperSent, Unusable
from paraph.signoff.models import Ask, Paper, Return, ReturnState
from paraph.signoff.returns import Placing
from paraph.work.models import WorkOrder
from tests import paperwork, scans
from tests.cast import Shop, customer, lines, sign
from tests.scans import Machine

pytestmark = pytest.mark.usefixtures("remembered")


@pytest.fixture
def paper(shop: Shop) -> Paper:
    """Jan has printed his order of one line."""
    return shop.paper(shop.invite(shop.open_order(lines=1)))


def test_S0_30_a_draft_waits_for_days_and_on_every_device(shop: Shop, paper: Paper) -> None:
    draft = scans.hand_in(paper.invitation, scans.any_scan(2), send=False)
    other = shop.invite(WorkOrder.objects.get())  # another key of the same party
    assert returns.current(other.party) == draft
    again = scans.hand_in(other, scans.any_scan(1), send=False)
    assert again == draft
    assert [one.position for one in returns.pages_of(draft)] == [1, 2, 3]


def test_S0_32_an_upload_without_send_finalises_nothing(paper: Paper) -> None:
    scans.hand_in(paper.invitation, scans.any_scan(), send=False)
    assert not Entry.objects.filter(kind="copy.uploaded").exists()
    assert reading.read_due() == 0
    paper.party.refresh_from_db()
    assert paper.party.acted_at is None


def test_S0_32_send_is_one_fact_with_the_digest_of_every_file(paper: Paper) -> None:
    returned = scans.hand_in(paper.invitation, scans.any_scan(2), scans.any_scan(1))
    again = returns.send(returned, paper.invitation, by=customer(paper.invitation))
    assert again.sent_at == returned.sent_at
    (entry,) = Entry.objects.filter(kind="copy.uploaded")
    told = entry.content["fact"]
    assert told["files"] == [one.digest for one in returns.files_of(returned)]
    assert told["pages"] == 3
    assert entry.content["by"]["kind"] == "contact"
    assert returned.sent_entry == entry


def test_the_original_bytes_are_kept_as_they_came_and_the_name_is_only_words(paper: Paper) -> None:
    content = scans.any_scan()
    file = returns.add_file(
        paper.invitation, content, "..\\..\\etc/pass\x00wd \u202egnp.exe", by=customer(paper.invitation)
    )
    assert file.read() == content
    assert file.name == "passwd gnp.exe"
    assert file.safe().startswith(b"%PDF")
    assert file.safe() != content
    assert all(one.read().startswith(b"\xff\xd8") for one in file.pages.all())


def test_the_same_bytes_twice_are_one_file_and_removed_ones_come_back(paper: Paper) -> None:
    by = customer(paper.invitation)
    first = returns.add_file(paper.invitation, scans.any_scan(), "a.pdf", by=by)
    assert returns.add_file(paper.invitation, scans.any_scan(), "b.pdf", by=by) == first
    returns.remove_file(first, by=by)
    assert not returns.pages_of(first.returned)
    with pytest.raises(Unusable):
        returns.send(first.returned, paper.invitation, by=by)
    returns.add_file(paper.invitation, scans.any_scan(), "c.pdf", by=by)
    assert len(returns.pages_of(first.returned)) == 2


def test_a_file_that_is_refused_says_why_and_leaves_the_rest(paper: Paper) -> None:
    draft = scans.hand_in(paper.invitation, scans.any_scan(), send=False)
    for content, why in ((b"", "empty"), (b"MZ not a picture", "unknown_kind"), (b"%PDF-1.7 cut", "damaged")):
        with pytest.raises(Unusable) as refusal:
            returns.add_file(paper.invitation, content, "x.pdf", by=customer(paper.invitation))
        assert refusal.value.field == "file"
        assert getattr(refusal.value, "why", "") == why
    assert len(returns.pages_of(draft)) == 2
    assert set(home.blobs().digests()) >= {one.blob for one in draft.files.all()}


def test_pages_are_ordered_turned_and_left_out(paper: Paper) -> None:
    draft = scans.hand_in(paper.invitation, scans.any_scan(2), scans.any_scan(1), send=False)
    first, second, third = returns.pages_of(draft)
    by = customer(paper.invitation)
    returns.arrange(draft, [Placing(third.pk), Placing(first.pk, 90), Placing(second.pk, 0, True)], by=by)
    assert [(one.pk, one.rotation, one.removed) for one in returns.pages_of(draft)] == [
        (third.pk, 0, False),
        (first.pk, 90, False),
        (second.pk, 0, True),
    ]
    with pytest.raises(Unusable):
        returns.arrange(draft, [Placing(first.pk, 45)], by=by)
    with pytest.raises(NotThere):
        returns.arrange(draft, [Placing(uuid4())], by=by)
    sent = returns.send(draft, paper.invitation, by=by)
    assert Entry.objects.get(kind="copy.uploaded").content["fact"]["pages"] == 2
    with pytest.raises(PaperSent):
        returns.arrange(sent, [Placing(first.pk)], by=by)


def test_line_26_files_pages_and_bytes_have_an_end(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    scans.hand_in(paper.invitation, scans.any_scan(2), send=False)
    for name, most in (("MOST_FILES", 1), ("MOST_BYTES", 10), ("MOST_PAGES", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(returns, name, most)
            with pytest.raises(Unusable):
                scans.hand_in(paper.invitation, scans.any_scan(1), send=False)
    assert len(returns.pages_of(Return.objects.get())) == 2


def test_what_was_sent_cannot_be_changed_and_nothing_can_be_added(paper: Paper) -> None:
    returned = scans.hand_in(paper.invitation, scans.any_scan())
    with pytest.raises(PaperSent):
        scans.hand_in(paper.invitation, scans.any_scan(1), send=False)
    with pytest.raises(PaperSent):
        returns.remove_file(returned.files.get(), by=customer(paper.invitation))
    (line,) = lines(WorkOrder.objects.get())
    with pytest.raises(Locked):  # what the paper says was decided stays, while it is looked at
        ceremonies.decide(paper.invitation, line.pk, "rejected", by=customer(paper.invitation))


def test_who_signed_already_may_not_read_only_or_is_too_late_gets_the_usual_answer(
    shop: Shop, paper: Paper
) -> None:
    reader = shop.invite(WorkOrder.objects.get(), contact=shop.claire, ask=Ask.VIEW)
    with pytest.raises(OnlyToRead):
        scans.hand_in(reader, scans.any_scan())
    draft = scans.hand_in(paper.invitation, scans.any_scan(), send=False)
    sign(ceremonies.review(paper.invitation, by=customer(paper.invitation)))
    draft.refresh_from_db()
    assert draft.state == ReturnState.OVERTAKEN
    with pytest.raises(AlreadySigned):
        scans.hand_in(paper.invitation, scans.any_scan())


def test_another_partys_draft_is_not_there(shop: Shop, paper: Paper) -> None:
    draft = scans.hand_in(paper.invitation, scans.any_scan(), send=False)
    claire = shop.invite(WorkOrder.objects.get(), contact=shop.claire)
    assert returns.current(claire.party) is None
    with pytest.raises(NotThere):
        returns.send(draft, claire, by=customer(claire))


def test_e_signing_while_paper_is_looked_at_wins_and_the_paper_is_kept(
    paper: Paper, machine: Machine
) -> None:
    returned = scans.hand_in(paper.invitation, scans.any_scan())
    sign(ceremonies.review(paper.invitation, by=customer(paper.invitation)))
    assert reading.read_due() == 0
    returned.refresh_from_db()
    assert returned.state == ReturnState.OVERTAKEN
    assert returned.files.get().read()


def test_a_request_that_is_withdrawn_takes_its_papers_along(shop: Shop, paper: Paper) -> None:
    from paraph.signoff import requests

    returned = scans.hand_in(paper.invitation, scans.any_scan())
    requests.withdraw(paper.party.signoff, by=shop.mara.actor)
    returned.refresh_from_db()
    assert returned.state == ReturnState.OVERTAKEN
    with pytest.raises(Closed):
        scans.hand_in(paper.invitation, scans.any_scan(1))


def test_line_26_what_came_back_to_the_customer_counts_once(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        paperwork.page(paper.invitation, f"{number}.jpg", number)
    sent = returns.send(Return.objects.get(), paper.invitation, by=customer(paper.invitation))
    Return.objects.filter(pk=sent.pk).update(state=ReturnState.SENT_BACK)
    returns.begin(paper.invitation, by=customer(paper.invitation))
    monkeypatch.setattr(returns, "MOST_FILES", 4)
    monkeypatch.setattr(returns, "MOST_BYTES", 4 * len(scans.any_scan(1)))
    scans.hand_in(paper.invitation, scans.any_scan(1), send=False)  # the page that was blurred, once more
    assert len(returns.files_of(Return.objects.get(state=ReturnState.DRAFT))) == 4
