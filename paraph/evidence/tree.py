"""RFC 6962 Merkle tree (SHA-256): appending, roots, proofs, verification. Pure; storage is the caller's.

A tree is stored as the hashes of complete subtrees at the levels 0, 8, 16, 24 … (C2SP tlog-tiles, tile height
8). Level L holds at position i the hash over the leaves i·2^L … (i+1)·2^L - 1. Everything between is hashed
again when needed, so a proof reads at most two rows of 256 hashes per stored level, however large the log is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
# C2SP tlog-tiles: a tile is 256 hashes wide.
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

# RFC 6962, section 2.1: the hash of an empty list is the hash of an empty string.
EMPTY_ROOT = hashlib.sha256(b"").digest()

# (level, start, count) -> exactly `count` hashes of complete subtrees; level is a multiple of TILE_HEIGHT.
ReadHashes = Callable[[int, int, int], Sequence[bytes]]


class NotProven(Exception):
    """A proof, signature or receipt does not hold. The text says which step failed."""


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962, section 2.1: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a tree: hashes of its largest complete subtrees, one per set bit of size."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    @classmethod
    def parse(cls, size: int, packed: bytes) -> Frontier:
        """Read what `pack` wrote; raises ValueError when the length does not fit the size."""
        if len(packed) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"a frontier of {size} leaves has {size.bit_count()} hashes")
        return cls(size, [packed[i : i + HASH_BYTES] for i in range(0, len(packed), HASH_BYTES)])

    def pack(self) -> bytes:
        """The hashes one after the other, 32 bytes each."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash. Returns the nodes to store above level 0, as (level, position, hash)."""
        completed = []
        carried, level, position = leaf, 0, self.size
        while position & 1:
            carried = node_hash(self.hashes.pop(), carried)
            level, position = level + 1, position >> 1
            if level % TILE_HEIGHT == 0:
                completed.append((level, position, carried))
        self.hashes.append(carried)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """RFC 6962, section 2.1: the Merkle tree hash of all leaves appended so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class _Reader:
    """Hashes of any complete subtree, read by whole tiles and remembered for the length of one proof."""

    def __init__(self, size: int, read: ReadHashes) -> None:
        self.size, self.read = size, read
        self.tiles: dict[tuple[int, int], Sequence[bytes]] = {}

    def complete(self, height: int, position: int) -> bytes:
        """The hash over the leaves position·2^height … (position+1)·2^height - 1, all inside the tree."""
        inner = height % TILE_HEIGHT
        level, start = height - inner, position << inner
        row = list(self.tile(level, start // TILE_WIDTH)[start % TILE_WIDTH :][: 1 << inner])
        for _ in range(inner):
            row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
        return row[0]

    def tile(self, level: int, number: int) -> Sequence[bytes]:
        key = (level, number)
        if key not in self.tiles:
            start = number * TILE_WIDTH
            count = min(TILE_WIDTH, (self.size >> level) - start)
            self.tiles[key] = self.read(level, start, count)
            if len(self.tiles[key]) != count:
                raise NotProven(f"hashes are missing at level {level} from {start}")
        return self.tiles[key]

    def span(self, start: int, end: int) -> bytes:
        """RFC 6962 MTH(D[start:end]); start is a multiple of the largest power of two below end - start."""
        if (end - start) & (end - start - 1) == 0:
            height = (end - start).bit_length() - 1
            return self.complete(height, start >> height)
        middle = start + _split(end - start)
        return node_hash(self.span(start, middle), self.span(middle, end))


def _split(size: int) -> int:
    """RFC 6962, section 2.1: the largest power of two smaller than size (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, read: ReadHashes) -> list[bytes]:
    """RFC 6962, section 2.1.1: PATH(index, D[size]), from the leaf's sibling up to the root's child.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    reader, path = _Reader(size, read), []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [reader.span(*piece) for piece in reversed(path)]


def consistency_proof(old: int, new: int, read: ReadHashes) -> list[bytes]:
    """RFC 6962, section 2.1.2: PROOF(old, D[new]). Raises ValueError unless 0 <= old <= new.

    Empty when old is 0 (every tree extends the empty one) or equals new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot extend a tree of {old}")
    if old in (0, new):
        return []
    reader, path = _Reader(new, read), []
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    if not whole:
        path.append((start, end))
    return [reader.span(*piece) for piece in reversed(path)]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2: the root this proof leads to. Raises `NotProven` for a wrong length."""
    if not 0 <= index < size:
        raise NotProven(f"no leaf {index} in a tree of {size}")
    position, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise NotProven("the inclusion proof is too long")
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise NotProven("the inclusion proof is too short")
    return root


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raises `NotProven` unless the leaf hash is at `index` of the tree with this size and root."""
    if root_from_inclusion(index, size, leaf, proof) != root:
        raise NotProven("the inclusion proof leads to another root")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162, section 2.1.4.2: raises `NotProven` unless the new tree begins with the whole old tree."""
    if not 0 <= old <= new:
        raise NotProven(f"a tree of {new} cannot extend a tree of {old}")
    if old in (0, new):
        expected = EMPTY_ROOT if old == 0 else new_root
        if proof or old_root != expected:
            raise NotProven("the two trees differ")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise NotProven("the consistency proof is too short")
    first, second = _roots_from_consistency(old - 1, new - 1, path)
    if first != old_root or second != new_root:
        raise NotProven("the two trees differ")


def _roots_from_consistency(position: int, last: int, path: list[bytes]) -> tuple[bytes, bytes]:
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise NotProven("the consistency proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise NotProven("the consistency proof is too short")
    return first, second
