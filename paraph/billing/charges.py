"""From an approval to what is charged: exactly the lines it authorises now, with the quantities and prices signed.

A work authorisation shows no money, so nobody signed a price: then the order's present prices stand in, every such
charge says so, and a biller must look at them before the invoice is issued (decision 0017). A service report has the
hours that were worked, so these are charged where one was signed (decision 0032).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from paraph.billing import amounts
from paraph.billing.amounts import Charge
from paraph.billing.models import Invoice, InvoiceLine, Kind, State
from paraph.signoff.approvals import Approval
from paraph.signoff.standing import describe_line
from paraph.work import orders
from paraph.work.models import WorkOrder


def of_approval(approval: Approval, order: WorkOrder) -> list[Charge]:
    """The charges of an approval, in the order of their lines. `order` as `orders.load` returns it."""
    worked = approval.signoff.of_report
    told = (describe_line(one, priced=True, worked=worked) for one in orders.describe(order)["items"])
    present = {one["id"]: one for one in told}
    found: list[Charge] = []
    billed = _billed(approval)
    for item in approval.items:
        priced = "tax_rate" in item
        charged = _of_item(item if priced else present[item["id"]], price_signed=priced)
        if not _is_same(charged, billed.get(item["id"], [])):
            found += charged
    return sorted(found, key=lambda one: one.number)


def _billed(approval: Approval) -> dict[str, list[InvoiceLine]]:
    """What stands on invoices that were issued under earlier approvals, by item id; of a service report alone.

    The customer who accepts what they have an invoice for is not billed for it again (I3). What they accept otherwise
    than it was billed is charged, and `missing` says which invoice must be voided first.
    """
    if not approval.signoff.of_report:
        return {}
    issued = Q(invoice__state__in=[State.ISSUED, State.SENT], invoice__kind=Kind.INVOICE)
    lines = InvoiceLine.objects.filter(issued, invoice__order=approval.signoff.order_id)
    found: dict[str, list[InvoiceLine]] = {}
    for line in lines.exclude(invoice__signoff=approval.signoff.pk).order_by("invoice", "position"):
        found.setdefault(str(line.item_id), []).append(line)
    return found


def _is_same(charged: Sequence[Charge], billed: Sequence[InvoiceLine]) -> bool:
    """Whether a line was billed as it would be charged now; its words may differ, what is paid may not."""

    def paid(one: Any) -> tuple[Any, ...]:
        return one.labour, one.quantity, one.unit_price, one.net, one.tax_rate

    return bool(billed) and [paid(one) for one in charged] == [paid(one) for one in billed]


def is_due(approval: Approval, order: WorkOrder) -> bool:
    """Whether anything of an approval is to be billed. `order` as `orders.load` returns it."""
    return bool(approval.items) and (not approval.signoff.of_report or bool(of_approval(approval, order)))


def of_invoice(invoice: Invoice) -> list[Charge]:
    """The charges an invoice holds."""
    return [
        Charge(
            item=str(line.item_id),
            number=line.number,
            title=line.title,
            description=line.description,
            labour=line.labour,
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=line.net,
            tax_rate=line.tax_rate,
            price_signed=line.price_signed,
        )
        for line in invoice.lines.all()
    ]


def _of_item(item: Mapping[str, Any], *, price_signed: bool) -> list[Charge]:
    """Labour and each part; a line that costs nothing is named all the same, with a charge of 0."""
    labour, parts = item["labour"], item["parts"]
    rows: list[tuple[str, bool, Decimal, int]] = []
    if Decimal(labour["hours"] or 0):
        rows.append((labour["code"], True, Decimal(labour["hours"]), labour["rate"]))
    rows += [(_part(part), False, Decimal(part["quantity"]), part["price"]) for part in parts]
    return [
        Charge(
            item=item["id"],
            number=item["number"],
            title=item["finding"],
            description=description,
            labour=is_labour,
            quantity=quantity,
            unit_price=price,
            net=amounts.net(quantity, price),
            tax_rate=Decimal(item["tax_rate"]),
            price_signed=price_signed,
        )
        for description, is_labour, quantity, price in rows or _nothing()
    ]


def _nothing() -> Sequence[tuple[str, bool, Decimal, int]]:
    return [("", False, Decimal(1), 0)]


def _part(part: Mapping[str, Any]) -> str:
    return " ".join(text for text in (part["name"], part["number"]) if text)
