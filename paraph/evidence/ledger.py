"""How history is made unchangeable: the only writer of the ledger.

One append, inside the caller's transaction: lock the log's row, give the entry the next index and a time that
never runs backwards, write the leaf verbatim, its personal values encrypted beside it, the subtree hashes it
completes, and the log's new right edge. A checkpoint signs that edge; a proof leads from one leaf to one
checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, QuerySet, UUIDField

from paraph.evidence import epochs, keys, tree, triggers
from paraph.evidence.checkpoint import Proof, Signer, TreeHead
from paraph.evidence.facts import Fact
from paraph.evidence.models import SALT_BYTES, Checkpoint, Entry, Log, Node, Personal, not_before, purpose
from paraph.evidence.tree import Frontier, NotProven
from paraph.evidence.verify import LEAF_VERSION, personal_digest
from paraph.lib import canonical, clock, home
from paraph.lib.actor import SYSTEM, Actor
from paraph.lib.keyfile import KeyFileMissing

# evidence.md, "The ledger" 3: a new checkpoint at most once a second, unless an act needs its receipt now.
CHECKPOINT_EVERY = timedelta(seconds=1)

NAME = UUIDField()
HEAD = "SELECT name, origin, size, frontier, last_at FROM evidence_log WHERE name = %s"
WRITE = (
    'INSERT INTO evidence_entry (log_id, "index", leaf, leaf_hash, kind, audience, topic, at, cause_id)'
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
)
HIDE = "INSERT INTO evidence_personal (entry_id, sealed) VALUES (%s, %s)"
KEEP = "INSERT INTO evidence_node (log_id, level, position, hash) VALUES (%s, %s, %s, %s)"
REBEGIN = "UPDATE evidence_log SET origin = %s, frontier = %s WHERE name = %s"
ADVANCE = "UPDATE evidence_log SET size = %s, frontier = %s, last_at = %s WHERE name = %s"

# SHA-256 of a checkpoint note -> RFC 3161 time-stamp token, DER. Comes from outside: sealing is not known
# here.
Stamper = Callable[[bytes], bytes]


class LedgerMisused(RuntimeError):
    """A caller broke a verb's contract: no transaction, or a cause of another log. A mistake of ours."""


class LogMissing(LookupError):
    """Nothing was ever appended to this log."""


def append(fact: Fact, *, log: str | UUID, topic: str, by: Actor, cause: Entry | None = None) -> Entry:
    """Record one fact as the next entry of a log and return the entry.

    Call it last in the verb, inside `transaction.atomic()`: the lock on the log is held until the commit.
    Costs one locked read, two inserts and one update. Raises `LedgerMisused`, and `BadFact` for values JSON
    cannot hold.
    """
    if not connection.in_atomic_block:
        raise LedgerMisused("append outside a transaction")
    head = _locked(_uuid(log), create=True)
    if cause is not None and cause.log_id != head.name:
        raise LedgerMisused("the cause is in another log")
    entry = Entry(
        log_id=head.name, index=head.size, kind=fact.kind, audience=fact.audience.value, topic=topic
    )
    entry.at = not_before(clock.now(), head.last_at)
    entry.cause = cause
    salted = _personal(fact, by)
    entry.leaf = _leaf(head.origin, entry, fact, by, salted)
    entry.leaf_hash = tree.leaf_hash(entry.leaf)
    sealed = home.vault().seal(b"".join(salted), purpose=purpose(entry)) if salted else None
    _write(head, entry, sealed)
    return entry


def since(log: str | UUID, index: int) -> QuerySet[Entry]:
    """Entries from this index on, in order: a reader keeps the next index as its cursor."""
    return Entry.objects.filter(log=_uuid(log), index__gte=index).order_by("index")


def find(origin: str, index: int) -> Entry | None:
    """The entry at this place, as a receipt names it; None when there is none, or no longer (`epochs`)."""
    name = epochs.family(origin).rpartition("/")[2]
    try:
        found = Entry.objects.filter(log=UUID(name), index=epochs.start(origin) + index).first()
    except ValueError:
        return None
    return found if found and found.content["log"] == origin else None


def checkpoint(log: str | UUID, *, force: bool = False) -> Checkpoint:
    """Sign the log's present root and return the checkpoint; the newest one if nothing was appended since.

    Without `force` a checkpoint younger than a second is returned even if it does not cover the last entries.
    Inside a caller's transaction, hand it out only after the commit. Raises `LogMissing`, and
    `KeyFileMissing` when the log key has disappeared.
    """
    # An error here (the key is gone) must not spoil the caller's transaction: the signature is kept all the same.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        head = _locked(_uuid(log), create=False)
        now = clock.now()
        newest = Checkpoint.objects.filter(log=head).order_by("-size").first()
        if newest is not None:
            if newest.size > head.size:
                raise NotProven(f"{head.origin} was {newest.size} entries long and is now {head.size}")
            if newest.size == head.size or (not force and timedelta() <= now - newest.at < CHECKPOINT_EVERY):
                return newest
        present = tree_head(head)
        note = present.sign(signer(head.origin))
        return Checkpoint.objects.create(
            log=head,
            size=head.size,
            root=present.root,
            note=note,
            at=not_before(now, newest.at if newest else None),
        )


def tree_head(head: Log) -> TreeHead:
    """What a checkpoint of this log would say now: origin, size and root of the tree that grows."""
    grown = head.size - epochs.start(head.origin)
    return TreeHead(head.origin, grown, Frontier.parse(grown, bytes(head.frontier)).root())


def prove(entry: Entry, checkpoint: Checkpoint) -> str:
    """The tlog-proof of one entry under one checkpoint, as text.

    Raises ValueError when the checkpoint is older than the entry or of another log, and `NotProven` when the
    stored hashes no longer lead to the signed root: then something was changed, and no receipt may be given.
    """
    origin = _origin(checkpoint)
    if (entry.log_id, entry.content["log"]) != (checkpoint.log_id, origin) or entry.index >= checkpoint.size:
        raise ValueError("the checkpoint does not cover the entry")
    begin = epochs.start(origin)
    place, size = entry.index - begin, checkpoint.size - begin
    hashes = tree.inclusion_proof(place, size, _hashes(entry.log_id, begin))
    tree.verify_inclusion(place, size, tree.leaf_hash(bytes(entry.leaf)), hashes, bytes(checkpoint.root))
    return Proof(place, tuple(hashes), checkpoint.note).text()


def consistency(old: Checkpoint, new: Checkpoint) -> list[bytes]:
    """The hashes that show that the newer checkpoint's tree begins with the older one's.

    Raises ValueError for checkpoints of different logs or in the wrong order, `NotProven` when history was
    changed.
    """
    origin = _origin(new)
    if (old.log_id, _origin(old)) != (new.log_id, origin):
        raise ValueError("the checkpoints are of different logs")
    begin = epochs.start(origin)
    sizes = old.size - begin, new.size - begin
    hashes = tree.consistency_proof(*sizes, _hashes(old.log_id, begin))
    tree.verify_consistency(sizes[0], bytes(old.root), sizes[1], bytes(new.root), hashes)
    return hashes


@transaction.atomic
def go_on(log: str | UUID, *, taken_at: datetime, known_until: int | None = None) -> Entry:
    """Close the tree of a log that was just restored, and begin another one with `log.restored` (faults.md I12).

    `taken_at` is when the backup was taken; `known_until` the highest index beyond it that anything brought along
    shows. Only a restore may call this: it needs the right to take the log's own guard away for a moment. Raises
    `LogMissing`, `KeyFileMissing`.
    """
    head = _locked(_uuid(log), create=False)
    last = checkpoint(head.name, force=True)
    origin = epochs.following(head.origin, head.size)
    with triggers.suspended(connection, "evidence_log"), connection.cursor() as cursor:
        cursor.execute(REBEGIN, [origin, b"", NAME.get_db_prep_value(head.name, connection)])
    keys.publish(home.keys(), signer(origin).verifier.vkey())
    told = epochs.LogRestored(
        before=head.origin,
        size=head.size - epochs.start(head.origin),
        root=base64.b64encode(bytes(last.root)).decode(),
        checkpoint=last.note,
        taken_at=clock.iso(taken_at),
        known_until=known_until,
    )
    entry = append(told, log=head.name, topic=epochs.TOPIC, by=SYSTEM)
    checkpoint(head.name, force=True)
    return entry


def stamp_pending(stamper: Stamper) -> list[Checkpoint]:
    """Time-stamp the newest checkpoint of every log, where it has none yet. Returns those that were stamped.

    Older checkpoints need no stamp of their own: the newest one's tree contains theirs. The stamper is asked
    outside any transaction; what it raises comes through, and the checkpoint stays pending.
    """
    newest = Checkpoint.objects.values("log").annotate(size=Max("size")).values_list("log", "size")
    stamped = []
    for log, size in newest:
        pending = Checkpoint.objects.filter(log=log, size=size, token=None).first()
        if pending is None:
            continue
        token = stamper(hashlib.sha256(pending.note.encode()).digest())
        # Another worker may have been faster; the first stamp stays.
        if Checkpoint.objects.filter(pk=pending.pk, token=None).update(token=token):
            pending.token = token
            stamped.append(pending)
    return stamped


def erase(entry: Entry) -> None:
    """Forget the personal values of one entry for good, with their salt. Every proof stays valid."""
    Personal.objects.filter(entry=entry).update(sealed=b"")
    # What was read before must not linger in this object.
    entry.__dict__.pop("secrets", None)
    entry.refresh_from_db()


def signer(origin: str) -> Signer:
    """The signer of one log. Makes the installation's log key if this log never signed anything before."""
    folder = home.keys()
    try:
        return keys.load(folder).signer(origin)
    except KeyFileMissing:
        # A new key for logs that already have checkpoints would look like an attack, and it might be one.
        if Checkpoint.objects.exists():
            raise
    try:
        return keys.create(folder).signer(origin)
    except FileExistsError:
        return keys.load(folder).signer(origin)


def vkey(log: str | UUID) -> str:
    """The verifier key of one log, one line, to publish. Raises `LogMissing`."""
    return signer(_locked(_uuid(log), create=False, lock=False).origin).verifier.vkey()


def _locked(name: UUID, *, create: bool, lock: bool = True) -> Log:
    # SQLite ignores the lock: its transactions are IMMEDIATE, so nobody else writes meanwhile.
    found = _head(name, lock=lock)
    if found is None and create:
        host = urlsplit(settings.PARAPH_ORIGIN).netloc
        made, new = Log.objects.get_or_create(name=name, defaults={"origin": f"{host}/log/{name}"})
        if new:
            keys.publish(home.keys(), signer(made.origin).verifier.vkey())
        found = _head(name, lock=lock)
    if found is None:
        raise LogMissing(str(name))
    return found


def _head(name: UUID, *, lock: bool) -> Log | None:
    statement = f"{HEAD} FOR NO KEY UPDATE" if lock and connection.features.has_select_for_update else HEAD
    return next(iter(Log.objects.raw(statement, [NAME.get_db_prep_value(name, connection)])), None)


def _personal(fact: Fact, by: Actor) -> tuple[bytes, bytes] | None:
    """(salt, canonical JSON) of what must stay erasable; None when there is nothing personal."""
    actor: dict[str, str] = {}
    if by.kind != SYSTEM.kind:
        actor = {
            "name": by.name,
            "address": by.address,
            "address_source": by.address_source,
            "agent": by.agent,
        }
        actor = {name: value for name, value in actor.items() if value}
    values: dict[str, Any] = {name: part for name, part in (("by", actor), ("fact", fact.personal())) if part}
    return (os.urandom(SALT_BYTES), canonical.dumps(values)) if values else None


def _leaf(origin: str, entry: Entry, fact: Fact, by: Actor, salted: tuple[bytes, bytes] | None) -> bytes:
    """docs/evidence-format.md, "Leaf"."""
    begin = epochs.start(origin)
    return canonical.dumps(
        {
            "v": LEAF_VERSION,
            "log": origin,
            "index": entry.index - begin,
            "at": clock.iso(entry.at),
            "kind": entry.kind,
            "audience": entry.audience,
            "topic": entry.topic,
            "by": {"kind": by.kind, "ref": by.ref},
            "fact": fact.public(),
            "personal": personal_digest(*salted) if salted else None,
            # Below 0 in a tree that began after a restore: -1 is the last entry of the tree before.
            "cause": entry.cause.index - begin if entry.cause else None,
        }
    )


def _write(head: Log, entry: Entry, sealed: bytes | None) -> None:
    """Every fact passes here, several in each act: a plain statement takes a fifth of what building one does."""
    log = NAME.get_db_prep_value(head.name, connection)
    at = connection.ops.adapt_datetimefield_value(entry.at)
    told: tuple[Any, ...] = (
        entry.index,
        entry.leaf,
        entry.leaf_hash,
        entry.kind,
        entry.audience,
        entry.topic,
        at,
    )
    begin = epochs.start(head.origin)
    frontier = Frontier.parse(head.size - begin, bytes(head.frontier))
    completed = frontier.append(bytes(entry.leaf_hash))
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [log, *told, entry.cause_id])
        entry.pk = cursor.fetchone()[0]
        if sealed is not None:
            cursor.execute(HIDE, [entry.pk, sealed])
        for level, position, digest in completed:
            cursor.execute(KEEP, [log, level, (begin >> level) + position, digest])
        cursor.execute(ADVANCE, [head.size + 1, frontier.pack(), at, log])
    entry._state.adding, entry._state.db = False, connection.alias  # as saving it leaves it
    if sealed is not None:
        entry.personal = Personal(entry=entry, sealed=sealed)


def _origin(checkpoint: Checkpoint) -> str:
    return checkpoint.note.partition("\n")[0]


def _hashes(log: UUID, begin: int) -> tree.ReadHashes:
    """Reads the tree whose leaf 0 is the log's entry `begin`; its nodes stand behind those of the trees before it."""

    def read(level: int, start: int, count: int) -> list[bytes]:
        start += begin >> level
        end = start + count
        if level == 0:
            leaves = Entry.objects.filter(log=log, index__gte=start, index__lt=end).order_by("index")
            return [bytes(digest) for digest in leaves.values_list("leaf_hash", flat=True)]
        nodes = Node.objects.filter(log=log, level=level, position__gte=start, position__lt=end)
        return [bytes(digest) for digest in nodes.order_by("position").values_list("hash", flat=True)]

    return read


def _uuid(log: str | UUID) -> UUID:
    return log if isinstance(log, UUID) else UUID(log)
