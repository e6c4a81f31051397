"""What a technician picks from in the field: parts, labour codes, points of the checklist (S1-17, S1-18, S1-37).

An order keeps what was picked as its own words: changing a list changes no order.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS, Organisation
from paraph.work.models.defined import OrderKind
from paraph.work.models.orders import MAX_MINOR

NUMBER_CHARS = 60  # as `Part.number`
CODE_CHARS = 30  # as `Item.labour_code`
POINT_CHARS = 300  # a sentence or two, read aloud on a phone
_MONEY = [MinValueValidator(0), MaxValueValidator(MAX_MINOR)]


class CatalogPart(models.Model):
    """A part the organisation uses: its number, what it is called, what one costs (minor units, without tax)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="catalog_parts")
    number = models.CharField(_("part number"), max_length=NUMBER_CHARS)
    name = models.CharField(_("part"), max_length=NAME_CHARS)
    unit_price = models.BigIntegerField(_("unit price"), default=0, validators=_MONEY)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """By their numbers, each once."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="catalog_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class LabourCode(models.Model):
    """A kind of work with its rate for an hour (minor units, without tax)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="labour_codes")
    code = models.CharField(_("labour code"), max_length=CODE_CHARS)
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    hourly_rate = models.BigIntegerField(_("hourly rate"), default=0, validators=_MONEY)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """By their codes, each once."""

        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="labour_code_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ChecklistPoint(models.Model):
    """What a technician confirms before the customer is asked to sign (S1-17)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="checklist_points")
    kind = models.ForeignKey(  # none: for every order
        OrderKind, models.CASCADE, null=True, blank=True, related_name="checklist_points"
    )
    text = models.CharField(_("point"), max_length=POINT_CHARS)
    # What it says in other languages, by their codes; without one, the text.
    texts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        """In the order the organisation chose."""

        ordering: ClassVar = ["position", "text"]

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """What it is called in lists and messages: its text."""
        return self.text
