"""How a stranger checks a receipt, as a numbered recipe. Needs Python and `cryptography`, no more.

The caller's duties, which no code can take over:
  a. get the verifier key of the log from somewhere you trust, not only from the receipt itself;
  b. keep the receipt: it is what later shows that the log was not rewritten (`verify_extends`);
  c. read what the leaf says: a proof shows *that* it was recorded, not that it is true.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paraph.evidence import tree
from paraph.evidence.checkpoint import Proof, TreeHead, Verifier, open_checkpoint
from paraph.evidence.tree import NotProven

__all__ = ["NotProven", "Verified", "verify", "verify_extends", "verify_receipt"]

LEAF_VERSION = 1
RECEIPT_FORMAT = "paraph-receipt@v1"


@dataclass(frozen=True)
class Verified:
    """What has been shown: this leaf stands at `index` of the log at the time of the checkpoint `head`."""

    leaf: dict[str, Any]
    index: int
    head: TreeHead
    personal: dict[str, Any] | None = None


def verify(leaf: bytes, proof: str, vkey: str) -> Verified:
    """Check one leaf against a tlog-proof and the log's verifier key. Raises `NotProven`.

    1. Read the verifier key; its id must match its name and bytes (signed-note).
    2. Read the proof: index, hashes, checkpoint (tlog-proof@v1).
    3. Verify the signature of the log on the checkpoint; its origin must be the key's name (tlog-checkpoint).
    4. Compute the leaf hash SHA-256(0x00 || leaf) (RFC 6962, 2.1).
    5. Follow the inclusion proof from the leaf hash; it must end in the checkpoint's root (RFC 9162,
       2.1.3.2).
    6. Read the leaf; the log and the index it names must be those of the checkpoint and the proof.
    """
    verifier = Verifier.parse(vkey)
    parsed = Proof.parse(proof)
    head = open_checkpoint(parsed.note, verifier)
    hashed = tree.leaf_hash(leaf)
    tree.verify_inclusion(parsed.index, head.size, hashed, parsed.hashes, head.root)
    content = _object(leaf, "leaf")
    if content.get("v") != LEAF_VERSION:
        raise NotProven("the leaf has a version this recipe does not know")
    if content.get("log") != head.origin or content.get("index") != parsed.index:
        raise NotProven("the leaf belongs to another place")
    return Verified(content, parsed.index, head)


def verify_receipt(receipt: bytes, vkey: str) -> Verified:
    """Check a whole receipt file; `vkey` is the key you trust (duty a). Raises `NotProven`.

    1. Read the receipt; its format must be known.
    2. The key it names must be the one you trust.
    3. Verify leaf and proof by `verify`.
    4. If personal values are disclosed: their digest, with the salt, must be the one in the leaf.
    """
    content = _object(receipt, "receipt")
    if content.get("format") != RECEIPT_FORMAT:
        raise NotProven("not a receipt of a known format")
    leaf, proof = content.get("leaf"), content.get("proof")
    if not isinstance(leaf, str) or not isinstance(proof, str):
        raise NotProven("the receipt has no leaf or no proof")
    if content.get("vkey") != vkey:
        raise NotProven("the receipt names another key than the one you trust")
    shown = verify(_octets(leaf), proof, vkey)
    if content.get("personal") is None:
        return shown
    personal = _disclosed(content["personal"], shown.leaf.get("personal"))
    return Verified(shown.leaf, shown.index, shown.head, personal)


def verify_extends(old: TreeHead, new: TreeHead, proof: Sequence[bytes]) -> None:
    """Check that a later checkpoint of the same log begins with everything an earlier one covered.

    Both checkpoints have been opened with the log's key before. Raises `NotProven` (RFC 9162, 2.1.4.2).
    """
    if old.origin != new.origin:
        raise NotProven("the checkpoints are of different logs")
    tree.verify_consistency(old.size, old.root, new.size, new.root, proof)


def personal_digest(salt: bytes, values: bytes) -> str:
    """``sha256:<hex>`` over salt || canonical JSON of the personal values; stands in the leaf."""
    return "sha256:" + hashlib.sha256(salt + values).hexdigest()


def _disclosed(personal: Any, digest: Any) -> dict[str, Any]:
    if not isinstance(personal, dict):
        raise NotProven("the personal values are not readable")
    salt, values = personal.get("salt"), personal.get("values")
    if not isinstance(salt, str) or not isinstance(values, str):
        raise NotProven("the personal values are not readable")
    try:
        octets = base64.b64decode(salt, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise NotProven("the salt is not readable") from problem
    if personal_digest(octets, _octets(values)) != digest:
        raise NotProven("the personal values are not those of the leaf")
    return _object(_octets(values), "personal values")


def _octets(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as problem:
        raise NotProven("the receipt is not UTF-8") from problem


def _object(octets: bytes, what: str) -> dict[str, Any]:
    try:
        content = json.loads(octets)
    except (ValueError, RecursionError) as problem:
        raise NotProven(f"not JSON: {what}") from problem
    if not isinstance(content, dict):
        raise NotProven(f"not JSON: {what}")
    return content


def main(arguments: Sequence[str]) -> int:
    """``python -m paraph.evidence.verify receipt.json log.vkey``: 0 and what was shown, or 1 and why not."""
    if len(arguments) != 2:
        print("usage: python -m paraph.evidence.verify RECEIPT LOG.VKEY", file=sys.stderr)
        return 2
    receipt, trusted = (Path(name).read_bytes() for name in arguments)
    try:
        wanted = str(_object(receipt, "receipt").get("vkey"))
        if wanted not in trusted.decode().splitlines():
            raise NotProven("the receipt names a key that is not in the file of keys you trust")
        shown = verify_receipt(receipt, wanted)
    except (NotProven, UnicodeDecodeError) as problem:
        print(f"NOT PROVEN: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(shown.leaf, indent=1, ensure_ascii=False))
    print(f"proven: entry {shown.index} of {shown.head.size} in {shown.head.origin}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
