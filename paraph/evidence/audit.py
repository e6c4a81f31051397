"""Recompute a whole log and name every change (evidence.md, attacks A1 to A11; faults.md I5, I11 and I12)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from paraph.evidence import ledger, tree, triggers
from paraph.evidence.checkpoint import Proof, TreeHead, Verifier, open_checkpoint
from paraph.evidence.models import Checkpoint, Entry, Log, Node
from paraph.evidence.tree import Frontier, NotProven
from paraph.evidence.verify import personal_digest, verify_receipt
from paraph.lib import canonical, clock
from paraph.lib.vault import VaultClosed

# Rows in memory at a time.
CHUNK = 2000
UNKNOWN = bytes(tree.HASH_BYTES)

# A checkpoint with its token -> a complaint, or None when the time stamp holds. Comes from outside, as
# sealing does.
CheckStamp = Callable[[Checkpoint], str | None]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `first` and `last` are the entries concerned, None where none is."""

    text: str
    first: int | None = None
    last: int | None = None


@dataclass
class _Walk:
    """What one pass over the entries leaves: roots at the sizes asked for, and the nodes to compare.

    Two trees are computed, over the leaves as they are and over their stored hashes: where only the second one leads
    to what was signed, the entries whose hashes differ are exactly those that were changed.
    """

    sizes: set[int]
    actual: Frontier = field(default_factory=Frontier)
    claimed: Frontier = field(default_factory=Frontier)
    roots: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    nodes: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    last_at: Any = None
    gap: bool = False

    def append(self, actual: bytes, claimed: bytes) -> None:
        for frontier, digest in ((self.actual, actual), (self.claimed, claimed)):
            for level, position, node in frontier.append(digest):
                self.nodes.setdefault((level, position), []).append(node)
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
       entries.
    4. Each stored node, and the log's own right edge, equal to the recomputed one.
    5. Each receipt brought along: verifies, and its leaf is the stored one.
    6. Each time stamp, when `check_stamp` is given.
    """
    head = Log.objects.filter(name=log).first()
    if head is None:
        return [Finding("the log is gone")]
    verifier = ledger.signer(head.origin).verifier
    found = [Finding(f"the trigger {name} is missing") for name in triggers.missing(connection)]
    receipts = list(receipts)
    kept, forged = _kept(head, verifier)
    brought, foreign = _brought(verifier, [*checkpoints, *_notes(receipts)])
    walk = _Walk({one.size for one in [*kept, *brought]})
    walk.note()
    found += [*forged, *foreign, *_entries(head, walk), *_roots(kept, walk)]
    # On their own: after a rewrite with a stolen key, only these are sound.
    found += [one for one in _roots(brought, walk) if one not in found]
    found += _edge(head, walk)
    found += _receipts(head, verifier, receipts)
    if check_stamp is not None:
        stamped = Checkpoint.objects.filter(log=head, token__isnull=False).order_by("size")
        complaints = ((one.size, check_stamp(one)) for one in stamped)
        found += [Finding(f"the time stamp at size {size}: {text}") for size, text in complaints if text]
    return found


def _kept(head: Log, verifier: Verifier) -> tuple[list[TreeHead], list[Finding]]:
    """The tree heads this installation signed, as far as their notes still say what the rows say."""
    heads, found = [], []
    for row in Checkpoint.objects.filter(log=head).order_by("size").iterator(CHUNK):
        try:
            opened = open_checkpoint(row.note, verifier)
        except NotProven as problem:
            found.append(Finding(f"the checkpoint at size {row.size} is forged: {problem}"))
            continue
        if (opened.size, opened.root) != (row.size, bytes(row.root)):
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
    return sorted(heads, key=lambda one: one.size), found


def _entries(head: Log, walk: _Walk) -> Iterator[Finding]:
    rows = Entry.objects.filter(log=head).select_related("personal", "cause").order_by("index")
    for entry in rows.iterator(CHUNK):
        if entry.index > walk.actual.size:
            walk.gap = True
            yield Finding("entries are missing", walk.actual.size, entry.index - 1)
        while walk.actual.size < entry.index:
            walk.append(UNKNOWN, UNKNOWN)
        hashed = tree.leaf_hash(bytes(entry.leaf))
        walk.append(hashed, bytes(entry.leaf_hash))
        if hashed != bytes(entry.leaf_hash):
            yield Finding("the leaf or its stored hash was changed", entry.index, entry.index)
        for text in _complaints(head, entry, walk):
            yield Finding(text, entry.index, entry.index)
        walk.last_at = entry.at


def _complaints(head: Log, entry: Entry, walk: _Walk) -> Iterator[str]:
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
    cause = entry.cause.index if entry.cause else None
    if columns != (head.origin, entry.index, clock.iso(entry.at), entry.kind, entry.audience) or rest[:2] != (
        entry.topic,
        cause,
    ):
        yield "the columns differ from the leaf"
    if walk.last_at is not None and entry.at < walk.last_at:
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
    sound = 0
    for one in heads:
        if one.size > walk.actual.size:
            yield Finding(
                "entries a checkpoint covers are missing at the end", walk.actual.size, one.size - 1
            )
            return
        actual, claimed = walk.roots[one.size]
        if actual == one.root:
            sound = one.size
            continue
        # With the stored hashes intact, or with a gap, the entries concerned have been named already.
        if claimed != one.root and not walk.gap:
            yield Finding(f"the root at size {one.size} is not the one that was signed", sound, one.size - 1)
            return


def _edge(head: Log, walk: _Walk) -> Iterator[Finding]:
    edges = (walk.actual.pack(), walk.claimed.pack())
    if head.size != walk.actual.size or bytes(head.frontier) not in edges:
        yield Finding("the log's right edge does not fit its entries")
    elif head.last_at != walk.last_at:
        yield Finding("the log's last time is not that of its last entry")
    stored = Node.objects.filter(log=head).order_by("level", "position")
    seen = {(node.level, node.position): bytes(node.hash) for node in stored.iterator(CHUNK)}
    for level, position in sorted(walk.nodes.keys() | seen.keys()):
        if seen.get((level, position)) not in walk.nodes.get((level, position), []):
            yield Finding("a stored node was changed", position << level, ((position + 1) << level) - 1)


def _notes(receipts: list[bytes]) -> Iterator[str]:
    for receipt in receipts:
        try:
            yield Proof.parse(json.loads(receipt)["proof"]).note
        except (ValueError, KeyError, TypeError, AttributeError, NotProven):
            continue


def _receipts(head: Log, verifier: Verifier, receipts: list[bytes]) -> Iterator[Finding]:
    for receipt in receipts:
        try:
            shown = verify_receipt(receipt, verifier.vkey())
        except NotProven as problem:
            yield Finding(f"a receipt brought along does not verify: {problem}")
            continue
        stored = Entry.objects.filter(log=head, index=shown.index).values_list("leaf", flat=True).first()
        if stored is None or bytes(stored) != json.loads(receipt)["leaf"].encode():
            yield Finding("a receipt shows another leaf", shown.index, shown.index)
