"""Acting: what one party decided and signed, step by step, and the sealed copy of it."""

from __future__ import annotations

import json
import uuid
from typing import Any, ClassVar

from django.db import models

from paraph.evidence.models import Checkpoint, Entry
from paraph.lib import home
from paraph.signoff.models.asking import Choice, Invitation, Party, SignOff, Snapshot
from paraph.work.models import Item


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
