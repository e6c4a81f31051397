"""Contents of invoices as they come, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from paraph.billing import amounts
from paraph.billing.amounts import Charge
from paraph.billing.content import Content, Credited
from paraph.billing.models import Kind

SELLER = {
    "name": "Polder Aero Maintenance",
    "street": "Hangarweg 4",
    "extra": "",
    "postcode": "1234 AB",
    "city": "Teuge",
    "country": "NL",
    "vat_number": "NL123456789B13",
    "tax_number": "",
    "registration": "12345678",
    "iban": "NL91ABNA0417164300",
    "bic": "ABNANL2A",
    "payment_note": "",
    "email": "office@polder.example",
    "phone": "+31 55 555 0142",
}
BUYER = {
    "name": "Jansen Aviation",
    "street": "Vliegveldweg 30",
    "extra": "",
    "postcode": "3045 NT",
    "city": "Rotterdam",
    "country": "NL",
    "vat_number": "",
    "registration": "",
    "reference": "",
}


def charge(number: int = 1, **changes: Any) -> Charge:
    """2.5 hours at 85.00, with 21 % tax."""
    told = {
        "item": f"00000000-0000-0000-0000-{number:012d}",
        "number": number,
        "title": "Left main tyre worn to the cord",
        "description": "32-40",
        "labour": True,
        "quantity": Decimal("2.5"),
        "unit_price": 8500,
        "tax_rate": Decimal(21),
        "price_signed": True,
        **changes,
    }
    told.setdefault("net", amounts.net(told["quantity"], told["unit_price"]))
    return Charge(**told)


def part(number: int = 1, **changes: Any) -> Charge:
    """A tyre of 120.50."""
    told = {"labour": False, "description": "Tyre 156E66", "quantity": Decimal(1), "unit_price": 12050}
    return charge(number, **{**told, **changes})


def content(*charges: Charge, **changes: Any) -> Content:
    """An invoice of these charges (labour and a part), as issued on 21 November 2026."""
    billed = charges or (charge(), part())
    made = Content(
        kind=Kind.INVOICE,
        number="INV-2026-0001",
        language="en",
        zone="Europe/Amsterdam",
        accent="",
        currency="EUR",
        issued_on=date(2026, 11, 21),
        due_on=date(2026, 12, 21),
        supplied_on=date(2026, 11, 20),
        seller=SELLER,
        buyer=BUYER,
        order={"number": "WO-1042", "title": "100-hour inspection", "object": "PH-KLX"},
        charges=billed,
        sums=amounts.sums(billed, changes.get("untaxed", "")),
        untaxed="",
        exemption="",
        buyer_order="",
        remark="",
        signed_by=("Jan Jansen",),
        signed_at=datetime(2026, 11, 18, 13, 2, tzinfo=UTC),
        digest="sha256:" + "ab" * 32,
    )
    return replace(made, **changes)


def credit(*charges: Charge, **changes: Any) -> Content:
    """The credit note of such an invoice."""
    told = {
        "kind": Kind.CREDIT,
        "number": "CN-2026-0001",
        "due_on": None,
        "signed_by": (),
        "signed_at": None,
        "digest": "",
        "credited": Credited("INV-2026-0001", date(2026, 11, 21), "Wrong address"),
    }
    return content(*charges, **{**told, **changes})


# Every kind of invoice the rules must accept.
KINDS: dict[str, Content] = {
    "standard": content(),
    "credit note": credit(),
    "two rates": content(charge(), part(2, tax_rate=Decimal(9))),
    "zero rate": content(part(tax_rate=Decimal(0)), untaxed="Z"),
    "exempt": content(charge(tax_rate=Decimal(0)), untaxed="E", exemption="Exempt by article 11(1)(c)"),
    "reverse charge": content(
        charge(tax_rate=Decimal(0)),
        untaxed="AE",
        buyer={**BUYER, "country": "BE", "vat_number": "BE0428759497"},
    ),
    "reverse charge credited": credit(
        charge(tax_rate=Decimal(0)),
        untaxed="AE",
        buyer={**BUYER, "country": "BE", "vat_number": "BE0428759497"},
    ),
    "mixed": content(charge(), part(2, tax_rate=Decimal(0)), untaxed="Z"),
    "exempt and taxed": content(charge(), part(2, tax_rate=Decimal(0)), untaxed="E", exemption="Insurance"),
    "without account": content(seller={**SELLER, "iban": "", "bic": "", "payment_note": "Cash on delivery"}),
    "without VAT number": content(
        charge(tax_rate=Decimal(0)),
        untaxed="E",
        exemption="Small business",
        seller={**SELLER, "vat_number": "", "tax_number": "12/345/67890"},
    ),
    "tax number with tax": content(seller={**SELLER, "vat_number": "", "tax_number": "12/345/67890"}),
    "foreign money": content(currency="GBP"),
    "no decimals": content(currency="JPY"),
    "costs nothing": content(part(unit_price=0, description="")),
    "fractions": content(
        charge(quantity=Decimal("0.333"), unit_price=9999), part(2, quantity=Decimal("2.125"), unit_price=333)
    ),
    "everything said": content(
        buyer={**BUYER, "reference": "Hangar", "extra": "Gate 3", "registration": "87654321"},
        buyer_order="PO-77",
        remark="Thank you.\nUntil next time.",
        seller={**SELLER, "extra": "Building B", "payment_note": "Name the number, please."},
    ),
    "hostile": content(
        part(title="<b>&amp; \x00\x07 ]]> 👍", description="=cmd|' /C calc'!A0 \ud800"),
        buyer={**BUYER, "name": "Jan & Söhne <Łódź>"},
    ),
}
