"""What a draft lacks before it may be issued: named, one by one, and never made up.

Sources: Directive 2006/112/EC, article 226 (what an invoice must say), and the business rules (BR-…) of EN 16931.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from stdnum import iban

from paraph.billing import amounts, charges, profiles
from paraph.billing.content import Content
from paraph.billing.errors import Place, Problem, WorkDisputed
from paraph.billing.models import Invoice, Kind, State, Untaxed
from paraph.signoff import disputes
from paraph.signoff.approvals import Approval
from paraph.work.models import Status, WorkOrder

MOST_DECIMALS = 2  # BR-DEC-…
VAT = re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")  # BR-CO-09: the country comes first
# Greece's own prefix, and Northern Ireland's.
VAT_ALONE = frozenset({"EL", "XI"})


def of(content: Content, invoice: Invoice, order: WorkOrder, approval: Approval | None) -> list[Problem]:
    """Everything that keeps the draft from being issued; empty when it may be."""
    return [
        *_authorised(invoice, order, approval),
        *_seller(content),
        *_buyer(content),
        *_treatment(content),
        *_prices(invoice, content),
    ]


def _authorised(invoice: Invoice, order: WorkOrder, approval: Approval | None) -> Iterator[Problem]:
    """Nothing is issued that is disputed, or not reported, approved, verified and billed once (S1-20, S1-28, S0-34)."""
    if disputes.is_open(order.pk):
        yield Problem("order", WorkDisputed.sentence)
    elif order.status != Status.COMPLETED:
        yield Problem("order", _("The work is not reported as done."))
    if approval is None:
        yield Problem(
            "order",
            _("The approval no longer covers any line: ask for a new signature, or discard this draft."),
        )
        return
    if not approval.verified:
        yield Problem("order", _("A manager must verify the approval first."))
    if not amounts.same(charges.of_invoice(invoice), charges.of_approval(approval, order)):
        yield Problem(
            "lines", _("The approved lines or their prices changed after this draft was made: renew it.")
        )
    for number, other in billed_elsewhere(invoice):
        sentence = _("Line %(number)s is on invoice %(other)s already: void that one first.")
        yield Problem("lines", sentence % {"number": number, "other": other})


def billed_elsewhere(invoice: Invoice) -> list[tuple[int, str]]:
    """Lines that stand on another issued invoice in force: (number of the line, number of that invoice)."""
    others = Invoice.objects.filter(
        order=invoice.order_id, kind=Kind.INVOICE, state__in=[State.ISSUED, State.SENT]
    ).exclude(pk=invoice.pk)
    mine = invoice.lines.values("item")
    found = others.filter(lines__item__in=mine).values_list("lines__number", "lines__item", "number")
    own = {line.item_id for line in invoice.lines.all()}
    return sorted({(number, other or "") for number, item, other in found if item in own})


def _seller(content: Content) -> Iterator[Problem]:
    told = content.seller
    yield from _address(told, "seller", _("Your own street, city and country are needed."))
    if not told["vat_number"] and not told["tax_number"]:
        yield Problem("organisation", _("Your own VAT number (or a tax number) is needed."))
    if told["vat_number"] and not _is_vat(told["vat_number"]):
        yield Problem(
            "organisation", _("Your own VAT number must begin with the two letters of the country.")
        )
    if told["iban"] and not iban.is_valid(told["iban"]):
        yield Problem("seller", _("Your IBAN is not valid."))
    if not told["iban"] and not told["payment_note"]:
        yield Problem("seller", _("Say how to pay: an IBAN, or a sentence."))


def _buyer(content: Content) -> Iterator[Problem]:
    told = content.buyer
    yield from _address(told, "buyer", _("The customer’s street, city and country are needed."))
    if told["vat_number"] and not _is_vat(told["vat_number"]):
        yield Problem(
            "customer", _("The customer’s VAT number must begin with the two letters of the country.")
        )
    if content.untaxed == Untaxed.REVERSE and _untaxed(content) and not told["vat_number"]:
        yield Problem("customer", _("Reverse charge needs the customer’s VAT number."))


def _is_vat(number: str) -> bool:
    """Whether it begins with a country there is (BR-CO-09 takes no other), and looks like a number."""
    return VAT.fullmatch(number) is not None and (
        number[:2] in VAT_ALONE or number[:2] in profiles.countries("en")
    )


def _address(told: dict[str, str], place: Place, sentence: Any) -> Iterator[Problem]:
    if not (told["street"].strip() and told["city"].strip() and told["country"]):
        yield Problem(place, sentence)


def _treatment(content: Content) -> Iterator[Problem]:
    if get_currency_precision(content.currency) > MOST_DECIMALS:
        yield Problem("order", _("An e-invoice cannot be in this currency."))
    if _untaxed(content) and not content.untaxed:
        yield Problem("draft", _("Some lines bear no tax: say why."))
    if content.untaxed == Untaxed.EXEMPT and _untaxed(content) and not content.exemption.strip():
        yield Problem("draft", _("Say by which rule the lines without tax are exempt."))


def _untaxed(content: Content) -> bool:
    return any(not one.tax_rate for one in content.charges)


def _prices(invoice: Invoice, content: Content) -> Iterator[Problem]:
    unsigned = sorted({one.number for one in content.charges if not one.price_signed})
    if unsigned and invoice.prices_checked_at is None:
        told = ngettext(
            "The customer signed no price for line %(numbers)s: check it, and say so.",
            "The customer signed no prices for lines %(numbers)s: check them, and say so.",
            len(unsigned),
        )
        yield Problem("draft", told % {"numbers": ", ".join(str(one) for one in unsigned)})
