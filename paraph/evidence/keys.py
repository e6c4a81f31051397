"""The log key: one Ed25519 key per installation, in a file, never in the database (evidence.md 6).

`log.pem` is the private key. `log.vkey` is for everybody: one verifier key a line, one line per log, because
a verifier key carries the name of its log (C2SP signed-note).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from paraph.evidence.checkpoint import Signer
from paraph.lib import keyfile

PRIVATE_FILE = "log.pem"
PUBLIC_FILE = "log.vkey"


class LogKey:
    """The installation's key; a `Signer` per log is made from it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def signer(self, origin: str) -> Signer:
        """The signer whose key name is the log's origin (tlog-checkpoint: the name SHOULD match)."""
        return Signer(origin, self._key)

    def vkey(self, origin: str) -> str:
        """The public verifier key of one log, one line."""
        return self.signer(origin).verifier.vkey()

    def public_pem(self) -> bytes:
        """The public key for openssl."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def create(folder: Path) -> LogKey:
    """Make a new log key. Raises FileExistsError when there is one: a log key is never replaced silently."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keyfile.create(folder / PRIVATE_FILE, pem)
    return load(folder)


def load(folder: Path) -> LogKey:
    """Read the log key, once per process. Raises `KeyFileMissing`, or ValueError for another kind of file."""
    return _load(folder / PRIVATE_FILE)


def publish(folder: Path, vkey: str) -> None:
    """Add one verifier key to `log.vkey`, unless it is there."""
    path = folder / PUBLIC_FILE
    if path.exists() and vkey in path.read_text().splitlines():
        return
    with path.open("a") as file:
        file.write(f"{vkey}\n")
        file.flush()
        os.fsync(file.fileno())


@cache
def _load(path: Path) -> LogKey:
    key = serialization.load_pem_private_key(keyfile.read(path), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} is not an Ed25519 key")
    return LogKey(key)
