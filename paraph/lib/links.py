"""Tokens that go into links: PASETO v4.local under a keyring, so that a stranger sees and forges nothing (S3-02).

The newest key encrypts; older ones only open. A token carries its key id in the footer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pyseto
from pyseto import Key

from paraph.lib import keyfile

KEY_BYTES = 32
# A link longer than this was never ours; refusing early keeps probing cheap.
MAX_TOKEN_CHARS = 1200


class BadLink(Exception):
    """Not a token of ours: changed, cut off, of another key or for another audience. Says no more on purpose."""


class Keyring:
    """Keys newest first."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys:
            raise ValueError("a keyring needs a key")
        self._keys = {_key_id(key): Key.new(version=4, purpose="local", key=key) for key in keys}
        self._newest = _key_id(keys[0])

    def mint(self, claims: dict[str, Any], *, audience: str) -> str:
        """Encrypt claims for one audience."""
        token: bytes = pyseto.encode(
            self._keys[self._newest],
            payload=json.dumps(claims).encode(),
            footer=self._newest.encode(),
            implicit_assertion=audience.encode(),
        )
        return token.decode().removeprefix("v4.local.")

    def read(self, token: str, *, audience: str) -> dict[str, Any]:
        """Decrypt; raises `BadLink` for every flaw alike (security.md line 10)."""
        try:
            if len(token) > MAX_TOKEN_CHARS or not _is_canonical(token):
                raise BadLink
            clear = pyseto.decode(
                list(self._keys.values()), f"v4.local.{token}".encode(), implicit_assertion=audience.encode()
            )
            footer = clear.footer if isinstance(clear.footer, bytes) else b""
            if footer.decode() not in self._keys or not isinstance(clear.payload, bytes):
                raise BadLink
            claims = json.loads(clear.payload)
        except (pyseto.PysetoError, ValueError, TypeError) as problem:
            raise BadLink from problem
        if not isinstance(claims, dict):
            raise BadLink
        return claims


def _is_canonical(token: str) -> bool:
    """Whether each part is the one base64url spelling of its bytes: spare bits would let two links mean one."""
    for part in token.split("."):
        octets = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
            return False
    return True


def _key_id(key: bytes) -> str:
    return "k" + hashlib.sha256(b"paraph link key" + key).hexdigest()[:8]


def rotate(path: Path) -> None:
    """Put a new key in front; the older ones go on opening links already sent."""
    keys = _load(path)
    part = path.with_suffix(".new")
    keyfile.create(part, b"\n".join(key.hex().encode() for key in [os.urandom(KEY_BYTES), *keys]))
    part.replace(path)


def _load(path: Path) -> list[bytes]:
    first = os.urandom(KEY_BYTES).hex().encode()
    return [bytes.fromhex(line.decode()) for line in keyfile.read_or_create(path, first).split()]


@cache
def at(path: Path) -> Keyring:
    """Return the keyring kept in `path`, one hex key a line, made at first use. Restart to pick up a rotation."""
    return Keyring(_load(path))
