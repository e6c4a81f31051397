"""Members look at the paper that the machine would not file (decision 4, S0-33)."""

from __future__ import annotations

import pytest

from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.intake.judging import Mark
from paraph.people import access
from paraph.people.models import Role
from paraph.signoff import ceremonies, filing, reading, returns, verification
from paraph.signoff.errors import AlreadySigned, NothingPrinted, NotWaiting, Stale, Unusable
from paraph.signoff.models import Invitation, Match, Paper, Return, ReturnState, Signature
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import scans
from tests.cast import Shop, again, customer, sign
from tests.scans import Machine

PEN = (Mark(100, 300, 200, 4, 60.0),)


@pytest.fixture
def returned(shop: Shop, machine: Machine) -> Return:
    """Jan's paper waits, because something was written on it."""
    paper = shop.paper(shop.invite(shop.open_order(lines=1)))
    machine.sees(paper, marks=PEN)
    sent = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    reading.read_due()
    return Return.objects.get(pk=sent.pk)


def test_S0_33_a_manager_accepts_and_the_record_says_so(shop: Shop, returned: Return) -> None:
    assert list(verification.to_review(shop.organisation.pk)) == [returned]
    signature = verification.accept(
        returned,
        by=shop.mara,
        actor=shop.mara.actor,
        sentence="He initialled it.",
        name="J. Jansen",
        role="Owner",
    )
    record = signature.record
    assert record["checks"]["by"] == "member"
    assert record["checks"]["member"]["id"] == str(shop.mara.pk)
    assert record["checks"]["sentence"] == "He initialled it."
    assert record["checks"]["failed"] == ["nothing_elsewhere"]
    assert record["signer"]["name"] == "J. Jansen"
    assert signature.entry.cause == Entry.objects.get(kind="copy.accepted")
    returned.refresh_from_db()
    assert (returned.state, returned.decided_by, returned.outcome) == (
        ReturnState.FILED,
        shop.mara,
        Match.ALTERED,
    )
    assert not verification.to_review(shop.organisation.pk)


def test_decision_4_only_a_manager_verifies(shop: Shop, returned: Return) -> None:
    for role in (Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER):
        member = shop.members[role]
        with pytest.raises(access.Forbidden):
            verification.accept(returned, by=member, actor=member.actor)
        with pytest.raises(access.Forbidden):
            verification.send_back(returned, "No.", by=member, actor=member.actor)
    assert not Signature.objects.exists()


def test_decision_2_sent_back_with_a_sentence_and_a_fresh_key(shop: Shop, returned: Return) -> None:
    with pytest.raises(Unusable):
        verification.send_back(returned, "  ", by=shop.mara, actor=shop.mara.actor)
    before = Invitation.objects.get().spare_keys
    back = verification.send_back(returned, "Page 1 has a note on it.", by=shop.mara, actor=shop.mara.actor)
    assert (back.state, back.sentence) == (ReturnState.SENT_BACK, "Page 1 has a note on it.")
    invitation = Invitation.objects.get()
    assert len(invitation.spare_keys) == len(before) + 1
    letter = Delivery.objects.get(key__startswith="paper-sent-back:")
    assert letter.to == shop.jan.email
    assert letter.secret
    assert Entry.objects.get(kind="copy.sent_back").audience == "both"
    with pytest.raises(NotWaiting):
        verification.accept(returned, by=shop.mara, actor=shop.mara.actor)


def test_what_was_sent_is_kept_and_a_page_can_be_exchanged(
    shop: Shop, returned: Return, machine: Machine
) -> None:
    verification.send_back(returned, "Sign again, please.", by=shop.mara, actor=shop.mara.actor)
    draft = scans.hand_in(returned.invitation, scans.any_scan(3), send=False)
    assert draft != returned
    assert len(returns.files_of(draft)) == 2
    assert len(returns.files_of(returned)) == 1
    machine.sees(returned.paper)
    returns.send(draft, returned.invitation, by=customer(returned.invitation))
    reading.read_due()
    draft.refresh_from_db()
    assert draft.state == ReturnState.FILED


def test_line_20_nobody_files_a_signature_for_words_that_changed(shop: Shop, returned: Return) -> None:
    order = WorkOrder.objects.get()
    orders.revise(order, again(order, title="Something else"), by=shop.mara.actor, expected=order.revision)
    with pytest.raises(Stale) as refusal:
        verification.accept(returned, by=shop.mara, actor=shop.mara.actor)
    assert refusal.value.changes
    assert "changed since this paper was printed" in str(refusal.value.sentence)
    returned.refresh_from_db()
    assert returned.state == ReturnState.REVIEW


def test_whoever_acts_first_wins(shop: Shop, returned: Return) -> None:
    sign(ceremonies.review(returned.invitation, by=customer(returned.invitation)))
    with pytest.raises(NotWaiting):
        verification.accept(returned, by=shop.mara, actor=shop.mara.actor)
    assert Signature.objects.get().method == "typed"


def test_once_filed_signing_again_says_already_signed(shop: Shop, returned: Return) -> None:
    signature = verification.accept(returned, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(AlreadySigned) as answer:
        ceremonies.review(returned.invitation, by=customer(returned.invitation))
    assert answer.value.signature == signature


def test_somebody_elses_paper_cannot_be_accepted(shop: Shop, machine: Machine) -> None:
    paper = shop.paper(shop.invite(shop.open_order(lines=1)))
    machine.sees(shop.paper(shop.invite(shop.open_order(lines=1))))
    sent = scans.hand_in(paper.invitation, scans.any_scan(1))
    reading.read_due()
    with pytest.raises(filing.WrongPaper):
        verification.accept(sent, by=shop.mara, actor=shop.mara.actor)


def test_without_anything_printed_there_is_nothing_to_file(shop: Shop, machine: Machine) -> None:
    machine.sees(None)
    sent = scans.hand_in(shop.invite(shop.open_order(lines=1)), scans.any_scan(1))
    reading.read_due()
    with pytest.raises(NothingPrinted):
        verification.accept(sent, by=shop.mara, actor=shop.mara.actor)


def test_a_paper_that_no_machine_could_read_is_filed_as_it_was_sent(shop: Shop, machine: Machine) -> None:
    paper = shop.paper(shop.invite(shop.open_order(lines=1)))
    machine.problem = RuntimeError("no")
    sent = scans.hand_in(paper.invitation, scans.any_scan(2))
    Return.objects.update(attempts=reading.MAX_ATTEMPTS - 1)
    reading.read_due()
    signature = verification.accept(sent, by=shop.mara, actor=shop.mara.actor)
    assert signature.record["checks"]["passed"] == []
    assert len(signature.record["mark"]["pages"]) == 2


def test_another_shops_manager_does_not_see_it(rival: Shop, returned: Return) -> None:
    assert not verification.to_review(rival.organisation.pk)


def test_two_of_two_when_one_signs_on_paper(shop: Shop, machine: Machine) -> None:
    order = shop.open_order(lines=1)
    jans = shop.invite(order)
    paper = shop.paper(jans)
    claire = shop.invite(order, contact=shop.claire)
    machine.sees(paper)
    scans.hand_in(jans, scans.any_scan(paper.pages))
    assert returns.only_paper_left(jans.party.signoff) is False
    sign(ceremonies.review(claire, by=customer(claire)))
    assert returns.only_paper_left(jans.party.signoff) is True
    reading.read_due()
    signoff = Signature.objects.get(method="paper").signoff
    signoff.refresh_from_db()
    assert signoff.state == "sealed", signoff.seal_fault
    assert {one.method for one in signoff.signatures.all()} == {"paper", "typed"}


def test_papers_of_another_size_count_too(shop: Shop, machine: Machine) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    shop.paper(invitation)
    letter: Paper = shop.paper(invitation, format="letter", language="fr")
    machine.sees(letter)
    scans.hand_in(invitation, scans.any_scan(letter.pages))
    reading.read_due()
    record = Signature.objects.get().record
    assert record["paper"]["format"] == "letter"
    assert record["consent"]["language"] == "fr"
