"""Ink on paper: a signature or stamp that came back as a scan (S0-02). The mark in the record are the digests of it."""

from __future__ import annotations

from collections.abc import Sequence

from paraph.signoff.methods.proof import Proof

PAPER = "paper"


def proof(originals: Sequence[str], scan: str, pages: Sequence[str]) -> Proof:
    """Return the proof; the mark is ``{"kind": "paper", "originals", "scan", "pages"}``, digests all of them.

    `originals` are the files as they came, `scan` is the one PDF of the pages put in order and straightened, `pages`
    are the pictures of these pages as they stand behind the signature block of the sealed copy.
    """
    return Proof(PAPER, {"kind": PAPER, "originals": list(originals), "scan": scan, "pages": list(pages)})
