"""The arithmetic of an invoice: pure, in minor units, with the one rounding rule of `work.estimate`.

Tax is taken per category and rate over the whole sum (EN 16931, BR-CO-17), as the customer saw it on the estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from paraph.billing.models import STANDARD
from paraph.work import estimate
from paraph.work.orders import plain


@dataclass(frozen=True)
class Charge:
    """One charge as billed: `unit_price` and `net` in minor units, `tax_rate` in per cent."""

    item: str
    number: int
    title: str
    description: str
    labour: bool
    quantity: Decimal
    unit_price: int
    net: int
    tax_rate: Decimal
    price_signed: bool


@dataclass(frozen=True)
class Sums:
    """Sums of an invoice; `taxes` as the invoice stores them."""

    net: int
    tax: int
    gross: int
    taxes: list[dict[str, Any]]


def net(quantity: Decimal, unit_price: int) -> int:
    """Quantity × unit price, rounded as on the estimate."""
    return estimate.minor(quantity * unit_price)


def category(rate: Decimal, untaxed: str) -> str:
    """The EN 16931 category of a rate: *S* above 0, else what the biller chose for lines without tax ("" so far)."""
    return STANDARD if rate else untaxed


def sums(charges: Iterable[Charge], untaxed: str) -> Sums:
    """Add up; a rate is one row of `taxes`, ascending."""
    total = estimate.totals((one.net, one.tax_rate, Decimal(0)) for one in charges)
    taxes = [
        {"category": category(line.rate, untaxed), "rate": plain(line.rate), "net": line.net, "tax": line.tax}
        for line in total.taxes
    ]
    return Sums(total.net, total.gross - total.net, total.gross, taxes)


def same(before: Sequence[Charge], after: Sequence[Charge]) -> bool:
    """Whether two lists of charges ask the same; decimals compare by value."""
    return list(before) == list(after)
