"""Encryption at rest for what may have to be forgotten: AES-256-GCM under a key file outside the database.

Sealed bytes: one byte version (1), 12 bytes nonce, ciphertext with tag. The purpose is authenticated, so a value
moved to another place does not open there.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from paraph.lib import keyfile

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class VaultClosed(Exception):
    """The bytes cannot be opened: wrong key, wrong purpose, or changed."""


class Vault:
    """Seals and opens small values with one key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, clear: bytes, *, purpose: str) -> bytes:
        """Encrypt; `purpose` must be given again to open."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, clear, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Decrypt; raises `VaultClosed`."""
        if sealed[:1] != VERSION:
            raise VaultClosed("unknown version")
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, purpose.encode())
        except InvalidTag as problem:
            raise VaultClosed("wrong key or changed bytes") from problem


def create(path: Path) -> None:
    """Make the key of a new vault in `path`; one that is there stays."""
    keyfile.read_or_create(path, os.urandom(KEY_BYTES))


@cache
def at(path: Path) -> Vault:
    """Return the vault whose key lives in `path`; raises `KeyFileMissing`.

    Never makes one: what was sealed before would be lost behind a key that looks right.
    """
    return Vault(keyfile.read(path))
