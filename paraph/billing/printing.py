"""An invoice as a document: words in its language, figures as text. Pure translation to `sealing.invoice.Invoice`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import override

from paraph.billing.amounts import Charge
from paraph.billing.content import Content
from paraph.billing.models import InvoiceLine, Kind, Untaxed
from paraph.billing.profiles import Party
from paraph.lib import figures
from paraph.sealing import document
from paraph.sealing import invoice as paper
from paraph.signoff.printing import DEFAULT_ACCENT

LABOUR_UNIT = "h"


def invoice(content: Content, language: str = "") -> paper.Invoice:
    """Return the document of an invoice, by default in its own language."""
    language = language or content.language
    with override(language):
        return {
            "kind": "credit_note" if content.kind == Kind.CREDIT else "invoice",
            "draft": "" if content.number else _("Draft: this is not an invoice yet."),
            "title": str(Kind(content.kind).label),
            "number": content.number or _("Draft"),
            "shop": _shop(content, language),
            "facts": _facts(content, language),
            "intro": content.remark,
            "groups": list(_groups(content, language)),
            "totals": _totals(content, language),
            "remarks": remarks(content, language),
            "payment": _payment(content, language),
            "closing": closing(content, language),
            "digest": content.digest.removeprefix("sha256:")[:16],
            "labels": _labels(),
        }


def words(charge: Charge | InvoiceLine) -> str:
    """What a charge is for, in the active language: *Labour 32-40*, *Tyre 156E66*."""
    if charge.labour:
        return " ".join(text for text in (_("Labour"), charge.description) if text)
    return charge.description or _("Without charge")


def remarks(content: Content, language: str) -> list[str]:
    """What the law wants said on the page, in the active language."""
    found = []
    if content.credited:
        told = {"number": content.credited.number, "date": _day(content.credited.issued_on, language)}
        found.append(_("This credit note takes back invoice %(number)s of %(date)s.") % told)
        found.append(content.credited.reason)
    reason = exemption(content)
    if reason:
        found.append(reason)
    return found


def exemption(content: Content) -> str:
    """Why no tax is charged (Directive 2006/112/EC, article 226, 11 and 11a); "" where tax is, or the rate is zero."""
    if all(one.tax_rate for one in content.charges):
        return ""
    if content.untaxed == Untaxed.REVERSE:
        return _("Reverse charge: the tax is due by the customer.")
    return content.exemption if content.untaxed == Untaxed.EXEMPT else ""


def closing(content: Content, language: str) -> str:
    """What the invoice rests on."""
    if not content.signed_by or content.signed_at is None:
        return ""
    return _("For the work that %(names)s signed for on %(at)s.") % {
        "names": ", ".join(content.signed_by),
        "at": figures.moment(content.signed_at, content.zone, language),
    }


def address(party: Party, language: str, home: str = "") -> list[str]:
    """A party's address as lines; the country in words, and only when it is not `home`."""
    place = " ".join(text for text in (party["postcode"], party["city"]) if text)
    abroad = party["country"] if party["country"] != home else ""
    return [text for text in (party["street"], party["extra"], place, country(abroad, language)) if text]


def country(code: str, language: str) -> str:
    """A country's name in a language; the code itself where Babel knows none."""
    return str(Locale.parse(language[:2]).territories.get(code, code)) if code else ""


def _shop(content: Content, language: str) -> document.Shop:
    told = content.seller
    numbers = [
        (_("VAT number"), told["vat_number"]),
        (_("Tax number"), told["tax_number"]),
        (_("Registration"), told["registration"]),
    ]
    lines = [
        *address(told, language),
        *(text for text in (told["email"], told["phone"]) if text),
        *(f"{label} {value}" for label, value in numbers if value),
    ]
    mark = "".join(word[0] for word in told["name"].split()[:2]).upper()
    return {"name": told["name"], "address": lines, "mark": mark, "accent": content.accent or DEFAULT_ACCENT}


def _facts(content: Content, language: str) -> list[tuple[str, list[str]]]:
    told = content.buyer
    customer = [told["name"], *address(told, language, content.seller["country"])]
    if told["vat_number"]:
        customer.append(f"{_('VAT number')} {told['vat_number']}")
    if told["registration"]:
        customer.append(f"{_('Registration')} {told['registration']}")
    order = [content.order["number"], content.order["title"], content.order["object"]]
    references = [text for text in (told["reference"], content.buyer_order) if text]
    date_of = _("Date of the credit note") if content.kind == Kind.CREDIT else _("Invoice date")
    return [
        (_("Customer"), customer),
        (_("Work order"), [text for text in order if text]),
        (_("Your reference"), references),
        (date_of, [_day(content.issued_on, language) if content.number else ""]),
        (_("Date of the work"), [_day(content.supplied_on, language)]),
        (_("To be paid by"), [_day(content.due_on, language) if content.number else ""]),
    ]


def _groups(content: Content, language: str) -> Iterator[paper.Group]:
    def money(minor: int) -> str:
        return figures.money(minor, content.currency, language)

    for (number, title), charges in groupby(content.charges, key=lambda one: (one.number, one.title)):
        yield {
            "number": str(number),
            "title": title,
            "rows": [
                {
                    "text": words(one),
                    "quantity": figures.hours(one.quantity, language)
                    if one.labour
                    else figures.quantity(one.quantity, language),
                    "price": money(one.unit_price),
                    "tax": figures.percent(one.tax_rate, language),
                    "amount": money(one.net),
                }
                for one in charges
            ],
        }


def _totals(content: Content, language: str) -> list[document.Total]:
    def money(minor: int) -> str:
        return figures.money(minor, content.currency, language)

    sums = content.sums
    rows: list[document.Total] = [
        {"label": _("Total without tax"), "amount": money(sums.net), "kind": "plain"}
    ]
    for tax in sums.taxes:
        label = _("Tax %(rate)s on %(net)s") % {
            "rate": figures.percent(tax["rate"], language),
            "net": money(tax["net"]),
        }
        rows.append({"label": label, "amount": money(tax["tax"]), "kind": "plain"})
    total = _("Credited") if content.kind == Kind.CREDIT else _("To pay")
    rows.append({"label": total, "amount": money(sums.gross), "kind": "sum"})
    return rows


def _payment(content: Content, language: str) -> list[paper.Pair]:
    if content.kind == Kind.CREDIT:
        return []
    told = content.seller
    iban = " ".join(told["iban"][at : at + 4] for at in range(0, len(told["iban"]), 4))
    pairs: list[tuple[str, Any]] = [
        (_("IBAN"), iban),
        (_("BIC"), told["bic"]),
        (_("In the name of"), told["name"] if iban else ""),
        (_("Reference"), content.number),
        (_("How to pay"), told["payment_note"]),
    ]
    return [{"label": label, "value": value} for label, value in pairs]


def _day(on: date | None, language: str) -> str:
    return figures.on(on, language) if on else ""


def _labels() -> paper.Words:
    return {
        "lines": _("Work"),
        "number": _("No."),
        "what": _("Description"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "tax": _("Tax"),
        "amount": _("Amount"),
        "digest": _("Signed snapshot"),
        "page": _("Page {page} of {pages}"),
        "generated": _("Made with Paraph"),
        "unprintable": _(
            "Some characters cannot be printed here and are replaced; the e-invoice inside keeps them."
        ),
    }
