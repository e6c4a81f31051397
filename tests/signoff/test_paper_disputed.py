"""Paper and disputes: what came back waits until the dispute is over, and nothing of it is lost (S0-33, S0-34)."""

from __future__ import annotations

import pytest

from paraph.automation import runner
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.signoff import completion, disputes, reading, returns, verification
from paraph.signoff.errors import Disputed, Stale
from paraph.signoff.models import (
    Dispute,
    Match,
    Paper,
    Resolution,
    Return,
    ReturnState,
    Signature,
    SignOff,
    State,
)
from paraph.work.models import Status, WorkOrder
from tests import cast, paperwork, scans
from tests.cast import Shop, customer
from tests.scans import Machine
from tests.signoff.test_disputes import raised, revised, settle


@pytest.fixture
def paper(shop: Shop) -> Paper:
    """Jan has printed his order of one line."""
    return shop.paper(shop.invite(shop.open_order(lines=1)))


@pytest.fixture
def parked(paper: Paper, machine: Machine) -> Return:
    """He sent it signed, then disputed it; the machine found everything in order."""
    machine.sees(paper)
    sent = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    raised(paper.invitation, (1,))
    reading.read_due()
    return Return.objects.get(pk=sent.pk)


def test_S0_34_disputed_paper_is_not_filed_by_itself_and_waits_with_that_reason(parked: Return) -> None:
    assert (parked.state, parked.outcome) == (ReturnState.REVIEW, Match.COMPLETE)
    assert parked.findings["why"] == "disputed"
    assert "nothing_elsewhere" in parked.findings["passed"]
    assert parked.scan.count()
    assert not Signature.objects.exists()


def test_S0_34_nobody_accepts_or_returns_paper_while_it_is_disputed(shop: Shop, parked: Return) -> None:
    mails, facts = Delivery.objects.count(), Entry.objects.count()
    with pytest.raises(Disputed):
        verification.accept(parked, by=shop.mara, actor=shop.mara.actor, name="J. Jansen")
    with pytest.raises(Disputed):
        verification.send_back(parked, "Sign again.", by=shop.mara, actor=shop.mara.actor)
    assert (Delivery.objects.count(), Entry.objects.count()) == (mails, facts)
    parked.refresh_from_db()
    assert (parked.state, parked.sentence, parked.decided_at) == (ReturnState.REVIEW, "", None)


def test_S0_34_what_waited_already_waits_on_and_a_dispute_between_look_and_filing_wins(
    shop: Shop, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = paperwork.to_review(paper.invitation)
    prepare = completion.prepare

    def disputed_meanwhile(*told: object) -> object:
        raised(paper.invitation, (1,))
        return prepare(*told)  # type: ignore[arg-type]

    monkeypatch.setattr("paraph.signoff.completion.prepare", disputed_meanwhile)
    with pytest.raises(Disputed):
        verification.accept(waiting, by=shop.mara, actor=shop.mara.actor)
    waiting.refresh_from_db()
    assert waiting.state == ReturnState.REVIEW
    assert not Signature.objects.exists()
    assert not Entry.objects.filter(kind="copy.accepted").exists()


def test_S0_34_nothing_is_uploaded_or_sent_while_it_is_disputed_and_the_draft_is_kept(paper: Paper) -> None:
    draft, by = paperwork.page(paper.invitation).returned, customer(paper.invitation)
    raised(paper.invitation, (1,))
    for act in (
        lambda: returns.begin(paper.invitation, by=by),
        lambda: returns.add_file(paper.invitation, paperwork.photo(2), "two.jpg", by=by),
        lambda: returns.send(draft, paper.invitation, by=by),
    ):
        with pytest.raises(Disputed):
            act()
    assert Return.objects.get() == draft
    assert returns.pages_of(draft).count() == 1


@pytest.mark.parametrize("ending", [Resolution.EXPLAINED, Resolution.TAKEN_BACK])
def test_S0_34_after_the_dispute_the_same_paper_is_accepted(shop: Shop, parked: Return, ending: str) -> None:
    runner.run_all()
    assert WorkOrder.objects.get().status == Status.DISPUTED
    _end(shop, ending)
    runner.run_all()
    assert WorkOrder.objects.get().status == Status.NEEDS_VERIFICATION
    signature = verification.accept(parked, by=shop.mara, actor=shop.mara.actor)
    parked.refresh_from_db()
    assert parked.state == ReturnState.FILED
    assert signature.record["checks"]["outcome"] == Match.COMPLETE
    assert SignOff.objects.get().state == State.SEALED


def test_S0_34_a_corrected_order_is_not_what_the_paper_says_so_it_is_sent_back(
    shop: Shop, parked: Return
) -> None:
    revised(shop, parked.invitation, 1, hourly_rate=1)
    _end(shop, Resolution.CORRECTED)
    with pytest.raises(Stale):
        verification.accept(parked, by=shop.mara, actor=shop.mara.actor)
    back = verification.send_back(parked, "Mended: print it anew.", by=shop.mara, actor=shop.mara.actor)
    assert back.state == ReturnState.SENT_BACK
    assert returns.files_of(returns.begin(parked.invitation, by=customer(parked.invitation))).count() == 1


def test_S0_34_a_request_that_is_withdrawn_over_it_needs_its_paper_no_more(
    shop: Shop, parked: Return
) -> None:
    _end(shop, Resolution.WITHDRAWN)
    parked.refresh_from_db()
    assert parked.state == ReturnState.OVERTAKEN
    assert parked.read()  # it is kept


def test_S0_34_who_sent_paper_can_still_say_that_something_is_wrong(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    reading.read_due()
    assert raised(paper.invitation, (1,), signed=True).signed  # filed already: of what was signed
    assert Return.objects.get().state == ReturnState.FILED


def _end(shop: Shop, how: str) -> None:
    found = Dispute.objects.get()
    if how == Resolution.TAKEN_BACK:
        invitation = found.party.invitations.get()
        disputes.take_back(found, invitation, by=cast.customer(invitation))
    else:
        settle(shop, found, how)
