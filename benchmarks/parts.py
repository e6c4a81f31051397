"""The parts a signature is made of, each alone."""

from __future__ import annotations

from benchmarks.figures import Effort, Figure, median
from benchmarks.installation import on_sqlite
from benchmarks.signing import sign

# performance.md 8: the tree alone; the database around it is a multiple of a commit.
TREE_BY_HASH = 5


def ledger(effort: Effort) -> list[Figure]:
    """One entry more: the tree beside a SHA-256 of the leaf, the whole append beside a durable commit."""
    with on_sqlite() as installation, installation.inside() as inside:
        inside.ask("orders", count=1, one_customer=False)
        grown, hashed = inside.ask("grow", times=effort.times(200, 20))
        appended, commit = inside.ask("append", times=effort.times(500, 20))
    return [
        Figure("ledger: tree append", grown, "µs", hashed, "SHA-256", target=TREE_BY_HASH, of_ratio=True),
        Figure("ledger: append and commit", appended, "ms", commit, "durable commit"),
    ]


def document(effort: Effort) -> list[Figure]:
    """Rendering and sealing one signed estimate of seven lines."""
    with on_sqlite() as installation, installation.inside() as inside:
        orders = inside.ask("orders", count=effort.times(20, 3), one_customer=False)
        taken = []
        with installation.serving() as port:
            for order in orders:
                sign(port, order)
                taken.append([inside.ask("commit"), *inside.ask("document")])
    commit, rendered, sealed = (median(column) for column in zip(*taken[1:], strict=True))
    return [
        Figure("document: render", rendered, "ms", commit, "durable commit"),
        Figure("document: seal with time stamp", sealed, "ms", commit, "durable commit"),
    ]
