"""What a customer takes home: the receipt, a file that needs none of our software to be checked."""

from __future__ import annotations

import base64
import json

from paraph.evidence import ledger
from paraph.evidence.models import Checkpoint, Entry
from paraph.evidence.verify import RECEIPT_FORMAT

RECEIPT_TYPE = "application/json"


def receipt(entry: Entry, checkpoint: Checkpoint | None = None, *, disclose: bool = False) -> bytes:
    """The receipt of one entry as JSON, for `verify.verify_receipt` (docs/evidence-format.md, "Receipt").

    `checkpoint` defaults to the first one that covers the entry; one is made if there is none. With
    `disclose` the personal values and their salt are included: only for the person whose act it was. Raises
    `NotProven` when the stored record no longer leads to the signed root.
    """
    checkpoint = checkpoint or covering(entry) or ledger.checkpoint(entry.log_id, force=True)
    content = {
        "format": RECEIPT_FORMAT,
        "leaf": bytes(entry.leaf).decode(),
        "proof": ledger.prove(entry, checkpoint),
        "vkey": ledger.signer(checkpoint.note.partition("\n")[0]).verifier.vkey(),
        "personal": _disclosed(entry) if disclose else None,
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def covering(entry: Entry) -> Checkpoint | None:
    """The first checkpoint whose tree contains the entry."""
    return Checkpoint.objects.filter(log=entry.log_id, size__gt=entry.index).order_by("size").first()


def stamped(checkpoint: Checkpoint) -> Checkpoint | None:
    """The first time-stamped checkpoint whose tree contains this one's, or None: "time stamp pending"."""
    later = Checkpoint.objects.filter(log=checkpoint.log_id, size__gte=checkpoint.size, token__isnull=False)
    return later.order_by("size").first()


def _disclosed(entry: Entry) -> dict[str, str] | None:
    if entry.content["personal"] is None or entry.secrets is None:
        return None
    opened = entry.personal.opened(entry)
    if opened is None:
        return None
    salt, values = opened
    return {"salt": base64.b64encode(salt).decode(), "values": values.decode()}
