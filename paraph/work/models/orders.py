"""The work order and what stands on it. Money is in minor units (cents) of the order's currency."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS, Contact, Customer, Member, Organisation, Site

# Enough for a heavy check on an airliner; beyond it the figures are a slip of the keyboard.
MAX_HOURS = Decimal("9999.99")
MAX_MINOR = 10**12
TEXT_CHARS = 4000


class Status(models.TextChoices):
    """Where an order stands."""

    OPEN = "open", _("In preparation")
    NEEDS_SIGNATURE = "needs_signature", _("Needs signature")  # S0-22
    PARTLY_APPROVED = "partly_approved", _("Partly approved")
    NEEDS_VERIFICATION = "needs_verification", _("Approved, needs verification")  # decision 4
    APPROVED = "approved", _("Approved")
    DISPUTED = "disputed", _("Disputed")  # S0-34
    COMPLETED = "completed", _("Completed")  # the work is reported, every approval is there (S1-04)
    CANCELLED = "cancelled", _("Cancelled")


class WorkOrder(models.Model):
    """One job for one customer (elsewhere: ticket, job, werkbon)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="orders")
    number = models.CharField(_("number"), max_length=30)
    kind = models.ForeignKey(
        "OrderKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("kind of order"),
    )
    title = models.CharField(_("title"), max_length=NAME_CHARS)
    object_name = models.CharField(
        _("object"),
        max_length=NAME_CHARS,
        blank=True,
        help_text=_("For example the aircraft, well or building."),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    contacts = models.ManyToManyField(Contact, related_name="orders", blank=True, verbose_name=_("contacts"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, verbose_name=_("site"))
    technician = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="orders", verbose_name=_("technician")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.OPEN)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    notes = models.TextField(_("notes for the customer"), blank=True, max_length=TEXT_CHARS)
    created_at = models.DateTimeField()
    revised_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        """Numbers are unique within an organisation."""

        ordering: ClassVar = ["-created_at", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="order_number_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-created_at"]),
            models.Index(fields=["organisation", "status", "-created_at"]),
            models.Index(
                fields=["organisation", "reported_at"],
                condition=models.Q(reported_at__isnull=False),
                name="work_reported",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def topic(self) -> str:
        """The name of this order in the ledger."""
        return f"order:{self.id}"


class Item(models.Model):
    """One line of an order: what was found, what is done about it, what it takes (a *discrepancy*)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    finding = models.CharField(_("finding"), max_length=500)
    action = models.TextField(_("corrective action"), blank=True, max_length=TEXT_CHARS)
    labour_code = models.CharField(_("labour code"), max_length=30, blank=True)
    estimated_hours = models.DecimalField(
        _("estimated hours"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(MAX_HOURS)],
    )
    actual_hours = models.DecimalField(
        _("actual hours"),
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(MAX_HOURS)],
    )
    hourly_rate = models.BigIntegerField(
        _("hourly rate"), default=0, validators=[MinValueValidator(0), MaxValueValidator(MAX_MINOR)]
    )
    tax_rate = models.DecimalField(
        _("tax %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(21),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """In the order of their numbers."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["order", "number"], name="item_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.finding}"


class Part(models.Model):
    """A part used on an item."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField(default=0)
    name = models.CharField(_("part"), max_length=NAME_CHARS)
    number = models.CharField(_("part number"), max_length=60, blank=True)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=9,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    unit_price = models.BigIntegerField(
        _("unit price"), default=0, validators=[MinValueValidator(0), MaxValueValidator(MAX_MINOR)]
    )

    class Meta:
        """In the order they were entered."""

        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Comment(models.Model):
    """A remark on an item or on the whole order, by either side (S3-23, S3-31, S3-33)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="comments")
    item = models.ForeignKey(Item, models.CASCADE, related_name="comments", null=True, blank=True)
    author_kind = models.CharField(max_length=10)
    author_ref = models.CharField(max_length=36, blank=True)
    author_name = models.CharField(max_length=NAME_CHARS)
    text = models.TextField(_("comment"), max_length=TEXT_CHARS)
    at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    unanswered = models.BooleanField(default=True, db_default=True, editable=False)
    """False where nobody can wait for an answer: the shop's own words, and those after which something was said.

    Narrows a search and decides nothing: an older release beside this one leaves it true (F23).
    """

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["at"]
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=models.Q(unanswered=True), name="comment_unanswered")
        ]

    def __str__(self) -> str:
        return self.text[:60]
