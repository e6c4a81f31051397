"""The log of docs/evidence-format.md: three entries with everything that is random held fast.

`python -m pytest tests/evidence/test_format.py` compares it with the frozen bytes in tests/vectors/evidence/.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from paraph.evidence import bundle, keys, ledger
from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.lib.actor import SYSTEM, Actor
from tests.evidence.facts import LineApproved, MarginNoted, MarkGiven

LOG = "3f0e8d7c-1b2a-4c3d-8e4f-5a6b7c8d9e0f"
TOPIC = "order:7b0c1d52-9c1e-4d6d-8f0a-3f6f7d2b9e10"
ANN = Actor(
    "contact", "5d0f3b7e-3f0c-4f0e-9a53-6a1c9b6f2a11", "Ann Jansen", "203.0.113.9", "socket peer", "Firefox"
)
START = datetime(2026, 11, 21, 20, 38, 36, 123456, tzinfo=UTC)
# The whole world knows this key: it signs nothing but the example.
KEY = keys.LogKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@contextmanager
def held_fast(patch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """No chance: a known key, a known salt, a known origin."""
    patch.setattr(home, "keys", lambda: folder)
    patch.setattr(keys, "load", lambda _: KEY)
    patch.setattr(os, "urandom", lambda count: bytes(range(100, 100 + count)))
    patch.setattr(settings, "PARAPH_ORIGIN", "https://sign.example.com")
    yield


def play() -> dict[str, bytes]:
    """Record the three facts and return the files a customer and an auditor would hold."""
    entries: list[Entry] = []
    with time_machine.travel(START, tick=False) as now, transaction.atomic():
        for fact, by in (
            (MarginNoted(), SYSTEM),
            (MarkGiven(cents=12500, signer="A. Jansen"), ANN),
            (LineApproved(number=7), ANN),
        ):
            cause = entries[0] if len(entries) == 1 else None
            entries.append(ledger.append(fact, log=LOG, topic=TOPIC, by=by, cause=cause))
            now.shift(timedelta(seconds=90))
        signed = ledger.checkpoint(LOG)
    files = {f"leaf-{entry.index}.json": bytes(entry.leaf) for entry in entries}
    files |= {f"{entry.index}.tlog-proof": ledger.prove(entry, signed).encode() for entry in entries}
    files["receipt.json"] = bundle.receipt(entries[1], signed, disclose=True)
    files["checkpoint"] = signed.note.encode()
    files["log.vkey"] = f"{ledger.vkey(LOG)}\n".encode()
    return files
