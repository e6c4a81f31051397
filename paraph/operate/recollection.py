"""What others kept of our ledgers, receipts and checkpoints, read from files to be compared with what is here (I12)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paraph.evidence import epochs, ledger
from paraph.evidence.checkpoint import Proof, TreeHead, open_checkpoint
from paraph.evidence.tree import NotProven
from paraph.evidence.verify import verify_receipt
from paraph.operate.scratch import Sorry

# A receipt is some kilobytes; what is longer is something else.
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Kept:
    """A receipt, or a checkpoint by itself: what its note says, not yet verified."""

    name: str
    note: str
    origin: str
    size: int
    receipt: bytes = b""

    def verified(self) -> int:
        """The highest index it shows in the tree of its origin. Raises `NotProven` unless it was signed here."""
        verifier = ledger.signer(self.origin).verifier
        if self.receipt:
            return max(verify_receipt(self.receipt, verifier.vkey()).index, self.size - 1)
        return open_checkpoint(self.note, verifier).size - 1

    @property
    def family(self) -> str:
        """The log, whatever restores it went through."""
        return epochs.family(self.origin)

    def said(self) -> str:
        """What it says of its entry, for whoever has to do it again."""
        if not self.receipt:
            return f"a checkpoint over {self.size} entries"
        leaf = json.loads(json.loads(self.receipt)["leaf"])
        return f"{leaf['kind']} of {leaf['topic']}, entry {leaf['index']}, at {leaf['at']}"


def read(places: Iterable[Path]) -> tuple[list[Kept], list[str]]:
    """What stands in these files, and in the files of these folders; and a sentence for each that is neither.

    Raises `Sorry` for a place that is not there.
    """
    kept, unread = [], []
    for place in places:
        if not place.exists():
            raise Sorry(f"{place} is not there")
        found = sorted(one for one in place.rglob("*") if one.is_file()) if place.is_dir() else [place]
        for path in found:
            one = _kept(path)
            if one is None:
                unread.append(f"{path} is neither a receipt nor a checkpoint")
            else:
                kept.append(one)
    return kept, unread


def _kept(path: Path) -> Kept | None:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES)
    try:
        return _from_receipt(path.name, content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotProven):
        pass
    try:
        head = TreeHead.parse(content.decode().partition("\n\n")[0] + "\n")
    except (UnicodeDecodeError, NotProven):
        return None
    return Kept(path.name, content.decode(), head.origin, head.size)


def _from_receipt(name: str, content: bytes) -> Kept:
    told: dict[str, Any] = json.loads(content)
    note = Proof.parse(told["proof"]).note
    head = TreeHead.parse(note.rpartition("\n\n")[0] + "\n")
    json.loads(told["leaf"])["topic"]
    return Kept(name, note, head.origin, head.size, content)
