"""What follows when signed paper comes back: status, notices, receipt (decision 4, S0-18, S0-19, S0-33)."""

from __future__ import annotations

import pytest

from paraph.automation.models import Notice, Run, RunState
from paraph.automation.runner import run_all
from paraph.billing import invoices
from paraph.billing.errors import NotReported
from paraph.billing.models import Invoice
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.signoff import ceremonies, reading, verification
from paraph.signoff.approvals import approvals_of
from paraph.signoff.models import Invitation, Paper, Return
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests import scans
from tests.cast import Shop, customer, sign
from tests.scans import Machine


@pytest.fixture
def paper(shop: Shop) -> Paper:
    """Jan has printed his order of one line."""
    found = shop.paper(shop.invite(shop.open_order(lines=1)))
    run()
    return found


def run() -> None:
    run_all()
    assert not Run.objects.exclude(state=RunState.DONE).exists()


def status() -> str:
    return WorkOrder.objects.get().status


def told(kind: str) -> set[str]:
    return {one.member.user.name.split()[0] for one in Notice.objects.filter(kind=kind)}


def hand_in(invitation: Invitation) -> Return:
    returned = scans.hand_in(invitation, scans.any_scan(1))
    run()
    return returned


def read() -> None:
    reading.read_due()
    run()


def test_decision_4_approved_needs_verification_until_it_is_matched(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    hand_in(paper.invitation)
    assert status() == Status.NEEDS_VERIFICATION
    read()
    assert status() == Status.APPROVED


def test_S0_18_S0_19_filed_paper_tells_the_shop_and_its_billers(paper: Paper, machine: Machine) -> None:
    machine.sees(paper)
    hand_in(paper.invitation)
    assert not told("signed")
    read()
    assert told("signed") == {"Mara", "Tess", "Bram"}
    assert not told("paper_to_review")


def test_the_customer_gets_the_receipt_and_the_sealed_copy(
    shop: Shop, paper: Paper, machine: Machine
) -> None:
    machine.sees(paper)
    hand_in(paper.invitation)
    read()
    receipt = Delivery.objects.get(key__startswith="receipt:")
    assert receipt.to == shop.jan.email
    assert "is filed" in receipt.subject
    assert receipt.attachments[-1]["name"].endswith("-sealed.pdf")
    assert "Jan Jansen" in body.unseal(receipt).text


def test_what_is_not_in_order_waits_with_the_managers(shop: Shop, paper: Paper, machine: Machine) -> None:
    machine.sees(None)
    returned = hand_in(paper.invitation)
    read()
    assert status() == Status.NEEDS_VERIFICATION
    assert told("paper_to_review") == {"Mara"}
    assert not told("signed")
    verification.accept(returned, by=shop.mara, actor=shop.mara.actor)
    run()
    assert status() == Status.APPROVED
    assert told("signed") == {"Mara", "Tess", "Bram"}


def test_sent_back_needs_a_signature_again(shop: Shop, paper: Paper, machine: Machine) -> None:
    machine.sees(None)
    returned = hand_in(paper.invitation)
    read()
    verification.send_back(returned, "It is the wrong one.", by=shop.mara, actor=shop.mara.actor)
    run()
    assert status() == Status.NEEDS_SIGNATURE


def test_X_no_invoice_of_anything_that_is_not_verified(shop: Shop, paper: Paper, machine: Machine) -> None:
    machine.sees(None)
    returned = hand_in(paper.invitation)
    read()
    order = WorkOrder.objects.get()
    assert not approvals_of(order)
    assert not Invoice.objects.exists()
    signature = verification.accept(returned, by=shop.mara, actor=shop.mara.actor)
    run()
    (approval,) = approvals_of(order)
    assert approval.signoff == signature.signoff
    with pytest.raises(NotReported):
        invoices.draft(approval, by=shop.mara.actor)
    orders.report(orders.load(order.pk), by=shop.tess.actor)
    run()
    assert Invoice.objects.get().signoff == signature.signoff


def test_of_two_signers_the_order_waits_for_the_one_who_has_done_nothing(
    shop: Shop, machine: Machine
) -> None:
    order = shop.open_order(lines=1)
    jans = shop.invite(order)
    paper = shop.paper(jans)
    claire = shop.invite(order, contact=shop.claire)
    hand_in(jans)
    assert status() == Status.NEEDS_SIGNATURE
    sign(ceremonies.review(claire, by=customer(claire)))
    run()
    assert status() == Status.NEEDS_VERIFICATION
    machine.sees(paper)
    read()
    assert status() == Status.APPROVED
