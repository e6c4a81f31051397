"""Line 30: no cell of any file for a spreadsheet is taken for a formula, whoever typed what stands in it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from paraph.billing.models import Invoice
from paraph.people.models import Customer, Organisation, User
from paraph.work.models import CatalogPart, OrderKind, WorkOrder
from tests.attacks.routes import TABLE
from tests.attacks.world import MANAGER, World, make_world, sign_in
from tests.billing import bills
from tests.cast import Shop

pytestmark = pytest.mark.slow

FORMULAS = (
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "|cmd",
    '"=1+1',
    '=HYPERLINK("https://evil.example";"x")',
    "＝1+1",
    "＠SUM(A1)",
)
# What Excel, LibreOffice and their kin take for the beginning of a formula, alone or behind white space.
STARTS = ("=", "+", "-", "@", "|", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FIGURE = set("0123456789.-")


def _table(answer: Any) -> list[list[str]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _bad(cell: str) -> bool:
    """Whether a spreadsheet would calculate; a plain negative figure is a figure."""
    if set(cell) <= FIGURE:
        return False
    return cell.startswith(STARTS) or cell.strip().startswith(STARTS)


@pytest.mark.parametrize("text", FORMULAS)
def test_line_30_the_export_of_invoices_holds_no_formula(shop: Shop, text: str) -> None:
    bills.ready(shop)
    Customer.objects.filter(pk=shop.customer.pk).update(name=text)
    Organisation.objects.filter(pk=shop.organisation.pk).update(name=text)
    shop.customer.refresh_from_db()
    invoice = bills.issued(shop, bills.reported(shop, [1], lines=1, title=text))
    # What the forms would refuse today may stand in a row all the same: in every text of the row.
    WorkOrder.objects.filter(pk=invoice.order_id).update(number=text[:30])
    buyer = {**(invoice.buyer or {}), "name": text, "vat_number": text, "country": text}
    Invoice.objects.filter(pk=invoice.pk).update(number=text[:30], currency=text[:3], buyer=buyer)
    table = _table(sign_in(shop.mara).get(reverse("office:invoices_csv")))
    assert len(table) > 1
    assert len({len(row) for row in table}) == 1, "a cell broke out of its row"
    assert [cell for row in table for cell in row if _bad(cell)] == []
    assert any(text.strip() in cell for row in table for cell in row), "the text itself is lost"


@pytest.mark.parametrize("text", FORMULAS)
def test_line_30_the_export_of_figures_holds_no_formula(shop: Shop, text: str) -> None:
    kind = OrderKind.objects.create(organisation=shop.organisation, name=text)
    Customer.objects.filter(pk=shop.customer.pk).update(name=text)
    User.objects.filter(pk=shop.tess.user_id).update(name=text)
    asked = {"customer": str(shop.customer.pk), "kind": str(kind.pk), "technician": str(shop.tess.pk)}
    table = _table(sign_in(shop.mara).get(reverse("office:figures_csv"), asked))
    assert len(table) > 1
    assert len({len(row) for row in table}) == 1, "a cell broke out of its row"
    assert [cell for row in table for cell in row if _bad(cell)] == []
    assert sum(text.strip() in cell for cell in table[1]) == 3, "the text itself is lost"


@pytest.mark.parametrize("text", FORMULAS)
def test_line_30_the_export_of_parts_holds_no_formula(shop: Shop, text: str) -> None:
    CatalogPart.objects.create(organisation=shop.organisation, number=text[:30], name=text, unit_price=1)
    table = _table(sign_in(shop.mara).get(reverse("office:parts_csv")))
    assert [cell for row in table for cell in row if _bad(cell)] == []
    assert len(table[1]) == 3, "a cell broke out of its row"
    assert text.strip() in table[1][1], "the text itself is lost"


def test_line_30_every_address_that_answers_with_a_table_is_tried(shop: Shop) -> None:
    """A new export of this kind must be added above."""
    world: World = make_world(shop)
    browser, found = sign_in(shop.mara), set()
    for name, route in TABLE.items():
        if route.get[MANAGER] == 200:
            kind = browser.again().get(route.address(name, world)).headers.get("Content-Type", "")
            if "csv" in kind or "spreadsheet" in kind or "excel" in kind:
                found.add(name)
    assert found == {"office:figures_csv", "office:invoices_csv", "office:parts_csv"}
