"""What can be recorded about invoices. Amounts are in minor units; the customer hears of what was issued alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, STAFF, Fact, private
from paraph.lib import figures


def _money(minor: int, currency: str) -> str:
    return figures.money(minor, currency, get_language() or "en")


@dataclass(frozen=True, kw_only=True)
class InvoiceDrafted(Fact):
    """A draft was made for the lines (`items`) that a sign-off authorises (S1-20)."""

    kind = "invoice.drafted"
    audience = STAFF
    sentence = _("A draft invoice of %(amount)s was made for what was signed for.")

    invoice: str
    signoff: str
    items: list[str]
    gross: int
    currency: str

    def values(self) -> dict[str, Any]:
        """The amount in words."""
        return {"amount": _money(self.gross, self.currency)}


@dataclass(frozen=True, kw_only=True)
class InvoiceRevised(Fact):
    """A draft was changed: by what a biller says on it, or because its approval or its prices changed."""

    kind = "invoice.revised"
    audience = STAFF
    sentence = _("%(by)s changed the draft invoice (revision %(revision)s, %(amount)s).")

    invoice: str
    revision: int
    changed: list[str]
    gross: int
    currency: str

    def values(self) -> dict[str, Any]:
        """The amount in words."""
        return {"amount": _money(self.gross, self.currency)}


@dataclass(frozen=True, kw_only=True)
class InvoiceDiscarded(Fact):
    """A draft was thrown away; it never had a number."""

    kind = "invoice.discarded"
    audience = STAFF
    sentence = _("%(by)s discarded the draft invoice: %(reason)s")

    invoice: str
    reason: str = private()


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Fact):
    """An invoice got its number; `digest` is that of the document, which never changes (I6).

    The sentence names no amount: whoever was invited to a work authorisation reads it, too (S3-04).
    """

    kind = "invoice.issued"
    audience = BOTH
    sentence = _("Invoice %(number)s was issued.")

    invoice: str
    signoff: str
    number: str
    digest: str
    gross: int
    currency: str
    due_on: str
    xml: str = ""  # digest of the e-invoice inside; "" in entries of before it was told


@dataclass(frozen=True, kw_only=True)
class InvoiceSent(Fact):
    """An invoice or credit note was mailed with its document. The names are personal."""

    kind = "invoice.sent"
    audience = BOTH
    sentence = _("%(by)s mailed %(number)s to %(to)s.")

    invoice: str
    number: str
    digest: str
    messages: list[str]
    to: str = private()


@dataclass(frozen=True, kw_only=True)
class InvoiceVoided(Fact):
    """An issued invoice was taken back by a credit note of the same amount; both keep their numbers."""

    kind = "invoice.voided"
    audience = BOTH
    sentence = _("%(by)s voided invoice %(number)s by credit note %(credit_number)s.")

    invoice: str
    number: str
    credit_note: str
    credit_number: str
    digest: str
    xml: str = ""
    reason: str = private()


@dataclass(frozen=True, kw_only=True)
class SellerChanged(Fact):
    """What the organisation's invoices say was changed: an account number somebody swapped must be traceable."""

    kind = "seller.changed"
    audience = STAFF
    sentence = _("%(by)s changed the invoicing details: %(names)s.")

    changed: list[str]
    iban: str

    def values(self) -> dict[str, Any]:
        """The fields as a list."""
        return {"names": ", ".join(self.changed)}


@dataclass(frozen=True, kw_only=True)
class BuyerChanged(Fact):
    """What invoices to one customer say was changed; the values are the customer's own and stay out."""

    kind = "buyer.changed"
    audience = STAFF
    sentence = _("%(by)s changed the invoicing details of a customer: %(names)s.")

    customer: str
    changed: list[str]

    def values(self) -> dict[str, Any]:
        """The fields as a list."""
        return {"names": ", ".join(self.changed)}
