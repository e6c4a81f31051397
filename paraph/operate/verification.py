"""`paraph verify`: every ledger recomputed, every sealed copy compared, and what others kept held against them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from paraph.evidence import audit, epochs
from paraph.evidence.models import Log
from paraph.evidence.tree import NotProven
from paraph.lib import home
from paraph.lib.blobs import BlobMissing
from paraph.operate import dump, recollection
from paraph.operate.recollection import Kept
from paraph.signoff.models import SealedCopy

SOUND, CHANGED, BEYOND = 0, 1, 3


@dataclass
class Verdict:
    """What was found, as sentences."""

    logs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: what was changed counts more than what was lost."""
        return CHANGED if self.faults else BEYOND if self.beyond else SOUND

    def sentences(self) -> Iterator[str]:
        """One line each, the verdict last."""
        yield from self.logs
        yield from (f"not read: {one}" for one in self.unread)
        yield from (f"beyond the restored record: {one}" for one in self.beyond)
        yield from (f"fault: {one}" for one in self.faults)
        if self.faults:
            yield "something was changed or is missing"
        elif self.beyond:
            yield "nothing was changed; ask for what is beyond the restored record, and do it again"
        else:
            yield "nothing was changed"


def verify(places: list[Path]) -> Verdict:
    """Check all logs and copies, and compare with the receipts and checkpoints in these files and folders.

    Raises `KeyFileMissing` without the log key: a check that could not run has not passed; `Sorry` for a place that
    is not there.
    """
    verdict = Verdict()
    kept, verdict.unread = recollection.read(places)
    for log in Log.objects.order_by("name"):
        own = [one for one in kept if one.family == epochs.family(log.origin)]
        _log(log, own, verdict)
        kept = [one for one in kept if one not in own]
    verdict.faults += [f"{one.name} is of a ledger that is not here: {one.origin}" for one in kept]
    verdict.faults += _copies()
    return verdict


def _log(log: Log, kept: list[Kept], verdict: Verdict) -> None:
    trees = epochs.of(log)
    verdict.logs.append(f"{log.origin}: {log.size} entries")
    genuine = []
    for one in kept:
        try:
            one.verified()
        except NotProven as problem:
            verdict.faults.append(f"{one.name} does not verify: {problem}")
            continue
        tree = next((tree for tree in trees if tree.origin == one.origin), None)
        if tree is None:
            # Our key signed it: this ledger was restored elsewhere too, or there was a later restore before this one.
            verdict.faults.append(f"{one.name} is of another continuation of this ledger: {one.origin}")
        elif tree.end is not None and tree.start + one.size > tree.end:
            verdict.beyond.append(f"{one.name}: {one.said()}")
            genuine.append(one)
        else:
            genuine.append(one)
    verdict.logs += [_gap(tree, kept) for tree in trees if tree.closed_by]
    receipts = [one.receipt for one in genuine if one.receipt]
    found = audit.verify_log(log.name, checkpoints=[one.note for one in genuine], receipts=receipts)
    verdict.faults += [f"{log.origin}: {one.text}{_where(one)}" for one in found if not one.lost]


def _gap(tree: epochs.Epoch, kept: list[Kept]) -> str:
    """What may be missing since a restore."""
    fact = tree.closed_by
    assert fact is not None
    seen = [one.size - 1 for one in kept if one.origin == tree.origin and one.size > fact.size]
    known = max([*seen, *([fact.known_until] if fact.known_until is not None else [])], default=None)
    told = f"; receipts show entries up to {known}" if known is not None else ""
    last = f"after its entry {fact.size - 1}" if fact.size else "in it"
    return f"  restored from the backup of {fact.taken_at}: what was recorded {last} may be missing{told}"


def _where(one: audit.Finding) -> str:
    if one.first is None:
        return ""
    return f" (entry {one.first})" if one.first == one.last else f" (entries {one.first} to {one.last})"


def _copies() -> Iterator[str]:
    """I6: the bytes in the store are those that the ledger names."""
    rows = SealedCopy.objects.select_related("entry", "signoff__order").order_by("pk")
    for copy in rows.iterator(dump.CHUNK):
        whose = f"the sealed copy of order {copy.signoff.order.number}"
        try:
            digest = f"sha256:{hashlib.sha256(home.blobs().get(copy.blob)).hexdigest()}"
        except BlobMissing as problem:
            yield f"{whose} is gone: {problem}"
            continue
        if copy.entry.content["fact"]["digest"] != digest:
            yield f"{whose} is not the one that was sealed"
