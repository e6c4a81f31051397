"""A sealed envelope from a technician's phone, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Device, Member, Organisation
from paraph.signoff.models import Ceremony, Signature
from paraph.work.models import WorkOrder


class State(models.TextChoices):
    """Where an envelope stands. All but *received* and *held* are its end."""

    RECEIVED = "received", _("Received")
    FILED = "filed", _("Filed")
    HELD = "held", _("Waits for a decision")  # a manager decides: the order changed meanwhile, for example
    REFUSED = "refused", _("Refused")  # not what the phone sealed
    DISCARDED = "discarded", _("Discarded")  # a manager decided, with a reason


class Capture(models.Model):
    """One envelope as it came, kept for good: what is in it is opened with the server's key each time (S1-13)."""

    id = models.UUIDField(
        primary_key=True, editable=False
    )  # chosen by the phone: the same one twice is once (I8)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="captures")
    device = models.ForeignKey(Device, models.PROTECT, related_name="captures")
    number = models.PositiveBigIntegerField()
    header_digest = models.CharField(max_length=71)
    envelope = models.BinaryField()  # canonical JSON, as sent
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    # Why it is held or refused, and what else was found: codes, see `findings`.
    reasons = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    act = models.CharField(max_length=10, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)  # when it was done, by the phone's own clock
    order = models.ForeignKey(WorkOrder, models.SET_NULL, null=True, blank=True, related_name="captures")
    # The order's revision once what the technician reports in it was written; null: not yet.
    applied = models.PositiveIntegerField(null=True, blank=True)
    # The act it became, before it is signed: a filing that was cut short goes on from here.
    ceremony = models.OneToOneField(Ceremony, models.PROTECT, null=True, blank=True, related_name="capture")
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, blank=True, related_name="capture")
    received_at = models.DateTimeField()
    # What the web saw of the connection it came by: encrypted JSON (address, source, agent).
    connection = models.BinaryField()
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)  # when to file it; null: nothing left to do
    leased_until = models.DateTimeField(null=True, blank=True)  # while somebody files it
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    sentence = models.TextField(blank=True)

    class Meta:
        """In the order of each phone."""

        ordering: ClassVar = ["received_at", "number"]
        indexes: ClassVar = [
            models.Index(fields=["device", "number"], name="capture_chain"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="capture_due"),
            models.Index(
                fields=["organisation", "received_at"], condition=Q(state="held"), name="capture_held"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} no. {self.number}"
