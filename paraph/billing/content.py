"""All that an invoice says, as one value without layout: PDF, e-invoice and sums are made from it.

Two equal contents are the same invoice; so what was rendered before a transaction can be checked inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from paraph.billing import amounts, charges, profiles
from paraph.billing.amounts import Charge, Sums
from paraph.billing.models import Invoice, Kind
from paraph.billing.profiles import Party
from paraph.lib import clock
from paraph.signoff.approvals import Approval
from paraph.work.models import WorkOrder


@dataclass(frozen=True)
class Credited:
    """The invoice a credit note takes back, and why."""

    number: str
    issued_on: date
    reason: str


@dataclass(frozen=True)
class Content:
    """One invoice or credit note. Dates are days in the organisation's zone; `number` is "" on a draft."""

    kind: str
    number: str
    language: str
    zone: str
    accent: str
    currency: str
    issued_on: date
    due_on: date | None
    supplied_on: date | None
    seller: Party
    buyer: Party
    order: dict[str, str]
    charges: tuple[Charge, ...]
    sums: Sums
    untaxed: str
    exemption: str
    buyer_order: str
    remark: str
    signed_by: tuple[str, ...] = ()
    signed_at: datetime | None = None
    digest: str = ""
    credited: Credited | None = None


def of_draft(invoice: Invoice, order: WorkOrder, approval: Approval | None, *, number: str = "") -> Content:
    """What a draft says today. The charges are the draft's own; `missing` compares them with the approval."""
    organisation = order.organisation
    profile = profiles.seller_profile(organisation)
    billed = tuple(charges.of_invoice(invoice))
    today = day(clock.now(), organisation.time_zone)
    newest = (
        approval.signoff.signatures.select_related("snapshot").order_by("signed_at").last()
        if approval
        else None
    )
    return Content(
        kind=Kind.INVOICE,
        number=number,
        language=invoice.language,
        zone=organisation.time_zone,
        accent=organisation.accent,
        currency=invoice.currency,
        issued_on=today,
        due_on=today + timedelta(days=profile.payment_days),
        supplied_on=day(order.reported_at, organisation.time_zone) if order.reported_at else None,
        seller=profiles.seller(organisation, profile),
        buyer=profiles.buyer(order.customer),
        order=_named(order),
        charges=billed,
        sums=amounts.sums(billed, invoice.untaxed),
        untaxed=invoice.untaxed,
        exemption=invoice.exemption,
        buyer_order=invoice.buyer_order,
        remark=invoice.remark,
        signed_by=approval.contact_names if approval else (),
        signed_at=approval.at if approval else None,
        digest=newest.snapshot.digest if newest else "",
    )


def of_credit(invoice: Invoice, order: WorkOrder, *, number: str, reason: str) -> Content:
    """The credit note that takes an issued invoice back: the same parties, lines and sums, as they were frozen."""
    organisation = order.organisation
    billed = tuple(charges.of_invoice(invoice))
    assert invoice.seller is not None
    assert invoice.buyer is not None
    assert invoice.issued_on is not None
    return Content(
        kind=Kind.CREDIT,
        number=number,
        language=invoice.language,
        zone=organisation.time_zone,
        accent=organisation.accent,
        currency=invoice.currency,
        issued_on=day(clock.now(), organisation.time_zone),
        due_on=None,
        supplied_on=invoice.supplied_on,
        seller=invoice.seller,
        buyer=invoice.buyer,
        order=_named(order),
        charges=billed,
        sums=amounts.sums(billed, invoice.untaxed),
        untaxed=invoice.untaxed,
        exemption=invoice.exemption,
        buyer_order=invoice.buyer_order,
        remark="",
        credited=Credited(invoice.number or "", invoice.issued_on, reason),
    )


def day(at: datetime, zone: str) -> date:
    """The day of a moment in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def frozen(content: Content) -> dict[str, Any]:
    """The columns of an issued invoice that hold what it says."""
    return {
        "number": content.number,
        "issued_on": content.issued_on,
        "due_on": content.due_on,
        "supplied_on": content.supplied_on,
        "seller": content.seller,
        "buyer": content.buyer,
        "net": content.sums.net,
        "tax": content.sums.tax,
        "gross": content.sums.gross,
        "taxes": content.sums.taxes,
    }


def _named(order: WorkOrder) -> dict[str, str]:
    return {"number": order.number, "title": order.title, "object": order.object_name}
