"""The nouns of consent: each state is a row of its own, changed only by the verbs of this package."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from paraph.evidence.models import Checkpoint, Entry
from paraph.lib import home
from paraph.people.models import LANGUAGES, Contact, Member, Organisation
from paraph.work.models import Item, WorkOrder


class View(models.TextChoices):
    """The views of an order a customer can be invited to (S3-04, S3-05)."""

    AUTHORISATION = "authorisation", _("Work authorisation")
    ESTIMATE = "estimate", _("Estimate")


class State(models.TextChoices):
    """Where a sign-off stands (architecture.md, States)."""

    OPEN = "open", _("Waiting for signature")
    COMPLETE = "complete", _("Signed, seal pending")
    SEALED = "sealed", _("Signed and sealed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Ask(models.TextChoices):
    """What is asked of a party."""

    AUTHORISE = "authorise", _("Decide and sign")
    VIEW = "view", _("Copy to read")


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
    # Why the sealed copy is not there yet, in words for managers; empty when there is no fault.
    seal_fault = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One open sign-off an order."""

        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="signoff_one_open")
        ]

    def __str__(self) -> str:
        return f"sign-off of {self.order.number}"

    @property
    def is_over(self) -> bool:
        """Whether nobody can act on it any more."""
        return self.state != State.OPEN

    @property
    def is_signed(self) -> bool:
        """Whether everybody asked has acted; the sealed copy may still be pending."""
        return self.state in {State.COMPLETE, State.SEALED}


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
        """The content as a value; see `subjects.present` for its shape."""
        found: dict[str, Any] = json.loads(bytes(self.content))
        return found


class Party(models.Model):
    """A contact of whom something is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="parties")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="parties")
    ask = models.CharField(max_length=10, choices=Ask.choices, default=Ask.AUTHORISE)
    acted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A contact once a sign-off."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["signoff", "contact"], name="party_once")]

    def __str__(self) -> str:
        return self.contact.name


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
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # GETs of the link by "an HTTP client": a mail scanner perhaps, so it says nothing about the customer.
    fetches = models.PositiveIntegerField(default=0)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.view} for {self.party}"

    def state(self, now: datetime) -> str:
        """One of revoked, used, expired, opened, sent; what ended it wins over what happened before."""
        if self.revoked_at:
            return "revoked"
        if self.used_at:
            return "used"
        if now >= self.expires_at:
            return "expired"
        return "opened" if self.opened_at else "sent"

    def is_open(self, now: datetime) -> bool:
        """Whether the key still lets somebody in; after signing it goes on showing the receipt until it expires."""
        return self.revoked_at is None and now < self.expires_at


class Decision(models.Model):
    """One decision on one item. Clearing is a new row with *pending*; nothing is overwritten (decision 6)."""

    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="decisions")
    item = models.ForeignKey(Item, models.CASCADE, related_name="decisions")
    party = models.ForeignKey(Party, models.CASCADE, related_name="decisions")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    at = models.DateTimeField()

    class Meta:
        """Oldest first: the last one counts."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.choice}"


class Ceremony(models.Model):
    """One party's act, step by step: begun → reviewed → consented → acted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="ceremonies")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="ceremonies")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="ceremonies")
    begun_at = models.DateTimeField()
    reviewed_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    # The digest of the sentence and language consented to; a retry with the same one is the same consent.
    consent_digest = models.CharField(max_length=71, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    # The order's `subjects.mark` when the snapshot was taken: while it is the same, the snapshot is true.
    mark = models.CharField(max_length=71, blank=True)

    def __str__(self) -> str:
        return f"ceremony of {self.party}"


class Signature(models.Model):
    """A party's signature under one snapshot. What is personal in it is encrypted and can be erased."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signoff = models.ForeignKey(SignOff, models.PROTECT, related_name="signatures")
    party = models.OneToOneField(Party, models.PROTECT, related_name="signature")
    ceremony = models.OneToOneField(Ceremony, models.PROTECT, related_name="signature")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="signatures")
    method = models.CharField(max_length=20)
    # Ids of the items this signature authorises: the approved ones, not the rejected or pending (S3-30).
    items = models.JSONField()
    record_digest = models.CharField(max_length=71)
    sealed_record = models.BinaryField()
    signed_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"signature of {self.party}"

    @property
    def record(self) -> dict[str, Any]:
        """The record the signer agreed to, as put into the sealed copy; see `record.build` for its shape."""
        found: dict[str, Any] = json.loads(self.record_bytes)
        return found

    @property
    def record_bytes(self) -> bytes:
        """The exact canonical bytes of the record."""
        return home.vault().open(bytes(self.sealed_record), purpose="signature record")


class SealedCopy(models.Model):
    """The sealed PDF: one a sign-off, never changed. The bytes are a blob named by their digest."""

    signoff = models.OneToOneField(SignOff, models.PROTECT, related_name="sealed_copy")
    blob = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # False: the time-stamp authority did not answer; the next checkpoint's time stamp covers the digest instead.
    timestamped = models.BooleanField()
    sealed_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"sealed copy of {self.signoff_id}"

    @property
    def digest(self) -> str:
        """The digest as the ledger writes it."""
        return f"sha256:{self.blob}"

    def read(self) -> bytes:
        """The bytes; raises `lib.blobs.BlobMissing` when they are gone or changed."""
        return home.blobs().get(self.blob)
