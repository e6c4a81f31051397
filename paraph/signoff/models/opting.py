"""Opting out: a party does not want to sign electronically (S4-19, decision 7)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from paraph.signoff.models.asking import Party


class OptOut(models.Model):
    """From `at` on a party signs on paper only, until they change their mind (`ended_at`)."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="opt_outs")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first; one in force a party."""

        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party"], condition=Q(ended_at=None), name="opt_out_one_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.party} does not sign electronically"
