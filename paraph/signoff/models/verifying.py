"""What is asked of a signature beyond itself, and a manager's word where something is in doubt (decision 4)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Member, Organisation
from paraph.signoff.models.acting import Signature
from paraph.work.models import OrderKind, WorkOrder


class PlacePolicy(models.TextChoices):
    """What becomes of a signature that was not given inside the site's area (S1-12, S1-26)."""

    REQUIRE = "require", _("Required: nobody signs elsewhere")
    WARN = "warn", _("Elsewhere it needs verification")
    RECORD = "record", _("Only recorded")


class IdentityKind(models.TextChoices):
    """How a customer shows on site who they are (S1-09, S1-24, decision 1)."""

    PIN = "pin", _("PIN agreed with the contact")
    CODE = "code", _("One-time code by mail")
    OWN_PHONE = "own_phone", _("Fingerprint or face on their own phone")


class Policy(models.Model):
    """What an organisation asks for on site, for one kind of order; without a kind, for all others."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="policies")
    kind = models.ForeignKey(OrderKind, models.CASCADE, null=True, blank=True, related_name="policies")
    # Any one of these `IdentityKind`s suffices; none: nothing is asked.
    identity = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    place = models.CharField(
        max_length=7, choices=PlacePolicy.choices, default=PlacePolicy.WARN, db_default=PlacePolicy.WARN
    )
    prices = models.BooleanField(_("The service report shows prices"), default=False, db_default=False)
    # A capture that arrives later than this after it was made needs verification.
    late_hours = models.PositiveIntegerField(
        _("hours until a signature counts as late"),
        default=72,
        db_default=72,
        validators=[MinValueValidator(1), MaxValueValidator(90 * 24)],
    )

    class Meta:
        """One a kind, and one for all others."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind__isnull=False), name="policy_once_a_kind"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(kind=None), name="policy_default_once"
            ),
        ]

    def __str__(self) -> str:
        return f"policy for {self.kind or 'all others'}"


class Verdict(models.TextChoices):
    """Where a verification stands."""

    WAITING = "waiting", _("Needs verification")
    VERIFIED = "verified", _("Verified")
    REJECTED = "rejected", _("Not accepted")


class Verification(models.Model):
    """A signature that is valid, and waits for a manager because of its doubts (decision 4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="verification")
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="verifications")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="verifications")
    doubts = models.JSONField()  # codes, see `circumstances.DOUBTS`
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.WAITING)
    raised_at = models.DateTimeField()
    sentence = models.TextField(blank=True)
    decided_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The queue, oldest first."""

        ordering: ClassVar = ["raised_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "raised_at"],
                condition=Q(verdict="waiting"),
                name="verification_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.signature}: {', '.join(self.doubts)}"
