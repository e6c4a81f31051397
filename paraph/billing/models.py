"""The nouns of billing. Money is in minor units (cents) of the invoice's currency.

A draft follows its approval and the profiles; an issued invoice is frozen: its lines, both parties, its sums and its
document never change, whatever happens to what they were made from.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from paraph.lib import home
from paraph.people.models import LANGUAGES, NAME_CHARS, Customer, Member, Organisation
from paraph.signoff.models import SignOff
from paraph.work.models import Item, WorkOrder

NUMBER_CHARS = 40
PREFIX_CHARS = 12
MOST_PAYMENT_DAYS = 365
DEFAULT_PAYMENT_DAYS = 30  # Directive 2011/7/EU, article 3: what holds where nothing was agreed


class Kind(models.TextChoices):
    """What a document asks or gives back."""

    INVOICE = "invoice", _("Invoice")
    CREDIT = "credit_note", _("Credit note")


class State(models.TextChoices):
    """Where an invoice stands."""

    DRAFT = "draft", pgettext_lazy("invoice", "Draft")
    ISSUED = "issued", pgettext_lazy("invoice", "Issued")
    SENT = "sent", pgettext_lazy("invoice", "Sent")
    VOIDED = "voided", pgettext_lazy("invoice", "Voided")


class Untaxed(models.TextChoices):
    """Why lines bear no tax: the EN 16931 category of those signed with a rate of 0 (code list UNTDID 5305)."""

    ZERO = "Z", _("Zero rate")
    EXEMPT = "E", _("Exempt from tax")
    REVERSE = "AE", _("Reverse charge: the customer pays the tax")


STANDARD = "S"  # the category of every line with a rate above 0


class Address(models.Model):
    """A postal address in parts, as e-invoices want it (EN 16931, BG-5 and BG-8)."""

    street = models.CharField(_("street and number"), max_length=NAME_CHARS, blank=True)
    extra = models.CharField(_("address, second line"), max_length=NAME_CHARS, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=NAME_CHARS, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166-1 alpha-2
    registration = models.CharField(
        _("company registration"),
        max_length=60,
        blank=True,
        help_text=_("For example the number at the chamber of commerce."),
    )

    class Meta:
        """For profiles."""

        abstract = True


class SellerProfile(Address):
    """What an organisation's invoices say beyond its name and VAT number."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="seller_profile"
    )
    tax_number = models.CharField(
        _("tax number"), max_length=40, blank=True, help_text=_("Where there is no VAT number.")
    )
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    payment_note = models.CharField(
        _("how to pay, in words"),
        max_length=500,
        blank=True,
        help_text=_("Where there is no IBAN, or something has to be said."),
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=DEFAULT_PAYMENT_DAYS, validators=[MaxValueValidator(MOST_PAYMENT_DAYS)]
    )
    invoice_prefix = models.CharField(
        _("invoice numbers begin with"), max_length=PREFIX_CHARS, default="INV-"
    )
    credit_prefix = models.CharField(_("credit notes begin with"), max_length=PREFIX_CHARS, default="CN-")

    def __str__(self) -> str:
        return f"seller profile of {self.organisation_id}"


class BuyerProfile(Address):
    """What invoices to a customer say beyond their name and VAT number."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="buyer_profile")
    reference = models.CharField(
        _("their reference"),
        max_length=60,
        blank=True,
        help_text=_("What they want to read on every invoice, for example a department."),
    )

    def __str__(self) -> str:
        return f"buyer profile of {self.customer_id}"


class Series(models.Model):
    """The numbers of one kind in one year: each given once, in order, without a gap."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="series")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=PREFIX_CHARS)
    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        """One a kind and year."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "kind", "year"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.year}: {self.next_number}"


class Invoice(models.Model):
    """A demand for payment for what one sign-off authorises, or the credit note that takes one back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invoices")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="invoices")
    # The approval this rests on.
    signoff = models.ForeignKey(SignOff, models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.INVOICE)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    # What a biller says on the draft.
    untaxed = models.CharField(_("lines without tax"), max_length=2, choices=Untaxed.choices, blank=True)
    exemption = models.CharField(_("why they are exempt"), max_length=300, blank=True)
    buyer_order = models.CharField(_("the customer’s order number"), max_length=60, blank=True)
    remark = models.TextField(_("words on the invoice"), max_length=2000, blank=True)
    # Who looked at prices the customer did not sign (a work authorisation shows none).
    prices_checked_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    prices_checked_at = models.DateTimeField(null=True)
    # Sums of the lines; `taxes` is [{category, rate, net, tax}].
    net = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    gross = models.BigIntegerField(default=0)
    taxes = models.JSONField(default=list)
    # From here on null or empty until issued.
    series = models.ForeignKey(Series, models.PROTECT, null=True, related_name="invoices")
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=NUMBER_CHARS, null=True)  # noqa: DJ001 - unique where there is one
    issued_at = models.DateTimeField(null=True)
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    supplied_on = models.DateField(null=True)
    seller = models.JSONField(null=True)
    buyer = models.JSONField(null=True)
    blob = models.CharField(max_length=64, blank=True)
    xml = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=500, blank=True)
    credits = models.OneToOneField("self", models.PROTECT, null=True, related_name="credit_note")

    class Meta:
        """One invoice an approval, unless it was voided (faults.md I3); each number once."""

        ordering: ClassVar = ["-created_at", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["signoff"], condition=Q(kind="invoice") & ~Q(state="voided"), name="invoice_once"
            ),
            models.UniqueConstraint(fields=["organisation", "number"], name="invoice_number_once"),
            models.UniqueConstraint(fields=["series", "sequence"], name="invoice_sequence_once"),
            models.CheckConstraint(
                condition=Q(number=None, series=None, sequence=None, issued_at=None, blob="")
                & Q(state__in=["draft", "voided"])
                | Q(
                    number__isnull=False,
                    series__isnull=False,
                    sequence__isnull=False,
                    issued_at__isnull=False,
                )
                & ~Q(blob="")
                & ~Q(state="draft"),
                name="invoice_number_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits=None) | Q(kind="credit_note", credits__isnull=False),
                name="credit_note_credits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-created_at"], name="invoice_by_time"),
            models.Index(fields=["organisation", "state", "-created_at"], name="invoice_by_state"),
            models.Index(fields=["order"], name="invoice_by_order"),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"

    @property
    def is_draft(self) -> bool:
        """Whether it still follows its approval."""
        return self.state == State.DRAFT

    @property
    def is_issued(self) -> bool:
        """Whether it has a number and a document; a voided invoice keeps both."""
        return self.number is not None

    @property
    def digest(self) -> str:
        """The digest of the issued document, as the ledger writes it."""
        return f"sha256:{self.blob}"

    def read(self) -> bytes:
        """The issued document; raises `lib.blobs.BlobMissing` when it is gone or was changed."""
        return home.blobs().get(self.blob)

    def read_xml(self) -> bytes:
        """The e-invoice that stands in the document; raises as `read`."""
        return home.blobs().get(self.xml)


class InvoiceLine(models.Model):
    """One charge on one line of the order: labour, or a part."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="invoice_lines")
    number = models.PositiveIntegerField()  # the line of the order
    title = models.CharField(max_length=500)  # its finding
    description = models.CharField(
        max_length=300
    )  # code of the labour, or name and number of the part; may be ""
    labour = models.BooleanField(default=False)
    quantity = models.DecimalField(max_digits=9, decimal_places=3)
    unit_price = models.BigIntegerField()
    net = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    # False: the customer authorised the work without seeing a price (decision 0017).
    price_signed = models.BooleanField(default=True)

    class Meta:
        """In order."""

        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.description}"
