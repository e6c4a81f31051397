"""Many at the same time: every number once, none left out, each document with its own number (I3, gapless)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from paraph.billing import invoices, issuing
from paraph.billing.models import Invoice, Kind, Series
from paraph.evidence.models import Entry
from tests.billing.bills import drafted, issued, reported
from tests.billing.test_issuing import biller
from tests.cast import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def all_at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do all in threads of their own, begun together; return what went wrong."""
    barrier, problems = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
        except Exception as problem:  # noqa: BLE001 - shown by the assertion
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def numbers(kind: str = Kind.INVOICE) -> list[int]:
    found = Invoice.objects.filter(kind=kind, sequence__isnull=False).order_by("sequence")
    return [one for one in found.values_list("sequence", flat=True) if one is not None]


def assert_each_document_has_its_own_number() -> None:
    for one in Invoice.objects.filter(number__isnull=False):
        assert re.findall(r"<ram:ID>([^<]+)</ram:ID>", one.read_xml().decode())[1] == one.number


def test_invoices_issued_at_once_are_numbered_without_a_gap(biller_shop: Shop) -> None:
    drafts = [drafted(biller_shop, reported(biller_shop)) for _ in range(4)]
    problems = all_at_once(*((lambda one=one: invoices.issue(one, **biller(biller_shop))) for one in drafts))
    assert problems == []
    assert numbers() == [1, 2, 3, 4]
    assert Series.objects.get().next_number == 5
    assert_each_document_has_its_own_number()


def test_F13_one_draft_issued_four_times_at_once_has_one_number(biller_shop: Shop) -> None:
    draft = drafted(biller_shop, reported(biller_shop))
    problems = all_at_once(*[lambda: invoices.issue(draft, **biller(biller_shop))] * 4)
    assert problems == []
    assert numbers() == [1]
    assert Entry.objects.filter(kind="invoice.issued").count() == 1


def test_F13_one_invoice_voided_three_times_at_once_has_one_credit_note(biller_shop: Shop) -> None:
    made = issued(biller_shop)
    problems = all_at_once(*[lambda: invoices.void(made, "Wrong", **biller(biller_shop))] * 3)
    assert problems == []
    assert numbers(Kind.CREDIT) == [1]
    assert Entry.objects.filter(kind="invoice.voided").count() == 1


def test_who_fails_at_the_last_moment_leaves_no_gap(
    biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, lucky = (drafted(biller_shop, reported(biller_shop)) for _ in range(2))
    put = issuing._put

    def fall(invoice: Invoice, *rest: object) -> None:
        put(invoice, *rest)  # type: ignore[arg-type]
        if invoice.pk == unlucky.pk:
            raise ConnectionError("the database went away")

    monkeypatch.setattr(issuing, "_put", fall)
    problems = all_at_once(
        lambda: invoices.issue(unlucky, **biller(biller_shop)),
        lambda: invoices.issue(lucky, **biller(biller_shop)),
    )
    assert [type(one) for one in problems] == [ConnectionError]
    assert numbers() == [1]
    monkeypatch.setattr(issuing, "_put", put)
    invoices.issue(unlucky, **biller(biller_shop))
    assert numbers() == [1, 2]
    assert_each_document_has_its_own_number()


def test_nobody_waits_for_the_renderer_while_holding_a_lock(
    biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, seen = drafted(biller_shop, reported(biller_shop)), list[bool]()
    make = issuing._make

    def watched(told: object) -> issuing.Paper:
        seen.append(transaction.get_connection().in_atomic_block)
        return make(told)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "_make", watched)
    made = invoices.issue(draft, **biller(biller_shop))
    invoices.void(made, "Wrong", **biller(biller_shop))
    assert seen == [False, False]
