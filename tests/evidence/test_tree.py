"""The tree against foreign vectors and against RFC 6962 written down naively."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.evidence import tree
from paraph.evidence.tree import Frontier, NotProven

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "rfc6962.json").read_text())
LEAVES = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]
# More than two rows at level 0 and more than one node at level 8.
MANY = [tree.leaf_hash(str(number).encode()) for number in range(700)]


def unhex(hashes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in hashes]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = naive_split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(old: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2, SUBPROOF."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if old <= k:
        return [*naive_proof(old, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(old - k, leaves[k:], False), naive_root(leaves[:k])]


def naive_split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


class Store:
    """Hashes at the tile levels, filled by a frontier, counting what is read."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.rows: dict[int, list[bytes]] = {0: []}
        self.frontier = Frontier()
        self.reads: list[tuple[int, int]] = []
        for leaf in leaves:
            self.rows[0].append(leaf)
            for level, position, digest in self.frontier.append(leaf):
                row = self.rows.setdefault(level, [])
                assert position == len(row)
                row.append(digest)

    def read(self, level: int, start: int, count: int) -> list[bytes]:
        self.reads.append((level, count))
        return self.rows[level][start : start + count]


STORE = Store(MANY)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert tree.root_of(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("case", VECTORS["inclusion"])
def test_inclusion_proofs_are_those_of_the_reference_implementation(case: dict[str, int]) -> None:
    index, size, proof = case["index"], case["size"], unhex(case["proof"])  # type: ignore[arg-type]
    assert tree.inclusion_proof(index, size, Store(LEAVES).read) == proof
    tree.verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.parametrize("case", VECTORS["consistency"])
def test_consistency_proofs_are_those_of_the_reference_implementation(case: dict[str, int]) -> None:
    old, new, proof = case["old"], case["new"], unhex(case["proof"])  # type: ignore[arg-type]
    assert tree.consistency_proof(old, new, Store(LEAVES).read) == proof
    tree.verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


@given(st.integers(0, 700), st.data())
def test_every_leaf_is_proven_as_the_rfc_says(size: int, draw: st.DataObject) -> None:
    root = naive_root(MANY[:size])
    assert tree.root_of(MANY[:size]) == root
    if size:
        index = draw.draw(st.integers(0, size - 1))
        proof = tree.inclusion_proof(index, size, STORE.read)
        assert proof == naive_path(index, MANY[:size])
        tree.verify_inclusion(index, size, MANY[index], proof, root)


@given(st.integers(1, 700), st.data())
def test_every_growth_is_proven_as_the_rfc_says(new: int, draw: st.DataObject) -> None:
    old = draw.draw(st.integers(1, new))
    proof = tree.consistency_proof(old, new, STORE.read)
    assert proof == naive_proof(old, MANY[:new])
    tree.verify_consistency(old, naive_root(MANY[:old]), new, naive_root(MANY[:new]), proof)


@given(st.integers(2, 700), st.data())
def test_a_wrong_proof_is_refused(size: int, draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, size - 1))
    root, proof = naive_root(MANY[:size]), naive_path(index, MANY[:size])
    spot = draw.draw(st.integers(0, len(proof) - 1))
    wrong = [
        (index, size, MANY[index], [*proof[:spot], MANY[-1], *proof[spot + 1 :]]),
        (index, size, MANY[index], proof[:-1]),
        (index, size, MANY[index], [*proof, MANY[-1]]),
        (index, size, MANY[-1] if index != 699 else MANY[0], proof),
        (size, size, MANY[index], proof),
        (-1, size, MANY[index], proof),
    ]
    for arguments in wrong:
        with pytest.raises(NotProven):
            tree.verify_inclusion(*arguments, root)


@given(st.integers(2, 700), st.data())
def test_a_log_that_forgot_something_is_refused(new: int, draw: st.DataObject) -> None:
    old = draw.draw(st.integers(1, new - 1))
    first, second = naive_root(MANY[:old]), naive_root(MANY[:new])
    proof = naive_proof(old, MANY[:new])
    for wrong in (proof[:-1], [*proof, MANY[-1]], [MANY[-1], *proof[1:]]):
        with pytest.raises(NotProven):
            tree.verify_consistency(old, first, new, second, wrong)
    with pytest.raises(NotProven):
        tree.verify_consistency(old, MANY[-1], new, second, proof)
    with pytest.raises(NotProven):
        tree.verify_consistency(new, second, old, first, proof)


def test_the_empty_tree_grows_into_any_other_and_never_shrinks() -> None:
    assert tree.consistency_proof(0, 5, STORE.read) == []
    tree.verify_consistency(0, tree.EMPTY_ROOT, 5, naive_root(MANY[:5]), [])
    with pytest.raises(NotProven):
        tree.verify_consistency(0, MANY[0], 5, naive_root(MANY[:5]), [])
    with pytest.raises(NotProven):
        tree.verify_consistency(5, naive_root(MANY[:5]), 5, naive_root(MANY[1:6]), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 4)])
def test_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_proof(index, size, STORE.read)
    with pytest.raises(ValueError, match="cannot extend"):
        tree.consistency_proof(size + 1, size, STORE.read)


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 700])
def test_a_frontier_survives_storage_at_row_boundaries(size: int) -> None:
    frontier = Store(MANY[:size]).frontier
    again = Frontier.parse(size, frontier.pack())
    assert again == frontier
    assert again.root() == naive_root(MANY[:size])
    with pytest.raises(ValueError, match="hashes"):
        Frontier.parse(size, frontier.pack()[:-32])


def test_a_proof_reads_at_most_two_rows_of_256_hashes_at_each_level() -> None:
    store = Store(MANY)
    tree.inclusion_proof(3, 700, store.read)
    assert max(count for _, count in store.reads) <= 256
    assert all([level for level, _ in store.reads].count(row) <= 2 for row in store.rows)


def test_a_missing_hash_is_not_papered_over() -> None:
    store = Store(MANY)
    del store.rows[0][600:]
    with pytest.raises(NotProven, match="missing"):
        tree.inclusion_proof(599, 700, store.read)
