"""What a technician adds to an order where the work is done: photos, and that the checklist was gone through."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from paraph.lib import home
from paraph.people.models import NAME_CHARS, Member
from paraph.work.models.orders import Item, WorkOrder

CAPTION_CHARS = 200


class Photo(models.Model):
    """A photo of the work (S1-29): the bytes as they came, for evidence, and a picture drawn anew, which is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="photos")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="photos")
    kind = models.CharField(max_length=10)  # of the bytes as they came: `intake.kinds.Kind`
    blob = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    shown = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption = models.CharField(_("caption"), max_length=CAPTION_CHARS, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)  # as the device claims
    added_at = models.DateTimeField()
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=NAME_CHARS)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Oldest first; the same file once."""

        ordering: ClassVar = ["added_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "blob"], condition=Q(removed_at=None), name="order_photo_once"
            ),
        ]

    def __str__(self) -> str:
        return self.caption or f"photo of {self.author_name}"

    def read(self) -> bytes:
        """The bytes as they came, to be handed out as an attachment only; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.blob)

    def read_shown(self) -> bytes:
        """The picture that is shown, a JPEG; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.shown)


class ChecklistConfirmation(models.Model):
    """That a technician confirmed every point of the checklist, for the order as it was then (S1-17)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="checklist_confirmations")
    revision = models.PositiveIntegerField()
    # [{"key", "text", "texts": {language: text}}]; `text` is what was read.
    points = models.JSONField()
    language = models.CharField(max_length=5)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField(max_length=NAME_CHARS)
    at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"checklist of {self.order_id}, revision {self.revision}"
