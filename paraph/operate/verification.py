"""`paraph verify`: every ledger recomputed, every row and file compared with it, and what others kept held against it.

What `reconcile` walks through in a day is looked at here in one go.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from paraph.evidence import audit, epochs
from paraph.evidence.models import Checkpoint, Entry, Log
from paraph.evidence.tree import NotProven
from paraph.lib import home
from paraph.lib.keyfile import KeyFileMissing
from paraph.lib.one_moment import one_moment
from paraph.operate import dump, invariants, particulars, recollection, reconcile
from paraph.operate.recollection import Kept
from paraph.people.models import Organisation
from paraph.sealing.errors import SealingError
from paraph.sealing.timestamp import verify_token
from paraph.work.models import WorkOrder

SOUND, CHANGED, BEYOND = 0, 1, 3
# What waits or was given up is neither changed nor missing: `/readyz` says so.
WAITS = "I4"
# Orders read together.
TOGETHER = 25


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
        # What is recorded meanwhile is no change.
        try:
            with one_moment():
                _log(log, own, verdict)
        except (DatabaseError, KeyFileMissing):
            raise
        except Exception as problem:  # noqa: BLE001 - whatever somebody spoilt is what is looked for
            verdict.faults.append(
                f"{log.origin}: {invariants.UNCHECKED}: {type(problem).__name__}: {problem}"
            )
        kept = [one for one in kept if one not in own]
    verdict.faults += [f"{one.name} is of a ledger that is not here: {one.origin}" for one in kept]
    verdict.faults += _gone()
    verdict.faults += _orders()
    with one_moment():
        rest = [*reconcile.numbers(), *particulars.members_stand_as_told()]
        verdict.faults += [one.sentence for one in rest]
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
    notes = [one.note for one in genuine]
    found = audit.verify_log(log.name, checkpoints=notes, receipts=receipts, check_stamp=_stamp)
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


def _gone() -> Iterator[str]:
    """A ledger that was removed as a whole leaves orders behind that it must have told of."""
    logs = {str(one) for one in Log.objects.values_list("name", flat=True)}
    for one in Organisation.objects.filter(orders__isnull=False).distinct().order_by("pk"):
        if one.log not in logs:
            yield f"the ledger of {one.name} is gone: {one.log}"


def _orders() -> Iterator[str]:
    """I1 to I3, I6, I8 to I10: the orders there are, and those of which the ledger alone tells."""
    told = Entry.objects.filter(kind="order.opened").order_by("pk").values_list("topic", flat=True)
    known = set(reconcile.orders_of(told.iterator(dump.CHUNK)))
    pks = iter(sorted(known | set(WorkOrder.objects.values_list("pk", flat=True))))
    while batch := list(islice(pks, TOGETHER)):
        wrong = sorted(invariants.look_at(batch, prove=False))
        yield from (one.sentence for one in wrong if one.invariant != WAITS)


def _stamp(checkpoint: Checkpoint) -> str | None:
    """What is wrong with the time stamp of a checkpoint, by our own roots and those of the authority asked."""
    digest = hashlib.sha256(checkpoint.note.encode()).digest()
    complaint = "there is no root certificate to check it with"
    for roots in _roots():
        try:
            verify_token(bytes(checkpoint.token or b""), digest, roots)
        except SealingError as problem:
            complaint = problem.reason
        else:
            return None
    return complaint


def _roots() -> tuple[bytes, ...]:
    """What time stamps may lead to: the authority asked now, and our own, also those put aside (``tsa-root….pem``)."""
    named = [Path(settings.PARAPH_TSA_ROOTS)] if settings.PARAPH_TSA_ROOTS else []
    return tuple(
        one.read_bytes() for one in [*named, *sorted(home.keys().glob("tsa-root*.pem"))] if _shown(one)
    )


def _shown(path: Path) -> bool:
    return path.is_file() and not path.name.endswith(".key.pem")
