"""Invoices for the books: a CSV of what was issued, one row per tax rate, amounts as plain figures.

Credit notes count negative, so that a column adds up. What people typed is never a formula (security.md line 30).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from paraph.billing.models import Invoice, Kind
from paraph.lib.spreadsheet import BYTE_ORDER_MARK, harmless

COLUMNS = (
    "number",
    "kind",
    "issued_on",
    "due_on",
    "supplied_on",
    "state",
    "credits",
    "customer",
    "customer_vat_number",
    "customer_country",
    "order",
    "currency",
    "tax_category",
    "tax_rate",
    "net",
    "tax",
    "gross",
)
FIGURES = frozenset({"tax_rate", "net", "tax", "gross"})


def rows(invoices: Iterable[Invoice]) -> Iterator[dict[str, str]]:
    """One row a tax rate of each issued invoice."""
    for invoice in invoices:
        for tax in invoice.taxes or [{"category": "", "rate": "0", "net": 0, "tax": 0}]:
            yield _row(invoice, tax)


def write(invoices: Iterable[Invoice]) -> bytes:
    """The file: UTF-8 with a byte order mark, commas, a head."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in rows(invoices):
        writer.writerow({name: value if name in FIGURES else harmless(value) for name, value in row.items()})
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _row(invoice: Invoice, tax: dict[str, Any]) -> dict[str, str]:
    buyer = invoice.buyer or {}
    sign = -1 if invoice.kind == Kind.CREDIT else 1

    def amount(minor: int) -> str:
        return f"{Decimal(sign * minor).scaleb(-get_currency_precision(invoice.currency)):f}"

    return {
        "number": invoice.number or "",
        "kind": invoice.kind,
        "issued_on": invoice.issued_on.isoformat() if invoice.issued_on else "",
        "due_on": invoice.due_on.isoformat() if invoice.due_on else "",
        "supplied_on": invoice.supplied_on.isoformat() if invoice.supplied_on else "",
        "state": invoice.state,
        "credits": (invoice.credits.number or "") if invoice.credits else "",
        "customer": buyer.get("name", ""),
        "customer_vat_number": buyer.get("vat_number", ""),
        "customer_country": buyer.get("country", ""),
        "order": invoice.order.number,
        "currency": invoice.currency,
        "tax_category": tax["category"],
        "tax_rate": tax["rate"],
        "net": amount(tax["net"]),
        "tax": amount(tax["tax"]),
        "gross": amount(tax["net"] + tax["tax"]),
    }
