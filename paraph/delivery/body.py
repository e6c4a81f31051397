"""What a message says, as the outbox keeps it: encrypted, with the small files inside.

Files up to `INLINE_BYTES` travel in the encrypted body and are wiped with it, for they may hold personal values;
larger ones are blobs, stored before the row that names them (faults.md I6).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paraph.delivery.headers import file_name, one_line
from paraph.delivery.models import Delivery
from paraph.lib import home

INLINE_BYTES = 16 * 1024


@dataclass(frozen=True)
class Attachment:
    """A file to send along: either its `content`, or the `blob` (hex digest) under which it is already stored."""

    name: str
    mime: str
    content: bytes = b""
    blob: str = ""


@dataclass(frozen=True)
class Body:
    """What was sealed by `seal`, opened."""

    text: str
    html: str
    attachments: list[Attachment]


def seal(
    key: str, text: str, html: str, attachments: Sequence[Attachment]
) -> tuple[bytes, list[dict[str, str]]]:
    """Return the encrypted body, and the list of blobs for the row. Stores large files as blobs first."""
    inline, blobs = [], []
    for one in attachments:
        named = {"name": file_name(one.name), "mime": one_line(one.mime)}
        if one.blob or len(one.content) > INLINE_BYTES:
            blobs.append({**named, "digest": one.blob or home.blobs().put(one.content)})
        else:
            inline.append({**named, "content": base64.b64encode(one.content).decode()})
    clear = json.dumps({"text": text, "html": html, "files": inline}).encode()
    return home.vault().seal(clear, purpose=_purpose(key)), blobs


def unseal(delivery: Delivery) -> Body:
    """Open a row's body and fetch its blobs. Raises `VaultClosed`, `BlobMissing`."""
    clear: dict[str, Any] = json.loads(
        home.vault().open(bytes(delivery.body), purpose=_purpose(delivery.key))
    )
    files = [Attachment(one["name"], one["mime"], base64.b64decode(one["content"])) for one in clear["files"]]
    stored = home.blobs()
    files += [
        Attachment(one["name"], one["mime"], stored.get(one["digest"]), one["digest"])
        for one in delivery.attachments
    ]
    return Body(clear["text"], clear["html"], files)


def _purpose(key: str) -> str:
    return f"delivery:{key}"
