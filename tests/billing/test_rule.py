"""The rule: work that is reported gets a draft for each verified approval, once, and billers hear of it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from paraph.automation import runner
from paraph.automation.models import Notice, Run
from paraph.billing import invoices
from paraph.billing.models import Invoice, State
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.people.models import Role
from paraph.work import orders
from tests.billing.bills import consent, reported
from tests.billing.test_issuing import biller
from tests.cast import Shop


def test_S1_20_S1_28_a_reported_order_is_drafted_at_once(biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    consent(biller_shop, order)
    runner.run_all()
    assert not Invoice.objects.exists()
    orders.report(order, by=biller_shop.tess.actor)
    runner.run_pending(biller_shop.organisation.log)
    made = Invoice.objects.get()
    assert (made.state, made.gross) == (State.DRAFT, 80586)
    entry = Entry.objects.get(kind="invoice.drafted")
    assert entry.cause is not None
    assert entry.cause.kind == "order.reported"


def test_S1_19_managers_and_billers_are_told(biller_shop: Shop) -> None:
    reported(biller_shop)
    runner.run_all()
    told = Notice.objects.filter(kind="drafted").values_list("member__role", flat=True)
    assert sorted(told) == sorted([Role.MANAGER, Role.BILLER])
    letters = Delivery.objects.filter(key__startswith="notice:drafted:")
    assert letters.count() == 2
    assert all("To be invoiced" in one.subject for one in letters)


def test_I3_the_rule_run_again_and_again_makes_one_invoice(biller_shop: Shop) -> None:
    reported(biller_shop)
    for _again in range(3):
        runner.run_all()
        Run.objects.filter(rule="invoice.draft").update(state="pending", leased_until=None)
    runner.run_all()
    assert Invoice.objects.count() == 1
    assert Entry.objects.filter(kind="invoice.drafted").count() == 1


def test_a_rule_that_comes_late_does_not_bring_back_what_was_thrown_away(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    (made,) = invoices.draft_all(order, by=biller_shop.mara.actor)
    invoices.void(made, "Wrong", **biller(biller_shop))
    runner.run_all()
    assert Invoice.objects.count() == 1


def test_a_report_taken_back_before_the_rule_ran_is_not_drafted(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    orders.reopen(order, by=biller_shop.mara.actor)
    runner.run_all()
    assert not Invoice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_I3_two_workers_and_a_biller_at_once_make_one_invoice(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    barrier, problems = threading.Barrier(4), list[Exception]()

    def together(by_hand: bool) -> None:
        try:
            barrier.wait()
            if by_hand:
                invoices.draft_all(order, by=biller_shop.mara.actor)
            else:
                runner.run_all()
        except Exception as problem:  # noqa: BLE001 - shown by the assertion
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=together, args=(one % 2 == 0,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runner.run_all()
    assert problems == []
    assert Invoice.objects.count() == 1
    assert Entry.objects.filter(kind="invoice.drafted").count() == 1
