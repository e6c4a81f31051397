"""What is billed when the work was accepted by its service report (S1-20, S1-28, I3); docs/decisions/0032."""

from __future__ import annotations

from decimal import Decimal

import pytest

from paraph.automation import runner
from paraph.billing import invoices
from paraph.billing.errors import AlreadyBilled
from paraph.billing.models import Invoice, State
from paraph.signoff.approvals import approvals_of
from paraph.signoff.models import Policy, View
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests.billing import bills
from tests.cast import Shop, accepted, again, signed, worked


@pytest.fixture
def biller_shop(shop: Shop) -> Shop:
    """A shop that can bill, and whose reports show prices."""
    Policy.objects.create(organisation=shop.organisation, prices=True)
    return bills.ready(shop)


def labour(invoice: Invoice) -> list[tuple[int, Decimal]]:
    return [(one.number, one.quantity) for one in invoice.lines.all() if one.labour]


def status(order: WorkOrder) -> str:
    return str(WorkOrder.objects.get(pk=order.pk).status)


def done(shop: Shop, hours: str = "3") -> WorkOrder:
    """Two lines that were estimated at 2.5 h and signed for, then worked and reported as done."""
    order = worked(shop, shop.open_order(2), hours)
    signed(shop, order, (1, 2))
    runner.run_all()
    return orders.report(WorkOrder.objects.get(pk=order.pk), by=shop.tess.actor)


def test_S1_20_an_accepted_report_bills_the_hours_worked_at_signed_prices(biller_shop: Shop) -> None:
    order = worked(biller_shop, biller_shop.open_order(2), "3", "0.75")
    accepted(biller_shop, order)
    orders.report(order, by=biller_shop.tess.actor)
    made = bills.drafted(biller_shop, order)
    assert labour(made) == [(1, Decimal(3)), (2, Decimal("0.75"))]
    assert all(one.price_signed for one in made.lines.all())
    assert made.net == 3 * 8500 + 6375 + 2 * 12050
    assert not invoices.problems(made)


def test_without_prices_in_the_report_a_biller_checks_them(biller_shop: Shop) -> None:
    Policy.objects.update(prices=False)
    order = worked(biller_shop, biller_shop.open_order(1), "3")
    accepted(biller_shop, order)
    orders.report(order, by=biller_shop.tess.actor)
    made = bills.drafted(biller_shop, order)
    assert labour(made) == [(1, Decimal(3))]
    assert ["no price" in str(one.sentence) for one in invoices.problems(made)] == [True]


def test_a_refused_line_is_not_billed(biller_shop: Shop) -> None:
    order = worked(biller_shop, biller_shop.open_order(2), "3")
    signed(biller_shop, order, (1, 2))
    accepted(biller_shop, order, refused=(2,))
    orders.report(order, by=biller_shop.tess.actor)
    runner.run_all()
    (made,) = Invoice.objects.filter(order=order)
    assert labour(made) == [(1, Decimal(3))]


def test_I3_what_was_invoiced_as_it_is_accepted_is_not_invoiced_again(biller_shop: Shop) -> None:
    order = done(biller_shop, "2.5")
    first = bills.issued(biller_shop, order)
    runner.run_all()
    accepted(biller_shop, order)
    runner.run_all()
    assert status(order) == Status.COMPLETED
    assert [one.pk for one in Invoice.objects.filter(order=order)] == [first.pk]
    (approval,) = approvals_of(order)
    assert approval.signoff.of_report
    assert invoices.unbilled(WorkOrder.objects.get(pk=order.pk)) == []
    with pytest.raises(AlreadyBilled):
        invoices.draft(approval, by=biller_shop.mara.actor)


def test_I3_what_is_accepted_otherwise_than_invoiced_waits_until_that_is_void(biller_shop: Shop) -> None:
    order = done(biller_shop, "3")
    first = bills.issued(biller_shop, order)
    runner.run_all()
    accepted(biller_shop, order)
    runner.run_all()
    second = Invoice.objects.get(order=order, state=State.DRAFT)
    assert labour(second) == [(1, Decimal(3)), (2, Decimal(3))]
    assert [str(one.sentence) for one in invoices.problems(second)] == [
        f"Line {number} is on invoice {first.number} already: void that one first." for number in (1, 2)
    ]
    bram = biller_shop.members["biller"]
    invoices.void(first, "Hours as accepted", by=bram, actor=bram.actor)
    assert not invoices.problems(second)


def test_S1_04_completed_work_waits_for_its_report_and_is_completed_and_drafted_by_its_signature(
    biller_shop: Shop,
) -> None:
    order = done(biller_shop, "3")
    runner.run_all()
    (earlier,) = Invoice.objects.filter(order=order)
    biller_shop.invite(order, view=View.REPORT)
    runner.run_all()
    assert status(order) == Status.NEEDS_SIGNATURE
    assert ["not reported" in str(one.sentence) for one in invoices.problems(earlier)] == [True]
    now = WorkOrder.objects.get(pk=order.pk)
    orders.revise(now, again(order, title="Annual"), expected=now.revision, by=biller_shop.mara.actor)
    runner.run_all()
    assert status(order) == Status.NEEDS_SIGNATURE
    accepted(biller_shop, order)
    runner.run_all()
    assert status(order) == Status.COMPLETED
    draft = Invoice.objects.exclude(pk=earlier.pk).get(order=order)
    assert labour(draft) == [(number, Decimal(3)) for number in (1, 2)]
    assert ["no longer covers" in str(one.sentence) for one in invoices.problems(earlier)] == [True]
