"""The key that phones seal to: one HPKE key pair a generation, the newest for what is new, all of them to open.

Files `capture-1.pem`, `capture-2.pem`, … beside the other keys: mode 0600, made once, never overwritten.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from paraph.lib import home, keyfile

NAME = re.compile(r"capture-([1-9][0-9]{0,5})\.pem")


def current() -> tuple[str, str]:
    """The id of the newest key, and its public point for phones: uncompressed P-256, base64. Made at first use."""
    found = _files()
    if not found:
        keyfile.read_or_create(_path(1), _fresh())
        found = _files()
    newest = max(found)
    public = _load(_path(newest)).public_key()
    return str(newest), base64.b64encode(
        public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    ).decode()


def private(key_id: str) -> ec.EllipticCurvePrivateKey:
    """The key to open what was sealed to it. Raises `keyfile.KeyFileMissing`."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}", key_id):
        raise keyfile.KeyFileMissing("no such key")
    return _load(_path(int(key_id)))


def rotate() -> str:
    """Make the next key; phones learn of it when they next fetch their work. Older ones go on opening."""
    number = max(_files(), default=0) + 1
    keyfile.create(_path(number), _fresh())
    return str(number)


def _files() -> list[int]:
    return [int(found[1]) for one in home.keys().iterdir() if (found := NAME.fullmatch(one.name))]


def _path(number: int) -> Path:
    return home.keys() / f"capture-{number}.pem"


def _fresh() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read at most once while the file is the same; a key that was moved away is missing at once."""
    content = keyfile.read(path)
    return _parsed(content)


@lru_cache(maxsize=8)
def _parsed(content: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(content, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
