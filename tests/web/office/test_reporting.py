"""S1-04 on the page: hours entered, lines without consent named, nothing typed lost, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from paraph.automation import runner
from paraph.work import guards, orders
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.slow


@pytest.fixture
def tess(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The technician at work."""
    return staff(shop.tess)


def stored(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.get(pk=order.pk)


def test_S1_04_the_technician_reports_hours_and_the_order_is_completed(shop: Shop, tess: Staff) -> None:
    order = shop.open_order(0, items=[cast.line("A", actual_hours=Decimal(3)), cast.line("B")])
    cast.signed(shop, order, (1, 2))
    first, second = cast.lines(order)
    page = tess.text(f"/orders/{order.pk}/")
    told = tess.fields(page, "report-form")
    assert told[f"worked-{first.pk}"] == ["3"]
    assert told[f"worked-{second.pk}"] == [""]
    answer = tess.post(f"/orders/{order.pk}/report/", {**told, f"worked-{second.pk}": "1.25"}, follow=True)
    assert "The work on WO-1001 is reported as done." in answer.content.decode()
    assert stored(order).status == Status.COMPLETED
    assert [one.actual_hours for one in cast.lines(order)] == [3, Decimal("1.25")]
    page = tess.text(f"/orders/{order.pk}/")
    assert "Reported as done on" in page
    assert 'id="report-form"' not in page


def test_S1_04_a_refusal_names_the_lines_and_keeps_what_was_typed(shop: Shop, tess: Staff) -> None:
    order = shop.open_order(3)
    cast.signed(shop, order, (1,))
    item = cast.lines(order)[0]
    assert "Lines 2, 3 still need the customer’s consent" in tess.text(f"/orders/{order.pk}/")
    answer = tess.post(f"/orders/{order.pk}/report/", {f"worked-{item.pk}": "7.5"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lines 2, 3 still need the customer’s consent." in page
    assert tess.fields(page, "report-form")[f"worked-{item.pk}"] == ["7.5"]
    assert stored(order).status != Status.COMPLETED
    assert cast.lines(order)[0].actual_hours is None


def test_hours_that_are_none_stand_beside_their_field(shop: Shop, tess: Staff) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1, 2))
    first, second = cast.lines(order)
    typed = {f"worked-{first.pk}": "a lot", f"worked-{second.pk}": "2"}
    answer = tess.post(f"/orders/{order.pk}/report/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Write a number, for example" in page
    kept = tess.fields(page, "report-form")
    assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert stored(order).status != Status.COMPLETED


def test_who_may_not_report_sees_no_form(shop: Shop, staff: Callable[..., Staff]) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    bram = staff(shop.members["biller"])
    assert 'id="report-form"' not in bram.text(f"/orders/{order.pk}/")
    assert bram.post(f"/orders/{order.pk}/report/").status_code == 403
    assert stored(order).status != Status.COMPLETED


def test_a_report_is_taken_back_and_the_order_is_approved_again(
    shop: Shop, tess: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    runner.run_all()
    orders.report(order, by=shop.tess.actor)
    monkeypatch.setattr(guards, "_objections", [lambda order: "It is invoiced."])
    answer = tess.post(f"/orders/{order.pk}/reopen/", follow=True)
    assert "It is invoiced." in answer.content.decode()
    assert stored(order).status == Status.COMPLETED
    monkeypatch.setattr(guards, "_objections", [lambda order: ""])
    answer = tess.post(f"/orders/{order.pk}/reopen/", follow=True)
    assert "The report is taken back" in answer.content.decode()
    assert stored(order).status == Status.APPROVED
