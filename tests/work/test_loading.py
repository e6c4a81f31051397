"""An order is read whole, by statements that are built once, as prefetching would read it."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from paraph.work import orders
from paraph.work.models import Part, WorkOrder
from tests import cast
from tests.cast import Shop


def test_an_order_is_whole_after_five_statements(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shop.open_order(lines=2, title="Another one")
    parts = [orders.PartDraft("Tyre"), orders.PartDraft("Tube", quantity=Decimal(2))]
    pk = shop.open_order(items=[cast.line("First", parts=parts), cast.line("Second", parts=[])]).pk
    with django_assert_num_queries(5):
        order = orders.load(pk)
    with django_assert_num_queries(0):
        told = orders.describe(order)
        assert [len(one.parts.all()) for one in orders.lines_of(order)] == [2, 0]
        assert {one.order for one in orders.lines_of(order)} == {order}
        assert [part.item.finding for one in orders.lines_of(order) for part in one.parts.all()] == [
            "First"
        ] * 2
        assert [one.name for one in order.contacts.all()] == ["Claire Dubois", "Jan Jansen"]
        assert (order.technician and order.technician.user.name, order.kind) == ("Tess of Vliegwerk", None)
    assert told == orders.describe(WorkOrder.objects.get(pk=pk)) == orders.describe(orders.load(str(pk)))


def test_what_is_narrowed_is_asked_of_this_line_alone(shop: Shop) -> None:
    shop.open_order(lines=3)
    first, second = orders.lines_of(orders.load(shop.open_order(lines=2).pk))
    assert Part.objects.count() == 5
    assert first.parts.filter(name="Tyre").get() != second.parts.filter(name="Tyre").get()
    assert first.parts.count() == 1


def test_no_order_is_not_there(shop: Shop) -> None:
    with pytest.raises(WorkOrder.DoesNotExist):
        orders.load(uuid4())
    with pytest.raises(ValidationError):
        orders.load("no key")
