"""The outbox: one row a message, from the commit that wants it sent until it left or was given up."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SUBJECT_CHARS = 200
ERROR_CHARS = 300
STATUS_CHARS = 11  # RFC 3463, section 2: three numbers of at most three digits


class State(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", _("Waiting to be sent")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Could not be delivered")


class Delivery(models.Model):
    """One message to one address. `key` says what it is about, so that wanting it twice sends it once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    # What it belongs to, in the words of the caller; nothing here reads them.
    log = models.CharField(max_length=36, blank=True)
    topic = models.CharField(max_length=100, blank=True)
    to = models.CharField(max_length=254)
    sender = models.CharField(max_length=SUBJECT_CHARS, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5, default="en")
    subject = models.CharField(max_length=SUBJECT_CHARS)
    # Text, HTML and small files, encrypted (see `body.py`). Empty once wiped.
    body = models.BinaryField()
    # Files that are blobs: [{"name", "mime", "digest"}].
    attachments = models.JSONField(default=list)
    # Holds something that must not stay, such as a signing link: wiped when sent and when given up.
    secret = models.BooleanField(default=False)
    # Made once, with angle brackets: retries carry the same, and the record may name it.
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=ERROR_CHARS, blank=True)
    # Why it could not be delivered, as a code (RFC 3463) and only if a mail server gave one.
    status = models.CharField(max_length=STATUS_CHARS, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    # Stays when the message comes back afterwards.
    sent_at = models.DateTimeField(null=True)
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        """Oldest first."""

        ordering: ClassVar = ["created_at"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="delivery_due"),
            models.Index(fields=["topic", "created_at"], name="delivery_by_topic"),
            # Counted for the metrics without reading the bodies.
            models.Index(fields=["state"], name="delivery_by_state"),
            models.Index(
                fields=["created_at"],
                condition=Q(wiped_at=None) & ~Q(state="queued"),
                name="delivery_to_wipe",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class Tally(models.Model):
    """How many messages came back, by what became of them; for the metrics."""

    name = models.CharField(max_length=20, primary_key=True)
    count = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
