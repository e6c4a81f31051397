"""What an order costs: pure arithmetic in minor units, rounded half up where a customer would round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from paraph.work.models import Item, Part

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class TaxLine:
    """Tax at one rate (per cent) over a net sum, both in minor units."""

    rate: Decimal
    net: int
    tax: int


@dataclass(frozen=True)
class Totals:
    """Sums in minor units; `tax` per rate, ascending."""

    net: int
    taxes: tuple[TaxLine, ...]
    gross: int
    hours: Decimal


def minor(amount: Decimal) -> int:
    """Round an amount of minor units half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def part_total(part: Part) -> int:
    """Quantity × unit price, in minor units."""
    return minor(part.quantity * part.unit_price)


def labour_total(item: Item) -> int:
    """Estimated hours × hourly rate, in minor units."""
    return labour(item.estimated_hours, item.hourly_rate)


def labour(hours: Decimal, rate: int) -> int:
    """Hours × hourly rate, in minor units."""
    return minor(hours * rate)


def item_total(item: Item) -> int:
    """What one item costs without tax, in minor units."""
    return labour_total(item) + sum(part_total(part) for part in item.parts.all())


def totals(lines: Iterable[tuple[int, Decimal, Decimal]]) -> Totals:
    """Sum lines of (net in minor units, tax rate in per cent, hours). Tax is taken per rate over the whole sum."""
    nets: dict[Decimal, int] = {}
    hours = Decimal(0)
    for net, rate, time in lines:
        nets[rate] = nets.get(rate, 0) + net
        hours += time
    taxes = tuple(TaxLine(rate, nets[rate], minor(nets[rate] * rate / HUNDRED)) for rate in sorted(nets))
    net_sum = sum(nets.values())
    return Totals(net_sum, taxes, net_sum + sum(line.tax for line in taxes), hours)
