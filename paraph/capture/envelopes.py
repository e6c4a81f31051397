"""The sealed envelope: its form, its signature, and how it is opened. No tables, nothing of Django.

The secret: a phone encrypts what it says to this installation's key the moment it is said (HPKE, RFC 9180: DHKEM P-256,
HKDF-SHA256, AES-256-GCM, base mode) and signs a header over it with its own key, numbered and chained to the envelope
before. So nobody can read or change one on the phone, and one that is missing or doubled shows (S1-13, S1-31, S1-35).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from paraph.lib import canonical

VERSION = 1
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# Crockford's base 32: no letter that looks like a figure.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MOST_BYTES = 16_000_000  # of one sealed message: a report with twelve photos


class BadEnvelope(Exception):
    """Not an envelope as a phone makes it; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Envelope:
    """One envelope as it came. `sealed` is enc‖ciphertext; `signature` the device's r‖s, base64, over `header`."""

    id: UUID
    device: UUID
    number: int
    previous: str
    key: str
    sealed: bytes
    signature: str

    @cached_property
    def header(self) -> bytes:
        """What the device signed: canonical JSON of everything but the sealed bytes, which stand there as a digest."""
        return canonical.dumps(
            {
                "v": VERSION,
                "id": str(self.id),
                "device": str(self.device),
                "number": self.number,
                "previous": self.previous,
                "key": self.key,
                "sealed_digest": "sha256:" + hashlib.sha256(self.sealed).hexdigest(),
            }
        )

    @cached_property
    def header_digest(self) -> str:
        """What the next envelope names as `previous`."""
        return canonical.digest(self.header)

    @property
    def signature_der(self) -> str:
        """The device's signature as OpenSSL reads it: DER, base64."""
        raw = base64.b64decode(self.signature)
        r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))
        return base64.b64encode(encode_dss_signature(r, s)).decode()

    @property
    def code(self) -> str:
        """The receipt code that stood on the phone's screen: 40 bits of the header's digest, ``XXXX-XXXX``."""
        bits = int.from_bytes(hashlib.sha256(self.header).digest()[:5], "big")
        letters = "".join(ALPHABET[(bits >> shift) & 31] for shift in range(35, -1, -5))
        return f"{letters[:4]}-{letters[4:]}"

    @property
    def bytes(self) -> bytes:
        """The whole envelope as canonical JSON, as it is kept."""
        return canonical.dumps(
            {
                "v": VERSION,
                "id": str(self.id),
                "device": str(self.device),
                "number": self.number,
                "previous": self.previous,
                "key": self.key,
                "sealed": base64.b64encode(self.sealed).decode(),
                "signature": self.signature,
            }
        )


def read(told: Any) -> Envelope:
    """Read an envelope from JSON. Raises `BadEnvelope` (*malformed*, *too_large*) for anything else."""
    try:
        if told["v"] != VERSION or type(told["number"]) is not int or not 0 < told["number"] < 2**53:
            raise BadEnvelope("malformed")
        if len(told["sealed"]) > MOST_BYTES * 4 // 3 + 4:
            raise BadEnvelope("too_large")
        found = Envelope(
            id=_uuid(told["id"]),
            device=_uuid(told["device"]),
            number=told["number"],
            previous=str(told["previous"]),
            key=str(told["key"])[:20],
            sealed=base64.b64decode(told["sealed"], validate=True),
            signature=str(told["signature"])[:200],
        )
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as problem:
        raise BadEnvelope("malformed") from problem
    if found.previous and not DIGEST.fullmatch(found.previous):
        raise BadEnvelope("malformed")
    # Half a surrogate pair, for one, is text that no header can hold.
    if not (found.key.isascii() and found.signature.isascii()):
        raise BadEnvelope("malformed")
    return found


def reread(kept: bytes) -> Envelope:
    """An envelope as it was kept (`Envelope.bytes`)."""
    return read(json.loads(kept))


def info(envelope: Envelope) -> bytes:
    """What binds the sealed bytes to their envelope: HPKE's `info`."""
    return f"paraph/capture/1|{envelope.id}|{envelope.device}".encode()


def open_sealed(envelope: Envelope, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """Decrypt and read the clear text. Raises `BadEnvelope` (*unopened*, *malformed*)."""
    try:
        clear = SUITE.decrypt(envelope.sealed, key, info=info(envelope))
    except (InvalidTag, ValueError) as problem:
        raise BadEnvelope("unopened") from problem
    try:
        told = json.loads(clear)
    except (ValueError, RecursionError) as problem:
        raise BadEnvelope("malformed") from problem
    if not isinstance(told, dict) or told.get("v") != VERSION:
        raise BadEnvelope("malformed")
    return told


def _uuid(text: Any) -> UUID:
    """A UUID in its one spelling, so that no two texts mean the same envelope."""
    found = UUID(text)
    if str(found) != text:
        raise ValueError("another spelling")
    return found
