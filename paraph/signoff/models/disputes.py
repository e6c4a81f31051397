"""Disputing: a customer says that something is wrong, both sides talk, and it is resolved (S0-10, S0-34)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from paraph.lib import home
from paraph.people.models import NAME_CHARS, Member
from paraph.signoff.models.asking import Party, SignOff, Snapshot
from paraph.work.models import TEXT_CHARS


class DisputeState(models.TextChoices):
    """Whose turn it is, or how it ended."""

    OPEN = "open", pgettext_lazy("dispute", "Waits for an answer")
    ANSWERED = "answered", pgettext_lazy("dispute", "Answered")
    RESOLVED = "resolved", pgettext_lazy("dispute", "Resolved")
    TAKEN_BACK = "taken_back", pgettext_lazy("dispute", "Taken back")


class Resolution(models.TextChoices):
    """How a dispute was resolved."""

    CORRECTED = "corrected", _("Corrected, and offered again")
    EXPLAINED = "explained", _("Explained: it stays as it is")
    WITHDRAWN = "withdrawn", _("The request was withdrawn")
    TAKEN_BACK = "taken_back", _("Taken back by the customer")


class Dispute(models.Model):
    """What a party says is wrong about what they were asked for, or about what they signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signoff = models.ForeignKey(SignOff, models.CASCADE, related_name="disputes")
    party = models.ForeignKey(Party, models.PROTECT, related_name="disputes")
    # What was on the screen: the order as it was disputed, or what was signed.
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="disputes")
    reason = models.TextField(max_length=TEXT_CHARS)
    # Ids of the lines concerned; none is the whole.
    items = models.JSONField(default=list)
    # What the order said then: its revision, and digests of its lines by item id.
    revision = models.PositiveIntegerField()
    lines = models.JSONField(default=dict)
    # Whether it was signed already: the signature stays, and nothing is invoiced meanwhile.
    signed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=DisputeState.choices, default=DisputeState.OPEN)
    raised_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # the first time
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        """Newest first; one at a time for each request."""

        ordering: ClassVar = ["-raised_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["signoff"], condition=Q(resolved_at=None), name="dispute_one_open"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["raised_at"], condition=Q(resolved_at=None), name="dispute_open"),
        ]

    def __str__(self) -> str:
        return f"dispute of {self.party}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be resolved."""
        return self.resolved_at is None

    @property
    def numbers(self) -> list[int]:
        """The numbers of the lines concerned, as they were disputed; none is the whole."""
        return [one["number"] for one in self.snapshot.facts["items"] if one["id"] in self.items]


class DisputeMessage(models.Model):
    """What somebody of either side said in a dispute; never edited, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="messages")
    author_kind = models.CharField(max_length=10)
    author_ref = models.CharField(max_length=36, blank=True)
    author_name = models.CharField(max_length=NAME_CHARS)
    text = models.TextField(max_length=TEXT_CHARS)
    at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class DisputePhoto(models.Model):
    """A file that somebody added to a dispute: the bytes as they came, for evidence, and never shown (security.md)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="photos")
    author_kind = models.CharField(max_length=10)
    author_name = models.CharField(max_length=NAME_CHARS)
    kind = models.CharField(max_length=10)
    blob = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Oldest first; the same file once."""

        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dispute", "blob"], name="dispute_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.author_name}"

    def read(self) -> bytes:
        """The bytes as they came, to be handed out as an attachment only; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.blob)


class PhotoCopy(models.Model):
    """One page of such a file, drawn anew as a picture without anything else in it: this is what is shown."""

    photo = models.ForeignKey(DisputePhoto, models.CASCADE, related_name="copies")
    page = models.PositiveSmallIntegerField()
    blob = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """In the order of the pages."""

        ordering: ClassVar = ["page"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["photo", "page"], name="photo_copy_once")]

    def __str__(self) -> str:
        return f"page {self.page} of {self.photo}"

    def read(self) -> bytes:
        """The picture; raises `lib.blobs.BlobMissing` when it is gone or changed."""
        return home.blobs().get(self.blob)
