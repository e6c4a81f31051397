"""What came of going there for a signature, where nobody signed (X-13)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Member
from paraph.work.models import TEXT_CHARS, WorkOrder


class Outcome(models.TextChoices):
    """Why nobody signed. That somebody refused is a `Decline`, by their own hand."""

    NOBODY_THERE = "nobody_there", _("Nobody was there")
    COULD_NOT_SIGN = "could_not_sign", _("Could not sign")


class Attempt(models.Model):
    """One time that somebody of the shop went for a signature and came back without; it approves nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="attempts")
    outcome = models.CharField(max_length=15, choices=Outcome.choices)
    reason = models.TextField(max_length=TEXT_CHARS)
    at = models.DateTimeField()  # when it was tried, as the member says
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at}"
