"""Confirming: what a customer made of a property before signing (S0-03, decision 5)."""

from __future__ import annotations

import json
from functools import cached_property
from typing import ClassVar

from django.db import models

from paraph.evidence.models import Entry
from paraph.lib import canonical, home
from paraph.signoff.models.asking import Party, SignOff
from paraph.work.models import Property

PURPOSE = "confirmed property"


class Confirmation(models.Model):
    """One value confirmed or changed by a party; the newest of a request counts. The values are encrypted."""

    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="confirmations")
    party = models.ForeignKey(Party, models.CASCADE, related_name="confirmations")
    property = models.ForeignKey(Property, models.PROTECT, related_name="confirmations")
    sealed = models.BinaryField()
    at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    # When the order took the value over; until then `confirmed` lays it over what the order says.
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Oldest first: the last one counts."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.property_id} by {self.party_id}"

    @cached_property
    def before(self) -> str:
        """The value the customer saw, as it was stored; "" for none."""
        return self._values[0]

    @cached_property
    def after(self) -> str:
        """The value they confirmed, as it is stored; "" for none."""
        return self._values[1]

    @staticmethod
    def seal(before: str, after: str) -> bytes:
        """Both values as the column holds them."""
        return home.vault().seal(canonical.dumps([before, after]), purpose=PURPOSE)

    @cached_property
    def _values(self) -> tuple[str, str]:
        before, after = json.loads(home.vault().open(bytes(self.sealed), purpose=PURPOSE))
        return str(before), str(after)
