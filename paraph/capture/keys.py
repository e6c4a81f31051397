"""The key that phones seal to: one HPKE key pair a generation, the newest for what is new, all of them to open.

Files `capture-1-….key.pem`, `capture-2-….key.pem` beside the other keys: mode 0600, made once, never overwritten. A key
is known by its fingerprint, so that one made anew is never taken for one that was lost.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from paraph.lib import home, keyfile

NAME = re.compile(r"capture-([1-9][0-9]{0,5})-([0-9a-f]{8})\.key\.pem")


def current() -> tuple[str, str]:
    """The id of the newest key, and its public point for phones: uncompressed P-256, base64. Made at first use."""
    found = _files() or [_made(1)]
    newest = max(found, key=_number)
    return _id(newest), base64.b64encode(_point(_load(newest))).decode()


def private(key_id: str) -> ec.EllipticCurvePrivateKey:
    """The key to open what was sealed to it. Raises `keyfile.KeyFileMissing` for one that is not there."""
    found = [path for path in _files() if _id(path) == key_id]
    if not found:
        raise keyfile.KeyFileMissing("no such key")
    return _load(found[0])


def rotate() -> str:
    """Make the next key; phones learn of it when they next fetch their work. Older ones go on opening."""
    return _id(_made(1 + max(map(_number, _files()), default=0)))


def _files() -> list[Path]:
    return [one for one in home.keys().iterdir() if NAME.fullmatch(one.name)]


def _id(path: Path) -> str:
    return path.name.split("-")[2].split(".")[0]


def _number(path: Path) -> int:
    return int(path.name.split("-")[1])


def _made(number: int) -> Path:
    """A new key in its file; of two processes that begin at once each may make one, and both open."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = home.keys() / f"capture-{number}-{hashlib.sha256(_point(key)).hexdigest()[:8]}.key.pem"
    keyfile.create(
        path,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    return path


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read each time, so that a key that was moved away is missing at once; parsed once."""
    return _parsed(keyfile.read(path))


@lru_cache(maxsize=8)
def _parsed(content: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(content, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
