"""Totals hold for any lines: what is billed adds up, and is what the estimate said."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from paraph.billing import amounts, einvoice, export
from paraph.billing.amounts import Charge
from paraph.billing.models import Invoice, Kind
from paraph.work import estimate
from paraph.work.models import WorkOrder
from tests.billing import schematron
from tests.billing.examples import charge, content

rates = st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(6), Decimal(9), Decimal(21), Decimal("99.99")])
charges = st.builds(
    lambda number, quantity, price, rate, labour: charge(
        number, quantity=quantity, unit_price=price, tax_rate=rate, labour=labour
    ),
    st.integers(1, 40),
    st.decimals("0.001", "9999.999", places=3),
    st.integers(0, 10**9),
    rates,
    st.booleans(),
)
bills = st.lists(charges, min_size=1, max_size=30)


@given(billed=bills)
def test_sums_add_up_to_the_cent(billed: list[Charge]) -> None:
    sums = amounts.sums(billed, "Z")
    assert sums.net == sum(one.net for one in billed)
    assert sums.gross == sums.net + sums.tax
    assert sums.tax == sum(one["tax"] for one in sums.taxes)
    assert sum(one["net"] for one in sums.taxes) == sums.net
    assert len({(one["category"], one["rate"]) for one in sums.taxes}) == len(sums.taxes)
    for tax in sums.taxes:
        exact = tax["net"] * Decimal(tax["rate"]) / 100
        assert abs(tax["tax"] - exact) <= Decimal("0.5")


@given(billed=bills)
def test_the_sums_are_those_of_the_estimate(billed: list[Charge]) -> None:
    promised = estimate.totals((one.net, one.tax_rate, Decimal(0)) for one in billed)
    sums = amounts.sums(billed, "")
    assert (sums.net, sums.gross) == (promised.net, promised.gross)


@given(billed=bills)
def test_the_order_of_lines_changes_nothing(billed: list[Charge]) -> None:
    assert amounts.sums(billed, "Z") == amounts.sums(reversed(billed), "Z")


@settings(max_examples=15)
@given(billed=st.lists(charges, min_size=1, max_size=6), untaxed=st.sampled_from(["Z", "E"]))
def test_any_bill_is_an_e_invoice_that_holds_the_official_rules(billed: list[Charge], untaxed: str) -> None:
    reason = "Exempt" if untaxed == "E" else ""
    told = content(*billed, sums=amounts.sums(billed, untaxed), untaxed=untaxed, exemption=reason)
    assert schematron.broken(einvoice.write(told)) == []


def books(*invoices: Invoice) -> list[dict[str, str]]:
    """The export, read back."""
    text = export.write(invoices).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def stored(kind: str = Kind.INVOICE, **changes: object) -> Invoice:
    """An issued invoice, without a database."""
    taxes = [
        {"category": "S", "rate": "9", "net": 10000, "tax": 900},
        {"category": "S", "rate": "21", "net": 50, "tax": 11},
    ]
    told = {"number": "INV-2026-0001", "currency": "EUR", "taxes": taxes, "buyer": {"name": "Jansen"}}
    return Invoice(kind=kind, order=WorkOrder(number="WO-1"), **{**told, **changes})


def test_the_books_get_a_row_a_rate_and_credit_notes_count_negative() -> None:
    rows = books(stored(), stored(Kind.CREDIT))
    assert [(one["tax_rate"], one["net"], one["tax"], one["gross"]) for one in rows] == [
        ("9", "100.00", "9.00", "109.00"),
        ("21", "0.50", "0.11", "0.61"),
        ("9", "-100.00", "-9.00", "-109.00"),
        ("21", "-0.50", "-0.11", "-0.61"),
    ]
    assert sum(Decimal(one["gross"]) for one in rows) == 0


def test_money_without_cents_is_written_without_cents() -> None:
    assert books(stored(currency="JPY"))[0]["net"] == "10000"


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_line_30_what_people_typed_is_never_a_formula(name: str) -> None:
    (cell,) = {one["customer"] for one in books(stored(buyer={"name": name}))}
    assert cell[:1] not in set("=+-@\t\r\n|%")
    assert cell.strip()[:1] not in set("=+-@|%")
    assert cell.removeprefix("'").replace("\r\n", "\n") in {
        name.replace("\r\n", "\n").replace("\r", "\n"),
        name.replace("\r\n", "\n"),
        name.removeprefix("'").replace("\r\n", "\n"),
    }
