"""What an organisation defines for its orders: their kinds, and properties of its own (S0-09, S0-12)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS, Organisation
from paraph.work.models.orders import WorkOrder


class OrderKind(models.Model):
    """A kind of order of an organisation, for example *field ticket*: it says which properties belong."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="order_kinds")
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    # What it is called in other languages, by their codes; without one, the name.
    names = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """In the order the organisation chose."""

        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class PropertyType(models.TextChoices):
    """What a property holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    YES_NO = "yes_no", _("Yes or no")
    PO_NUMBER = "po_number", _("PO number")


class Property(models.Model):
    """A field of an organisation's own on its orders (S0-09), perhaps for the customer to confirm (S0-12)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="properties")
    kinds = models.ManyToManyField(OrderKind, related_name="properties", blank=True)  # none: every order
    type = models.CharField(_("type"), max_length=10, choices=PropertyType.choices)
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    names = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    help_texts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    # [{"key", "label", "labels": {language: label}}]; the key is the first label it ever had, and what is stored.
    options = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    pattern = models.CharField(_("pattern"), max_length=60, blank=True)  # see `masks`
    required = models.BooleanField(_("required"), default=False)
    editable = models.BooleanField(_("Editable on customer signature page"), default=False)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whether any order ever said something of it: then it is archived, never deleted.
    used = models.BooleanField(default=False, db_default=False, editable=False)
    # When its words last changed: what orders say follows them, so `signoff.subjects.mark` asks.
    changed_at = models.DateTimeField()

    class Meta:
        """In the order the organisation chose."""

        ordering: ClassVar = ["position", "name"]
        verbose_name_plural = "properties"
        indexes: ClassVar = [models.Index(fields=["organisation", "-changed_at"], name="property_by_change")]

    def __str__(self) -> str:
        return self.name


class PropertyValue(models.Model):
    """What one order says of a property. A property nobody filled in has no row."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="property_values")
    property = models.ForeignKey(Property, models.PROTECT, related_name="values")
    value = models.CharField(max_length=500)  # as `properties.normalise` writes it

    class Meta:
        """One a property and order."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "property"], name="property_value_once")
        ]

    def __str__(self) -> str:
        return self.value
