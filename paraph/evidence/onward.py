"""Check a log from where it was checked last: what is new costs, what is old does not (faults.md I5, I11 and I12).

`audit.verify_log` recomputes everything and is the proof; this is the watch that runs every minute.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from paraph.evidence import epochs, ledger, tree
from paraph.evidence.audit import CHUNK, complaints
from paraph.evidence.checkpoint import open_checkpoint
from paraph.evidence.epochs import Epoch
from paraph.evidence.models import Checkpoint, Entry, Log, Node
from paraph.evidence.tree import Frontier, NotProven

RUNS_BACKWARDS = "the time runs backwards"


@dataclass(frozen=True)
class Problem:
    """What is wrong, and which invariant says so."""

    invariant: str
    text: str


@dataclass(frozen=True)
class Reached:
    """How far a log was found sound, and its right edge there."""

    size: int = 0
    frontier: bytes = b""
    last_at: datetime | None = None


@dataclass
class Step:
    """What one look at a log found: where it got to, the topics of what is new, and what is wrong."""

    reached: Reached
    topics: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def check_onward(log: UUID, reached: Reached, limit: int) -> Step:
    """Recompute at most `limit` entries of a log from `reached` on. Read it all at one moment (`lib.one_moment`).

    With a problem the step stays where it was, so that the next look finds the problem again. Raises
    `KeyFileMissing` without the log key: a check that could not run has not passed.
    """
    step = Step(reached)
    head = Log.objects.filter(name=log).first()
    if head is None or head.size < reached.size:
        ends = f"the log ends before entry {reached.size}, up to which it was verified"
        step.problems.append(Problem("I12", ends))
        return step
    # One tree at a time: a restore closes one and begins the next.
    epoch = next(one for one in epochs.of(head) if one.end is None or one.end > reached.size)
    grown = max(0, reached.size - epoch.start)
    walk = _Walk(head, epoch, Frontier.parse(grown, reached.frontier if grown else b""), reached.last_at)
    signed = Checkpoint.objects.filter(log=head, size__gte=reached.size).order_by("size")
    notes = {one.size: one for one in signed[: limit + 1]}
    step.problems += _beyond(head)
    if grown:
        step.problems += _signed(epoch, notes.get(reached.size), walk.frontier)
    until = min(reached.size + limit, epoch.end or head.size + limit)
    rows = Entry.objects.filter(log=head, index__gte=reached.size, index__lt=until)
    for entry in rows.select_related("personal", "cause").order_by("index").iterator(CHUNK):
        step.topics.add(entry.topic)
        step.problems += walk.take(entry)
        if step.problems:
            return step
        step.problems += _signed(epoch, notes.get(walk.next), walk.frontier)
    step.problems += [*walk.nodes_changed(), *walk.edge(limit - (walk.next - reached.size))]
    if not step.problems:
        step.reached = Reached(walk.next, walk.frontier.pack(), walk.last_at)
    return step


@dataclass
class _Walk:
    head: Log
    epoch: Epoch
    frontier: Frontier
    last_at: datetime | None
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def next(self) -> int:
        """The index, in the log, of the entry that comes next."""
        return self.epoch.start + self.frontier.size

    def take(self, entry: Entry) -> Iterator[Problem]:
        if entry.index != self.next:
            yield Problem("I5", f"entry {self.next} is missing")
            return
        hashed = tree.leaf_hash(bytes(entry.leaf))
        if hashed != bytes(entry.leaf_hash):
            yield Problem("I5", f"entry {entry.index}: the leaf or its stored hash was changed")
        for text in complaints(self.epoch.origin, entry, self.last_at):
            yield Problem("I11" if text == RUNS_BACKWARDS else "I5", f"entry {entry.index}: {text}")
        begin = self.epoch.start
        self.nodes |= {
            (level, (begin >> level) + at): node for level, at, node in self.frontier.append(hashed)
        }
        self.last_at = entry.at

    def nodes_changed(self) -> Iterator[Problem]:
        for level in sorted({level for level, _ in self.nodes}):
            wanted = {at: node for (one, at), node in self.nodes.items() if one == level}
            stored = Node.objects.filter(
                log=self.head, level=level, position__gte=min(wanted), position__lte=max(wanted)
            )
            if {one.position: bytes(one.hash) for one in stored} != wanted:
                yield Problem("I5", f"the stored nodes of level {level} are not those of the entries")

    def edge(self, left: int) -> Iterator[Problem]:
        """When all was read, the log's own right edge must be ours."""
        end = self.head.size if self.epoch.end is None else self.epoch.end
        if left <= 0 and self.next < end:
            return
        if self.next < end:
            yield Problem("I5", f"entry {self.next} is missing")
        elif self.epoch.closed_by is not None:
            if base64.b64encode(self.frontier.root()).decode() != self.epoch.closed_by.root:
                yield Problem("I12", "the record does not go on from the head it had")
        elif (self.frontier.pack(), self.last_at) != (bytes(self.head.frontier), self.head.last_at):
            yield Problem("I5", "the log's right edge does not fit its entries")


def _signed(epoch: Epoch, row: Checkpoint | None, frontier: Frontier) -> Iterator[Problem]:
    """What is wrong with the checkpoint at the size reached, if there is one."""
    if row is None:
        return
    try:
        note = open_checkpoint(row.note, ledger.signer(epoch.origin).verifier)
    except NotProven as problem:
        yield Problem("I5", f"the checkpoint at size {row.size} is forged: {problem}")
        return
    if (epoch.start + note.size, note.root) != (row.size, bytes(row.root)):
        yield Problem("I5", f"the checkpoint at size {row.size} was changed")
    elif note.root != frontier.root():
        yield Problem("I5", f"the root at size {row.size} is not the one that was signed")


def _beyond(head: Log) -> Iterator[Problem]:
    """A checkpoint over entries that are not there: they were taken away, or a backup came back without them."""
    newest = Checkpoint.objects.filter(log=head).order_by("-size").first()
    if newest is not None and newest.size > head.size:
        yield Problem("I12", f"the log has {head.size} entries, but {newest.size} were signed for")
