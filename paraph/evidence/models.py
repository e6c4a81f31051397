"""The rows of the ledger. Only `ledger.py` writes them; `triggers.py` refuses every other change."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from paraph.evidence.facts import FACTS, MAX_KIND_CHARS, Fact
from paraph.lib import home
from paraph.lib.actor import SYSTEM, Actor

# Enough to make guessing a name or an address from its digest hopeless after erasure.
SALT_BYTES = 32


class Log(models.Model):
    """One log per organisation, and its right edge: what the next entry is hashed onto."""

    name = models.UUIDField(primary_key=True)
    origin = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    last_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Log]] = models.Manager()

    def __str__(self) -> str:
        return self.origin


class Entry(models.Model):
    """One fact as recorded: the leaf verbatim, and columns repeated from it to search by."""

    log = models.ForeignKey(Log, models.PROTECT, db_index=False)
    index = models.PositiveBigIntegerField()
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField()
    kind = models.CharField(max_length=MAX_KIND_CHARS)
    audience = models.CharField(max_length=8)
    topic = models.CharField(max_length=100)
    at = models.DateTimeField()
    cause = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="+")

    objects: ClassVar[models.Manager[Entry]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="entry_index_once")]
        indexes = [
            models.Index(fields=["log", "topic", "index"], name="entry_by_topic"),
            models.Index(fields=["log", "kind", "index"], name="entry_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The leaf as JSON; docs/evidence-format.md lists its members."""
        leaf: dict[str, Any] = json.loads(bytes(self.leaf))
        return leaf

    @cached_property
    def secrets(self) -> dict[str, Any] | None:
        """The personal values ``{"by": …, "fact": …}``, empty when there never were any, None when erased."""
        if self.content["personal"] is None:
            return {}
        try:
            opened = self.personal.opened(self)
        except ObjectDoesNotExist:
            return None
        return json.loads(opened[1]) if opened else None

    @property
    def fact(self) -> Fact:
        """The typed fact; raises KeyError for a kind that no installed package knows."""
        secrets = self.secrets
        return FACTS[self.kind].from_parts(
            self.content["fact"], None if secrets is None else secrets.get("fact", {})
        )

    @property
    def actor(self) -> Actor:
        """Who acted; the personal part is empty when it was erased."""
        by = self.content["by"]
        if by["kind"] == SYSTEM.kind:
            return SYSTEM
        return Actor(by["kind"], by["ref"], **(self.secrets or {}).get("by", {}))


class Node(models.Model):
    """Hash of a complete subtree at a level above 0 that proofs read (8, 16, 24 …)."""

    log = models.ForeignKey(Log, models.PROTECT, db_index=False)
    level = models.PositiveSmallIntegerField()
    position = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    objects: ClassVar[models.Manager[Node]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "level", "position"], name="node_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class Personal(models.Model):
    """Personal values of one entry, encrypted: salt || canonical JSON. Empty bytes mean erased."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True)
    sealed = models.BinaryField()

    objects: ClassVar[models.Manager[Personal]] = models.Manager()

    def __str__(self) -> str:
        return f"personal values of entry {self.entry_id}"

    def opened(self, entry: Entry) -> tuple[bytes, bytes] | None:
        """(salt, canonical JSON), or None when erased. Raises `VaultClosed` when changed."""
        if not self.sealed:
            return None
        clear = home.vault().open(bytes(self.sealed), purpose=purpose(entry))
        return clear[:SALT_BYTES], clear[SALT_BYTES:]


class Checkpoint(models.Model):
    """A signed statement of the log's root at a size. `token` is the RFC 3161 time stamp over the note."""

    log = models.ForeignKey(Log, models.PROTECT, db_index=False)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()
    token = models.BinaryField(null=True)

    objects: ClassVar[models.Manager[Checkpoint]] = models.Manager()

    class Meta:
        # A log that signs two roots for one size convicts itself.
        constraints = [models.UniqueConstraint(fields=["log", "size"], name="checkpoint_size_once")]

    def __str__(self) -> str:
        return f"{self.log_id} at {self.size}"

    @property
    def pending(self) -> bool:
        """True while no time stamp covers this checkpoint itself."""
        return self.token is None


def purpose(entry: Entry) -> str:
    """What the vault binds personal values to, so that they open only beside their own leaf."""
    return f"evidence:{entry.log_id}:{entry.index}"


def not_before(moment: datetime, last: datetime | None) -> datetime:
    """A log's time never runs backwards, whatever the clock does (faults.md I11)."""
    return moment if last is None or moment > last else last
