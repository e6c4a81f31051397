"""Recompute a whole log and name every change (evidence.md, attacks A1 to A11; faults.md I5, I11 and I12)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from paraph.evidence import epochs, ledger, tree, triggers
from paraph.evidence.checkpoint import Proof, TreeHead, Verifier, open_checkpoint
from paraph.evidence.epochs import Epoch
from paraph.evidence.models import Checkpoint, Entry, Log, Node
from paraph.evidence.tree import Frontier, NotProven
from paraph.evidence.verify import personal_digest, verify_receipt
from paraph.lib import canonical, clock
from paraph.lib.vault import VaultClosed

# Rows in memory at a time.
CHUNK = 2000
UNKNOWN = bytes(tree.HASH_BYTES)
NOT_IN_BACKUP = "recorded after the backup that was restored, and not here"

# A checkpoint with its token -> a complaint, or None when the time stamp holds. Comes from outside, as
# sealing does.
CheckStamp = Callable[[Checkpoint], str | None]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `first` and `last` are the entries concerned, None where none is.

    `lost`: nobody changed anything; the record was restored from a backup that did not have these entries (I12).
    """

    text: str
    first: int | None = None
    last: int | None = None
    lost: bool = False


@dataclass
class _Walk:
    """What one pass over the entries of a tree leaves: roots at the sizes asked for, and the nodes to compare.

    Two trees are computed, over the leaves as they are and over their stored hashes: where only the second one leads
    to what was signed, the entries whose hashes differ are exactly those that were changed.
    """

    epoch: Epoch
    sizes: set[int]
    actual: Frontier = field(default_factory=Frontier)
    claimed: Frontier = field(default_factory=Frontier)
    roots: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    # (level, position in the table) -> the hashes that may stand there.
    nodes: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    last_at: datetime | None = None
    gap: bool = False

    @property
    def next(self) -> int:
        """The index, in the log, of the entry that comes next."""
        return self.epoch.start + self.actual.size

    def append(self, actual: bytes, claimed: bytes) -> None:
        for frontier, digest in ((self.actual, actual), (self.claimed, claimed)):
            for level, position, node in frontier.append(digest):
                self.nodes.setdefault((level, (self.epoch.start >> level) + position), []).append(node)
        self.note()

    def note(self) -> None:
        if self.actual.size in self.sizes:
            self.roots[self.actual.size] = self.actual.root(), self.claimed.root()


def verify_log(
    log: str | UUID,
    *,
    checkpoints: Iterable[str] = (),
    receipts: Iterable[bytes] = (),
    check_stamp: CheckStamp | None = None,
) -> list[Finding]:
    """Check everything this log ever said. An empty list means: nothing was changed, as far as can be shown.

    `checkpoints` (signed notes) and `receipts` are what others kept; without them a rewrite by somebody who
    also has the log key cannot be seen here. Raises `KeyFileMissing` without the log key: a check that could
    not run has not passed.

    1. The triggers are in place.
    2. Each entry: next index, hash of its bytes, columns equal to the leaf, time not backwards, personal
       values fit.
    3. Each checkpoint ever issued, and each brought along: signed by the log, its root the root of the
       entries. Where a restore began another tree, its first leaf names the head of the one before.
    4. Each stored node, and the log's own right edge, equal to the recomputed one.
    5. Each receipt brought along: verifies, and its leaf is the stored one. What a restored backup did not have is
       told as `lost`.
    6. Each time stamp, when `check_stamp` is given.
    """
    head = Log.objects.filter(name=log).first()
    if head is None:
        return [Finding("the log is gone")]
    found = [Finding(f"the trigger {name} is missing") for name in triggers.missing(connection)]
    trees, receipts = epochs.of(head), list(receipts)
    if trees[0].start:
        found.append(Finding("what came before the restore is not named", 0, trees[0].start - 1))
    brought = _sorted_by_origin(trees, [*checkpoints, *_notes(receipts)])
    nodes: dict[tuple[int, int], list[bytes]] = {}
    walk: _Walk | None = None
    for one in trees:
        walk = _tree(head, one, brought[one.origin], walk.last_at if walk else None, found)
        for place, hashes in walk.nodes.items():
            nodes.setdefault(place, []).extend(hashes)
    if walk is not None:
        found += _edge(head, walk)
    found += _nodes(head, trees, nodes)
    found += _receipts(head, trees, receipts)
    if check_stamp is not None:
        stamped = Checkpoint.objects.filter(log=head, token__isnull=False).order_by("size")
        complaints = ((one.size, check_stamp(one)) for one in stamped)
        found += [Finding(f"the time stamp at size {size}: {text}") for size, text in complaints if text]
    return found


def _tree(head: Log, epoch: Epoch, notes: list[str], last_at: datetime | None, found: list[Finding]) -> _Walk:
    """Go through one tree of the log, and add to `found` what is wrong with it."""
    verifier = ledger.signer(epoch.origin).verifier
    kept, forged = _kept(head, epoch, verifier)
    brought, foreign = _brought(verifier, notes)
    walk = _Walk(epoch, {one.size for one in [*kept, *brought]}, last_at=last_at)
    walk.note()
    found += [*forged, *foreign, *_entries(head, walk), *_roots(kept, walk)]
    # On their own: after a rewrite with a stolen key, only these are sound.
    found += [one for one in _roots(brought, walk) if one not in found]
    found += _closing(walk)
    return walk


def _closing(walk: _Walk) -> Iterator[Finding]:
    """A tree that a restore closed must have been as the next one says."""
    fact = walk.epoch.closed_by
    if fact is None:
        return
    if walk.next != walk.epoch.end:
        yield Finding("entries are missing", walk.next, (walk.epoch.end or 0) - 1)
    elif base64.b64encode(walk.actual.root()).decode() != fact.root or walk.actual.size != fact.size:
        yield Finding("the record does not go on from the head it had", walk.epoch.start, walk.next - 1)


def _sorted_by_origin(trees: list[Epoch], notes: list[str]) -> dict[str, list[str]]:
    """The notes brought along, by the tree they are of; what is of none is left to the present one to refuse."""
    found: dict[str, list[str]] = {one.origin: [] for one in trees}
    for note in notes:
        found.get(note.partition("\n")[0], found[trees[-1].origin]).append(note)
    return found


def _kept(head: Log, epoch: Epoch, verifier: Verifier) -> tuple[list[TreeHead], list[Finding]]:
    """The tree heads this installation signed, as far as their notes still say what the rows say."""
    heads, found = [], []
    rows = Checkpoint.objects.filter(log=head, size__gte=epoch.start + bool(epoch.start))
    if epoch.end is not None:
        rows = rows.filter(size__lte=epoch.end)
    for row in rows.order_by("size").iterator(CHUNK):
        try:
            opened = open_checkpoint(row.note, verifier)
        except NotProven as problem:
            found.append(Finding(f"the checkpoint at size {row.size} is forged: {problem}"))
            continue
        if (epoch.start + opened.size, opened.root) != (row.size, bytes(row.root)):
            found.append(Finding(f"the checkpoint at size {row.size} was changed"))
        heads.append(opened)
    return heads, found


def _brought(verifier: Verifier, notes: list[str]) -> tuple[list[TreeHead], list[Finding]]:
    """The tree heads that others kept."""
    heads, found = set(), []
    for note in notes:
        try:
            heads.add(open_checkpoint(note, verifier))
        except NotProven as problem:
            found.append(Finding(f"a checkpoint brought along is not of this log: {problem}"))
    return sorted(heads, key=lambda one: (one.size, one.root)), found


def _entries(head: Log, walk: _Walk) -> Iterator[Finding]:
    rows = Entry.objects.filter(log=head, index__gte=walk.epoch.start)
    if walk.epoch.end is not None:
        rows = rows.filter(index__lt=walk.epoch.end)
    for entry in rows.select_related("personal", "cause").order_by("index").iterator(CHUNK):
        if entry.index > walk.next:
            walk.gap = True
            yield Finding("entries are missing", walk.next, entry.index - 1)
        while walk.next < entry.index:
            walk.append(UNKNOWN, UNKNOWN)
        hashed = tree.leaf_hash(bytes(entry.leaf))
        walk.append(hashed, bytes(entry.leaf_hash))
        if hashed != bytes(entry.leaf_hash):
            yield Finding("the leaf or its stored hash was changed", entry.index, entry.index)
        for text in complaints(walk.epoch.origin, entry, walk.last_at):
            yield Finding(text, entry.index, entry.index)
        walk.last_at = entry.at


def complaints(origin: str, entry: Entry, last_at: datetime | None) -> Iterator[str]:
    """What is wrong with one entry of the tree `origin` on its own; `last_at` is the time of the entry before it."""
    try:
        content = entry.content
        written = canonical.dumps(content) == bytes(entry.leaf)
        columns = (content["log"], content["index"], content["at"], content["kind"], content["audience"])
        rest = (content["topic"], content["cause"], content["personal"])
    except (ValueError, KeyError, TypeError):
        yield "the leaf is not readable"
        return
    if not written:
        yield "the leaf is not canonical"
    begin = epochs.start(origin)
    cause = entry.cause.index - begin if entry.cause else None
    try:
        at = clock.iso(entry.at)
    except AttributeError:  # SQLite keeps what is no time, and it reads as None
        yield "the time is not readable"
        return
    row = (origin, entry.index - begin, at, entry.kind, entry.audience)
    if columns != row or rest[:2] != (entry.topic, cause):
        yield "the columns differ from the leaf"
    if last_at is not None and entry.at < last_at:
        yield "the time runs backwards"
    if complaint := _personal_complaint(entry, rest[2]):
        yield complaint


def _personal_complaint(entry: Entry, digest: Any) -> str | None:
    try:
        personal = entry.personal
    except ObjectDoesNotExist:
        return None if digest is None else "the personal values are gone without having been erased"
    if not personal.sealed:
        return None
    try:
        opened = personal.opened(entry)
    except VaultClosed:
        return "the personal values were changed"
    return (
        None if opened and personal_digest(*opened) == digest else "the personal values differ from the leaf"
    )


def _roots(heads: list[TreeHead], walk: _Walk) -> Iterator[Finding]:
    """Where a root does not match, the change lies between the last checkpoint that does and this one."""
    sound, begin = 0, walk.epoch.start
    for one in heads:
        if one.size > walk.actual.size:
            yield _missing(walk, begin + one.size - 1, begin + heads[-1].size - 1)
            return
        actual, claimed = walk.roots[one.size]
        if actual == one.root:
            sound = one.size
            continue
        # With the stored hashes intact, or with a gap, the entries concerned have been named already.
        if claimed != one.root and not walk.gap:
            text = f"the root at size {begin + one.size} is not the one that was signed"
            yield Finding(text, begin + sound, begin + one.size - 1)
            return


def _missing(walk: _Walk, last: int, furthest: int) -> Finding:
    if walk.epoch.end is not None and walk.next == walk.epoch.end:
        return Finding(NOT_IN_BACKUP, walk.next, furthest, lost=True)
    return Finding("entries a checkpoint covers are missing at the end", walk.next, last)


def _edge(head: Log, walk: _Walk) -> Iterator[Finding]:
    edges = (walk.actual.pack(), walk.claimed.pack())
    if head.size != walk.next or bytes(head.frontier) not in edges:
        yield Finding("the log's right edge does not fit its entries")
    elif head.last_at != walk.last_at:
        yield Finding("the log's last time is not that of its last entry")


def _nodes(head: Log, trees: list[Epoch], wanted: dict[tuple[int, int], list[bytes]]) -> Iterator[Finding]:
    stored = Node.objects.filter(log=head).order_by("level", "position")
    seen = {(node.level, node.position): bytes(node.hash) for node in stored.iterator(CHUNK)}
    for level, position in sorted(wanted.keys() | seen.keys()):
        if seen.get((level, position)) not in wanted.get((level, position), []):
            # The last tree whose nodes of this level begin at or before this place.
            begin = max(one.start for one in trees if one.start >> level <= position or not one.start)
            first = begin + ((position - (begin >> level)) << level)
            yield Finding("a stored node was changed", first, first + (1 << level) - 1)


def _notes(receipts: list[bytes]) -> Iterator[str]:
    for receipt in receipts:
        try:
            yield Proof.parse(json.loads(receipt)["proof"]).note
        except (ValueError, KeyError, TypeError, AttributeError, NotProven):
            continue


def _receipts(head: Log, trees: list[Epoch], receipts: list[bytes]) -> Iterator[Finding]:
    for receipt in receipts:
        try:
            one = _tree_of(receipt, trees)
            shown = verify_receipt(receipt, ledger.signer(one.origin).verifier.vkey())
        except NotProven as problem:
            yield Finding(f"a receipt brought along does not verify: {problem}")
            continue
        index = one.start + shown.index
        if one.end is not None and index >= one.end:
            yield Finding(
                f"{NOT_IN_BACKUP}: {shown.leaf['kind']} at {shown.leaf['at']}", index, index, lost=True
            )
            continue
        stored = Entry.objects.filter(log=head, index=index).values_list("leaf", flat=True).first()
        if stored is None or bytes(stored) != json.loads(receipt)["leaf"].encode():
            yield Finding("a receipt shows another leaf", index, index)


def _tree_of(receipt: bytes, trees: list[Epoch]) -> Epoch:
    """The tree a receipt is of; the present one when it is of none, whose key it then does not name."""
    for note in _notes([receipt]):
        for one in trees:
            if note.partition("\n")[0] == one.origin:
                return one
    return trees[-1]
