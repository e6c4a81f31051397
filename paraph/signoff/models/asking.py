"""Asking: the request for consent, who is asked, what they are shown and by which key."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from paraph.people.models import LANGUAGES, Contact, Member, Organisation
from paraph.work.models import WorkOrder


class View(models.TextChoices):
    """The views of an order a customer can be invited to (S3-04 … S3-07)."""

    AUTHORISATION = "authorisation", _("Work authorisation")
    ESTIMATE = "estimate", _("Estimate")
    REPORT = "report", _("Service report")  # S1-18: what was done
    PROGRESS = "progress", _("Progress report")  # S3-06, to read only
    INVOICE = "invoice", _("Invoice")  # S3-07, to read only


# The views a customer decides on and signs; the others are shared to read.
SIGNED_VIEWS = (View.AUTHORISATION, View.ESTIMATE, View.REPORT)


class State(models.TextChoices):
    """Where a sign-off stands (architecture.md, States)."""

    OPEN = "open", _("Waiting for signature")
    DISPUTED = "disputed", _("Disputed")  # nobody signs until it is resolved (S0-34)
    COMPLETE = "complete", _("Signed, seal pending")
    SEALED = "sealed", _("Signed and sealed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")  # the order was changed after it was sealed (decision 6)
    DECLINED = "declined", _("Declined")  # the customer refused the whole request
    REJECTED = "rejected", _("Not accepted")  # a manager did not accept what was signed (decision 4)
    EXPIRED = "expired", _("Expired")  # every link ran out; asking again opens the same request
    SHARED = "shared", _("Shared to read")  # nothing is asked: progress and invoice


# Everybody asked has signed. What of it is authorised today is worked out by `standing`.
CONSENTED = (State.COMPLETE, State.SEALED, State.SUPERSEDED)
# Somebody may still sign: at once, or when a link was renewed.
UNFINISHED = (State.OPEN, State.EXPIRED)


class Ask(models.TextChoices):
    """What is asked of a party."""

    AUTHORISE = "authorise", _("Decide and sign")
    VIEW = "view", _("Copy to read")


class Rule(models.TextChoices):
    """Who must sign, and when (X-08)."""

    TOGETHER = "together", _("Everybody, in any order")
    IN_TURN = "in_turn", _("One after the other")
    ANY_ONE = "any_one", _("Any one of them")


class Choice(models.TextChoices):
    """A decision on one item (S3-21)."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class SignOff(models.Model):
    """One request for consent on one order, until everybody asked has acted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="signoffs")
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="signoffs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    rule = models.CharField(
        max_length=10, choices=Rule.choices, default=Rule.TOGETHER, db_default=Rule.TOGETHER
    )
    # Why the sealed copy is not there yet, in words for managers; empty when there is no fault.
    seal_fault = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    # What no longer says what was signed: digests of what it says now, by item id; "" is the order itself.
    changed = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    # Whether it asks to accept the work done, by the service report; else to authorise the work to be done.
    of_report = models.BooleanField(default=False, db_default=False)

    class Meta:
        """One open sign-off an order."""

        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="signoff_one_open"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="shared"), name="signoff_one_shared"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "created_at"], name="signoff_by_state"),
            # The few that wait for their seal, among all that have one.
            models.Index(fields=["completed_at"], condition=Q(state="complete"), name="signoff_unsealed"),
        ]

    def __str__(self) -> str:
        return f"sign-off of {self.order.number}"

    @property
    def is_over(self) -> bool:
        """Whether nobody can act on it any more."""
        return self.state != State.OPEN

    @property
    def is_signed(self) -> bool:
        """Whether everybody who must has acted; the sealed copy may still be pending."""
        return self.completed_at is not None

    @property
    def is_sealed(self) -> bool:
        """Whether there is a sealed copy; it stays when the signature is superseded or not accepted."""
        if self.state == State.REJECTED:
            return hasattr(self, "sealed_copy")
        return self.state == State.SEALED or (self.state == State.SUPERSEDED and self.is_signed)


class Snapshot(models.Model):
    """The order as it was presented: canonical JSON that never changes, and its digest."""

    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="snapshots")
    revision = models.PositiveIntegerField()
    view = models.CharField(max_length=15, choices=View.choices)
    content = models.BinaryField()
    digest = models.CharField(max_length=71)
    created_at = models.DateTimeField()

    class Meta:
        """Numbered within its sign-off."""

        ordering: ClassVar = ["revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["signoff", "revision"], name="snapshot_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.view} revision {self.revision}"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The content as a value, to read only; see `subjects.present` for its shape."""
        found: dict[str, Any] = json.loads(bytes(self.content))
        return found


class Party(models.Model):
    """A contact of whom something is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="parties")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="parties")
    ask = models.CharField(max_length=10, choices=Ask.choices, default=Ask.AUTHORISE)
    acted_at = models.DateTimeField(null=True, blank=True)
    # Whose turn it is where they sign one after the other: the lowest that has not acted.
    position = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        """A contact once a sign-off, in their turn."""

        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["signoff", "contact"], name="party_once")]

    def __str__(self) -> str:
        return self.contact.name

    @property
    def has_declined(self) -> bool:
        """Whether they refused the request, which of any one ends it for them alone."""
        return hasattr(self, "decline")


class Invitation(models.Model):
    """A key to one view of one order for one party. This row, not the token, is what counts (security.md)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="invitations")
    view = models.CharField(max_length=15, choices=View.choices)
    language = models.CharField(max_length=5, choices=LANGUAGES)
    key_digest = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    # Mailed, or copied by hand and given to the customer by the sender (S3-10).
    handed_over = models.BooleanField(default=False)
    # Asked on the technician's own phone: no link was ever made (S1-34).
    in_person = models.BooleanField(default=False, db_default=False)
    # Shown on site as a QR code, for the customer's own phone: {device, place, at} as the technician's phone told them.
    on_site = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)  # null: no end date
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # When to remind by itself, once; null when that is done or not wanted.
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    # Digests of keys that went out with reminders: each opens this same invitation.
    spare_keys = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    # When paper was asked for by this link, which let it live longer (decision 2).
    paper_at = models.DateTimeField(null=True, blank=True)
    # GETs of the link by "an HTTP client": a mail scanner perhaps, so it says nothing about the customer.
    fetches = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="invitation_to_remind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.view} for {self.party}"

    def state(self, now: datetime) -> str:
        """One of revoked, used, expired, opened, sent; what ended it wins over what happened before."""
        if self.revoked_at:
            return "revoked"
        if self.used_at:
            return "used"
        if self.has_run_out(now):
            return "expired"
        return "opened" if self.opened_at else "sent"

    def is_open(self, now: datetime) -> bool:
        """Whether the key still lets somebody in; after signing it goes on showing the receipt until it expires."""
        return self.revoked_at is None and not self.has_run_out(now)

    def has_run_out(self, now: datetime) -> bool:
        """Whether its end has come; one without an end date never runs out."""
        return self.expires_at is not None and now >= self.expires_at


class Postponed(models.Model):
    """An invitation to be made and mailed when its party's turn comes; `hours` count from then (null: no end)."""

    party = models.OneToOneField(Party, models.CASCADE, related_name="postponed")
    view = models.CharField(max_length=15, choices=View.choices)
    language = models.CharField(max_length=5, blank=True)
    hours = models.PositiveIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"later: {self.view} for {self.party}"


class Decline(models.Model):
    """A party declined the whole request, and said why. Of any one, the others can still sign."""

    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="declines")
    party = models.OneToOneField(Party, models.CASCADE, related_name="decline")
    reason = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.party} declined"
