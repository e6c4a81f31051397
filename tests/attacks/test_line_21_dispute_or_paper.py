"""Line 21: a dispute at the very moment at which paper is filed, by the worker or by a manager: exactly one of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from paraph.evidence import audit
from paraph.signoff import completion, disputes, reading, verification
from paraph.signoff.errors import Disputed, SignedMeanwhile
from paraph.signoff.models import Dispute, Invitation, Match, Return, ReturnState, Signature, SignOff, State
from tests import cast, paperwork, scans
from tests.attacks.together import PATIENCE_SECONDS, together
from tests.cast import Shop, make_keys, make_shop
from tests.scans import Machine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 3


@pytest.fixture
def busy_shop(transactional_db: None) -> Shop:
    make_keys()
    return make_shop()


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a document is sealed and nothing is recorded yet: from then on all that counts is who is first."""
    event, prepare = threading.Event(), completion.prepare

    def prepared(*told: Any) -> Any:
        sealing = prepare(*told)
        event.set()
        return sealing

    monkeypatch.setattr(completion, "prepare", prepared)
    return event


def _dispute(invitation: Invitation, ready: threading.Event) -> Callable[[], object]:
    ready.clear()

    def dispute() -> object:
        ready.wait(PATIENCE_SECONDS)
        try:
            return disputes.dispute(invitation, reason="Not what I asked", by=cast.customer(invitation))
        except SignedMeanwhile as refusal:
            return refusal

    return dispute


def _one_winner(returned: Return) -> None:
    signoff = SignOff.objects.get(pk=returned.party.signoff_id)
    signed = Signature.objects.filter(signoff=signoff).exists()
    returned.refresh_from_db()
    assert Dispute.objects.filter(signoff=signoff).exists() != signed
    assert signoff.state == (State.SEALED if signed else State.DISPUTED)
    assert returned.state == (ReturnState.FILED if signed else ReturnState.REVIEW)
    assert returned.scan.count()


def test_line_21_of_a_dispute_and_the_worker_that_files_exactly_one_wins(
    busy_shop: Shop, machine: Machine, ready: threading.Event
) -> None:
    for _round in range(ROUNDS):
        paper = busy_shop.paper(busy_shop.invite(busy_shop.open_order(lines=1)))
        machine.sees(paper)
        returned = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
        together([reading.read_due, _dispute(paper.invitation, ready)])
        _one_winner(returned)
        if returned.state == ReturnState.REVIEW:
            assert (returned.outcome, returned.findings["why"]) == (Match.COMPLETE, "disputed")
    assert audit.verify_log(busy_shop.organisation.log) == []


def test_line_21_of_a_dispute_and_a_manager_who_accepts_exactly_one_wins(
    busy_shop: Shop, ready: threading.Event
) -> None:
    mara = busy_shop.mara
    for _round in range(ROUNDS):
        paper = busy_shop.paper(busy_shop.invite(busy_shop.open_order(lines=1)))
        returned = paperwork.to_review(paper.invitation, paper=paper)

        def accept(returned: Return = returned) -> object:
            try:
                return verification.accept(returned, by=mara, actor=mara.actor)
            except Disputed as refusal:
                return refusal

        together([accept, _dispute(paper.invitation, ready)])
        _one_winner(returned)
    assert audit.verify_log(busy_shop.organisation.log) == []
