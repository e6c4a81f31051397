"""Paper: what was printed for a party to sign by hand (S0-10, S0-28)."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from paraph.lib import home
from paraph.people.models import LANGUAGES
from paraph.signoff.models.acting import Ceremony
from paraph.signoff.models.asking import Invitation, Party, Snapshot


class Format(models.TextChoices):
    """The size of the sheet."""

    A4 = "a4", _("A4")
    LETTER = "letter", _("Letter")


class Paper(models.Model):
    """One print of one snapshot for one party; each of its pages says so in a QR code (`intake.codes`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="papers")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="papers")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="papers")
    # The ceremony that the signature on this paper will complete.
    ceremony = models.ForeignKey(Ceremony, models.PROTECT, related_name="papers")
    code = models.CharField(max_length=12, unique=True)
    format = models.CharField(max_length=6, choices=Format.choices, default=Format.A4)
    language = models.CharField(max_length=5, choices=LANGUAGES)
    blob = models.CharField(max_length=64)  # the PDF as it was handed out, by its digest
    pages = models.PositiveSmallIntegerField()
    # Where stamp and signature belong: page, left, top, width, height; points from the top left corner.
    block: Any = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    created_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            # Asking for the same again gives the same paper.
            models.UniqueConstraint(fields=["party", "snapshot", "format", "language"], name="paper_once")
        ]

    def __str__(self) -> str:
        return f"paper {self.code} for {self.party}"

    @property
    def grouped(self) -> str:
        """The code as people read it: ``ABCD-EFGH-JKMN``."""
        return "-".join(self.code[place : place + 4] for place in range(0, len(self.code), 4))

    def read(self) -> bytes:
        """The PDF; raises `lib.blobs.BlobMissing` when it is gone or changed."""
        return home.blobs().get(self.blob)
