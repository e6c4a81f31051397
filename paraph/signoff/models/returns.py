"""Returns: signed paper that a customer sends back, until it is filed, or sent back to them (S0-04, S0-30 … S0-33)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.people.models import Member
from paraph.signoff.models.asking import Invitation, Party
from paraph.signoff.models.paper import Paper

NAME_CHARS = 200


class ReturnState(models.TextChoices):
    """Where a return stands."""

    DRAFT = "draft", _("Not sent yet")
    SENT = "sent", _("Being read")
    REVIEW = "review", _("To be reviewed")
    FILED = "filed", _("Filed")
    SENT_BACK = "sent_back", _("Sent back")
    OVERTAKEN = "overtaken", _("Not needed any more")  # the party signed in another way meanwhile


# What the customer did is done; whether it is a signature is not known yet (decision 4).
AWAITED = (ReturnState.SENT, ReturnState.REVIEW)


class Match(models.TextChoices):
    """What reading a return came to. Only *complete* is filed by itself; everything else a person looks at (I9)."""

    COMPLETE = "complete", _("Complete and signed")
    WRONG_ORDER = "wrong_order", _("The paper of another order")
    OTHER_PARTY = "other_party", _("The paper of somebody else")
    OLDER_REVISION = "older_revision", _("An older revision")
    PAGE_MISSING = "page_missing", _("A page is missing")
    UNREADABLE = "unreadable", _("Unreadable: blank, too dark or too blurred")
    FOREIGN = "foreign", _("Not our document")
    NOT_SIGNED = "not_signed", _("No signature or stamp in its place")
    ALTERED = "altered", _("Something was written outside the signature block")
    OTHER_PAGES = "other_pages", _("Other pages came along")
    UNSURE = "unsure", _("Too different from the print to be sure")
    NOT_READ = "not_read", _("Could not be read by the machine")
    CLOSED = "closed", _("The request was over")


class Returns(models.QuerySet["Return"]):
    """Many returns."""

    def overtake(self) -> int:
        """Say of those that nobody decided on that they are not needed any more; return how many."""
        undecided = self.filter(state__in=[ReturnState.DRAFT, *AWAITED])
        return undecided.update(state=ReturnState.OVERTAKEN, due_at=None, leased_until=None)


class Return(models.Model):
    """What one party sends back of one request: files, their pages in order, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="returns")
    # The key by which it was begun, then the one by which it was sent.
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="returns")
    state = models.CharField(max_length=10, choices=ReturnState.choices, default=ReturnState.DRAFT)
    outcome = models.CharField(max_length=15, choices=Match.choices, blank=True)
    # What was and was not checked, and what was found; `matching.Verdict` says its shape.
    findings = models.JSONField(default=dict, blank=True)
    # Whose pages these are, once that is known.
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="returns")
    # The pages as they are filed, put in order and straightened, as one PDF.
    blob = models.CharField(max_length=64, blank=True)
    # Who signed on the paper, if somebody typed it; never taken from elsewhere.
    signer_name = models.CharField(max_length=NAME_CHARS, blank=True)
    signer_role = models.CharField(max_length=NAME_CHARS, blank=True)
    # The reviewer's word: to the customer when sent back, to the record when accepted.
    sentence = models.TextField(blank=True)
    decided_by = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+")
    # The row is the queue: read when due, by whoever holds the lease.
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    pages_read = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Return]] = Returns.as_manager()

    class Meta:
        """Newest first; one draft a party, on all its devices."""

        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party"], condition=Q(state="draft"), name="return_one_draft"),
            models.UniqueConstraint(
                fields=["party"], condition=Q(state__in=["sent", "review"]), name="return_one_awaited"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="sent"), name="return_to_read"),
            # Not partial: SQLite cannot tell from a parameter that a condition holds.
            models.Index(fields=["state", "sent_at"], name="return_by_state"),
        ]

    def __str__(self) -> str:
        return f"return of {self.party}"

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed by the customer."""
        return self.state == ReturnState.DRAFT

    @property
    def is_awaited(self) -> bool:
        """Whether it was sent and nobody has said yet what it is."""
        return self.state in AWAITED

    @property
    def by_machine(self) -> bool:
        """Whether it was filed without anybody looking at it."""
        return self.state == ReturnState.FILED and self.decided_by_id is None

    def read(self) -> bytes:
        """The scan as filed, a PDF; raises `lib.blobs.BlobMissing` when it is gone or was never made."""
        return home.blobs().get(self.blob)


class ReturnFile(models.Model):
    """One file as it came: its bytes are kept for good as evidence, and never shown (security.md, "Foreign files")."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    returned = models.ForeignKey(Return, models.CASCADE, related_name="files")
    blob = models.CharField(max_length=64)
    name = models.CharField(max_length=NAME_CHARS)  # for people; no path is ever made of it (line 27)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    # The clean PDF made of it: all that is ever shown, read or filed (`intake.Taken`).
    clean_blob = models.CharField(max_length=64)
    # What taking it in found and dropped.
    told = models.JSONField(default=dict, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order they came; the same bytes once."""

        ordering: ClassVar = ["added_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["returned", "blob"], name="return_file_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def digest(self) -> str:
        """The digest of its bytes as the ledger writes it."""
        return f"sha256:{self.blob}"

    def read(self) -> bytes:
        """The bytes as they came, to be handed out as an attachment only."""
        return home.blobs().get(self.blob)

    def safe(self) -> bytes:
        """The clean PDF made of it; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.clean_blob)


class ReturnPage(models.Model):
    """One page of a file, as the customer looks at it and puts it in its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    returned = models.ForeignKey(Return, models.CASCADE, related_name="pages")
    file = models.ForeignKey(ReturnFile, models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()  # within its file, from 1
    position = models.PositiveSmallIntegerField()  # within the return, as the customer put it
    rotation = models.PositiveSmallIntegerField(default=0)  # clockwise: 0, 90, 180, 270
    removed = models.BooleanField(default=False)
    # A small JPEG of it, not turned yet, and its pixels.
    blob = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """As the customer put them."""

        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="return_page_once"),
            models.CheckConstraint(
                condition=Q(rotation__in=[0, 90, 180, 270]), name="return_page_turned_right"
            ),
        ]

    def __str__(self) -> str:
        return f"page {self.number} of {self.file}"

    def read(self) -> bytes:
        """The JPEG; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.blob)


class ScanPage(models.Model):
    """One page of the scan as it is filed: the picture that stands behind the signature block of the sealed copy."""

    returned = models.ForeignKey(Return, models.CASCADE, related_name="scan")
    number = models.PositiveSmallIntegerField()  # from 1
    blob = models.CharField(max_length=64)  # a JPEG
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        """In order."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["returned", "number"], name="scan_page_once")
        ]

    def __str__(self) -> str:
        return f"page {self.number} of the scan of {self.returned}"

    def read(self) -> bytes:
        """The JPEG; raises `lib.blobs.BlobMissing`."""
        return home.blobs().get(self.blob)


class ComparedPage(models.Model):
    """A returned page laid on the printed one: what was written in the block, and what elsewhere (`intake.judging`)."""

    returned = models.ForeignKey(Return, models.CASCADE, related_name="compared")
    number = models.PositiveSmallIntegerField()  # of the printed page, from 1
    in_block = models.BooleanField()
    block_ink_mm2 = models.FloatField()
    # Marks outside the block: [{"x", "y", "width", "height", "ink_mm2"}] in points from the top left corner.
    elsewhere = models.JSONField(default=list, blank=True)
    confidence = models.FloatField()
    # Three JPEGs of one size: as printed, as returned and straightened, and the difference of the two.
    printed_blob = models.CharField(max_length=64)
    returned_blob = models.CharField(max_length=64)
    difference_blob = models.CharField(max_length=64)

    class Meta:
        """In the order of the paper."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["returned", "number"], name="compared_page_once")
        ]

    def __str__(self) -> str:
        return f"page {self.number} of {self.returned}, compared"

    @property
    def is_altered(self) -> bool:
        """Whether something was written outside the block."""
        return bool(self.elsewhere)
