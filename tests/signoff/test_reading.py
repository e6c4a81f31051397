"""The worker reads returned paper; only what is in order is filed by itself (S0-15, S0-33, I9)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from paraph.evidence.models import Entry
from paraph.intake import judging
from paraph.intake.errors import Reason, Refused
from paraph.intake.judging import Mark, Verdict
from paraph.lib import canonical, clock
from paraph.sealing import check
from paraph.signoff import completion, reading
from paraph.signoff.models import Match, Paper, Return, ReturnState, Signature, SignOff, State
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import scans
from tests.cast import Shop, again
from tests.scans import Machine


@pytest.fixture
def paper(shop: Shop) -> Paper:
    """Jan has printed his order of one line."""
    return shop.paper(shop.invite(shop.open_order(lines=1)))


def read(returned: Return) -> Return:
    assert reading.read_due() == 1
    return Return.objects.get(pk=returned.pk)


def test_S0_33_what_is_in_order_is_filed_by_itself(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(paper.pages)))
    assert (returned.state, returned.outcome) == (ReturnState.FILED, Match.COMPLETE)
    assert returned.by_machine
    signature = Signature.objects.get()
    assert (signature.party, signature.method, signature.ceremony) == (paper.party, "paper", paper.ceremony)
    assert reading.read_due() == 0
    (matched,) = Entry.objects.filter(kind="copy.matched")
    assert matched.content["fact"]["outcome"] == "complete"
    assert signature.entry.cause == matched
    assert matched.cause == returned.sent_entry


def test_S0_32_how_many_pages_are_read_stands_in_the_row_while_they_are_read(
    paper: Paper, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.sees(paper)
    monkeypatch.setattr(reading, "PACE", 0.0)
    stood: list[int] = []

    def judge(*asked: Any, paced: Callable[[int], None]) -> judging.Outcome:
        for number in (1, 2, 7):  # a child may say what it likes
            paced(number)
            stood.append(Return.objects.get().pages_read)
        return machine.judge(*asked)

    monkeypatch.setattr(judging, "judge", judge)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(3)))
    assert stood == [1, 2, 3]
    assert returned.pages_read == paper.pages  # of those that are filed


def test_R13_the_record_says_what_was_printed_what_came_back_and_what_was_checked(
    paper: Paper, machine: Machine
) -> None:
    machine.sees(paper)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(paper.pages)))
    record = Signature.objects.get().record
    assert record["paper"]["printed"] == canonical.digest(paper.read())
    assert record["upload"]["files"][0]["digest"] == canonical.digest(scans.any_scan(paper.pages))
    assert record["mark"]["originals"] == [canonical.digest(scans.any_scan(paper.pages))]
    assert record["mark"]["scan"] == canonical.digest(returned.read())
    assert record["mark"]["pages"] == [canonical.digest(one.read()) for one in returned.scan.all()]
    assert record["connection"]["address"] == "192.0.2.7"
    assert record["signer"]["name"] is None  # nobody typed it, so nobody knows
    assert record["checks"]["by"] == "machine"
    assert record["checks"]["unmade"] == ["who_signed"]
    assert record["level"] == "PAPER"
    assert clock.parse(record["upload"]["at"]) < clock.parse(record["signed_at"])


def test_the_sealed_copy_holds_the_scan_as_pages_and_as_a_file(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(paper.pages)))
    signoff = SignOff.objects.get()
    assert signoff.state == State.SEALED, signoff.seal_fault
    pdf, keys = signoff.sealed_copy.read(), completion.keyset()
    verdict = check.check(pdf, seal_roots=keys.seal_root_pem, tsa_roots=keys.tsa_root_pem)
    assert verdict.valid, verdict
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        inside = {name: one.get_file().read_bytes() for name, one in opened.attachments.items()}
    assert inside["scan.pdf"] == returned.read()
    assert canonical.digest(inside["record.json"]) == Signature.objects.get().record_digest
    assert len(scans.printed(pdf)) > paper.pages


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"verdict": Verdict.NOT_SIGNED, "ink": False}, Match.NOT_SIGNED),
        ({"marks": (Mark(100, 300, 200, 4, 60.0),)}, Match.ALTERED),
        ({"verdict": Verdict.PAGE_MISSING, "missing": (2,)}, Match.PAGE_MISSING),
        ({"verdict": Verdict.OLDER_REVISION}, Match.OLDER_REVISION),
        ({"verdict": Verdict.UNREADABLE, "paper": None, "order": (), "comparisons": ()}, Match.UNREADABLE),
        ({"notes": ("other_pages",)}, Match.OTHER_PAGES),
        ({"notes": ("doubled",)}, Match.OTHER_PAGES),
        ({"notes": ("unsure",)}, Match.UNSURE),
        ({"comparisons": ()}, Match.UNSURE),
    ],
)
def test_I9_everything_else_waits_for_people(
    paper: Paper, machine: Machine, changes: dict[str, Any], outcome: Match
) -> None:
    machine.sees(paper, **changes)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(paper.pages)))
    assert (returned.state, returned.outcome) == (ReturnState.REVIEW, outcome)
    assert not Signature.objects.exists()
    told = Entry.objects.get(kind="copy.matched").content["fact"]
    assert told["outcome"] == outcome
    assert "who_signed" in told["unmade"]
    assert returned.scan.count()  # for the reviewer


def test_a_foreign_document_waits_for_people(paper: Paper, machine: Machine) -> None:
    machine.sees(None)
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(1)))
    assert (returned.state, returned.outcome, returned.paper) == (ReturnState.REVIEW, Match.FOREIGN, None)


def test_the_paper_of_another_order_or_another_person_is_known(
    shop: Shop, paper: Paper, machine: Machine
) -> None:
    elsewhere = shop.paper(shop.invite(shop.open_order(lines=1)))
    claires = shop.paper(shop.invite(paper.party.signoff.order, contact=shop.claire))
    for seen, outcome in ((elsewhere, Match.WRONG_ORDER), (claires, Match.OTHER_PARTY)):
        machine.sees(seen)
        returned = read(scans.hand_in(paper.invitation, scans.any_scan(1)))
        assert (returned.outcome, returned.paper) == (outcome, seen)
        Return.objects.filter(pk=returned.pk).update(state=ReturnState.SENT_BACK)
    assert {one.code for one in machine.asked} == {paper.code, claires.code}


def test_line_1_the_paper_of_another_shop_is_no_paper_of_ours(
    rival: Shop, paper: Paper, machine: Machine
) -> None:
    machine.sees(rival.paper(rival.invite(rival.open_order(lines=1))))
    returned = read(scans.hand_in(paper.invitation, scans.any_scan(1)))
    assert (returned.outcome, returned.paper) == (Match.FOREIGN, None)


def test_line_20_an_order_that_changed_meanwhile_is_an_older_revision(
    shop: Shop, paper: Paper, machine: Machine
) -> None:
    machine.sees(paper)
    returned = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    order = WorkOrder.objects.get()
    orders.revise(order, again(order, title="Something else"), by=shop.mara.actor, expected=order.revision)
    returned = read(returned)
    assert (returned.state, returned.outcome) == (ReturnState.REVIEW, Match.OLDER_REVISION)
    assert not Signature.objects.exists()


def test_I9_what_cannot_be_read_is_tried_again_and_then_waits_for_people(
    paper: Paper, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.problem = Refused(Reason.TOO_SLOW)
    returned = scans.hand_in(paper.invitation, scans.any_scan())
    for attempt in range(1, reading.MAX_ATTEMPTS):
        assert reading.read_due() == 0
        returned.refresh_from_db()
        assert (returned.state, returned.attempts) == (ReturnState.SENT, attempt)
        Return.objects.update(due_at=clock.now())
    assert reading.read_due() == 1
    returned.refresh_from_db()
    assert (returned.state, returned.outcome) == (ReturnState.REVIEW, Match.NOT_READ)
    assert returned.findings["why"] == "too_slow"


def test_a_worker_that_died_leaves_the_paper_to_the_next_one(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    returned = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    Return.objects.update(attempts=1, leased_until=clock.now() + reading.LEASE)
    assert reading.read_due() == 0  # somebody is at it
    Return.objects.update(leased_until=clock.now())
    assert read(returned).state == ReturnState.FILED
    assert Entry.objects.filter(kind="copy.matched").count() == 1


def test_a_paper_that_kills_every_worker_goes_to_people(paper: Paper, machine: Machine) -> None:
    returned = scans.hand_in(paper.invitation, scans.any_scan())
    Return.objects.update(attempts=reading.MAX_ATTEMPTS)
    assert read(returned).outcome == Match.NOT_READ


def test_a_link_that_runs_out_meanwhile_does_not_end_the_request(
    paper: Paper, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from paraph.signoff import followups
    from paraph.signoff.models import Invitation

    scans.hand_in(paper.invitation, scans.any_scan())
    Invitation.objects.update(expires_at=clock.now() - timedelta(hours=1))
    assert followups.expire_due() == 0
    assert SignOff.objects.get().state == State.OPEN
