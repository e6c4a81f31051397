"""What automation remembers: how far it read, what it has done and must do, and what members have to be told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from paraph.automation import words
from paraph.evidence import timeline
from paraph.evidence.models import Entry
from paraph.people.models import Member
from paraph.work.models import WorkOrder

KEY_CHARS = 60
ERROR_CHARS = 300


class Cursor(models.Model):
    """How far the entries of a log were turned into runs: the index of the next one to read."""

    log = models.UUIDField(primary_key=True)
    position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.log}: {self.position}"


class RunState(models.TextChoices):
    """Where a run stands; one that failed and will be tried again is *pending* with an error."""

    PENDING = "pending", _("Waiting")
    DONE = "done", _("Done")
    DEAD = "dead", _("Given up")


class Run(models.Model):
    """One rule for one entry: the row whose uniqueness makes a consequence happen once (faults.md I4)."""

    rule = models.CharField(max_length=KEY_CHARS)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=7, choices=RunState.choices, default=RunState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=ERROR_CHARS, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """A rule once an entry."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "entry"], name="run_once")]
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=Q(state="pending"), name="run_due")]

    def __str__(self) -> str:
        return f"{self.rule} for {self.entry_id}: {self.state}"


class Notice(models.Model):
    """Something a member has to be told, until they have read it. Its words come from the entry it is about."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="notices")
    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="notices")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; a member is told once."""

        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "entry", "kind"], name="notice_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "-created_at"], name="notice_by_member"),
            # Every staff page counts them, among all that were ever read.
            models.Index(fields=["member", "-created_at"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.member_id}"

    @property
    def title(self) -> str:
        """What it is, in the active language: *Ticket signed*."""
        return words.notice(self.kind)

    @property
    def text(self) -> str:
        """What happened, in the active language: the sentence of the timeline."""
        return timeline.line(self.entry).text
