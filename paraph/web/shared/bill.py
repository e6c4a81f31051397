"""An invoice as a page shows it: what is billed line by line, the sums, what the law wants said.

Portal and office show the same value, and the paper says the same (look.md, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.billing import printing
from paraph.billing.models import Invoice, InvoiceLine, Kind, Untaxed
from paraph.lib import figures

Row = tuple[str, int, str]


@dataclass(frozen=True)
class Charge:
    """One charge of a line."""

    words: str
    quantity: Decimal
    is_labour: bool
    price: int
    rate: Decimal
    net: int
    price_signed: bool


@dataclass(frozen=True)
class Group:
    """One line of the order with its charges."""

    number: int
    title: str
    charges: list[Charge]


@dataclass(frozen=True)
class Bill:
    """One invoice or credit note with its lines."""

    invoice: Invoice
    groups: list[Group] = field(default_factory=list)

    @property
    def totals(self) -> list[Row]:
        """Label, minor units and kind, for `shared/totals.html`."""
        language = get_language() or "en"
        rows: list[Row] = [(_("Total without tax"), self.invoice.net, "plain")]
        rows += [
            (_("Tax %(rate)s") % {"rate": figures.percent(tax["rate"], language)}, tax["tax"], "plain")
            for tax in self.invoice.taxes
        ]
        return [*rows, (_("Credited") if self.is_credit else _("To pay"), self.invoice.gross, "sum")]

    @property
    def is_credit(self) -> bool:
        """Whether it takes another one back."""
        return self.invoice.kind == Kind.CREDIT

    @property
    def remark(self) -> str:
        """Why lines bear no tax."""
        if all(charge.rate for group in self.groups for charge in group.charges):
            return ""
        if self.invoice.untaxed == Untaxed.REVERSE:
            return _("Reverse charge: the tax is due by the customer.")
        return self.invoice.exemption if self.invoice.untaxed == Untaxed.EXEMPT else ""


def of(invoice: Invoice) -> Bill:
    """The bill of an invoice whose lines are at hand (prefetched, or one query)."""
    return Bill(invoice, _groups(invoice.lines.all()))


def _groups(lines: Sequence[InvoiceLine] | Any) -> list[Group]:
    grouped = groupby(lines, key=lambda one: (one.number, one.title))
    return [Group(number, title, [_charge(one) for one in found]) for (number, title), found in grouped]


def _charge(line: InvoiceLine) -> Charge:
    return Charge(
        words=printing.words(line),
        quantity=line.quantity,
        is_labour=line.labour,
        price=line.unit_price,
        rate=line.tax_rate,
        net=line.net,
        price_signed=line.price_signed,
    )
