"""Encryption of a stream with a passphrase, in the format of age (age-encryption.org/v1): `age -d` opens it too.

A random file key is wrapped under a key that scrypt derives from the passphrase; the stream is cut into pieces of
64 KiB, each sealed by ChaCha20-Poly1305 with its number and whether it is the last, so that nothing can be changed,
moved or cut off unseen. Constant memory, whatever the length.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import os
import re
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"age-encryption.org/v1\n"
PIECE = 64 * 1024
TAG = 16
FILE_KEY = 16
SALT = 16
# log2 of scrypt's N: 128 MB and half a second for each guess. What we read may cost eight times as much, no more.
WORK = 17
MOST_WORK = 20
MOST_HEADER = 4096
STANZA = re.compile(
    rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n(---) ([A-Za-z0-9+/]{43})\n"
)
NO_NONCE = bytes(12)


class WrongPassphrase(Exception):
    """The passphrase does not open the file."""


class Damaged(Exception):
    """The bytes are not as they were written, or the end is missing."""


class Writer(io.RawIOBase):
    """What is written here goes encrypted to `target`. `close` ends the stream and leaves the target open."""

    def __init__(self, target: IO[bytes], passphrase: str, *, work: int = WORK) -> None:
        super().__init__()
        key, salt = os.urandom(FILE_KEY), os.urandom(SALT)
        wrapped = ChaCha20Poly1305(_stretched(passphrase, salt, work)).encrypt(NO_NONCE, key, None)
        header = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_text(salt), work, _text(wrapped))
        nonce = os.urandom(16)
        target.write(header + b" " + _text(_authentic(key, header)) + b"\n" + nonce)
        self._target, self._cipher = target, _payload(key, nonce)
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, octets: bytes) -> int:  # type: ignore[override]
        """Take all of it."""
        self._waiting += octets
        # The last piece is marked as such, so one is always kept back.
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(octets)

    def close(self) -> None:
        """Write the last piece."""
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
            self._waiting.clear()
        super().close()

    def abandon(self) -> None:
        """End without a last piece: what was written is no stream."""
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class Reader(io.RawIOBase):
    """The clear bytes of an encrypted `source`, read from its start.

    Raises `WrongPassphrase`, and `Damaged` as soon as a piece is not as it was written.
    """

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        super().__init__()
        head = source.read(MOST_HEADER)
        match = STANZA.match(head, len(MAGIC))
        if not head.startswith(MAGIC) or match is None:
            raise Damaged("this is no file encrypted with a passphrase")
        salt, work, wrapped = _octets(match[1]), int(match[2]), _octets(match[3])
        if work > MOST_WORK:
            raise Damaged(f"a passphrase that costs 2^{work} is not tried")
        try:
            key = ChaCha20Poly1305(_stretched(passphrase, salt, work)).decrypt(NO_NONCE, wrapped, None)
        except InvalidTag as problem:
            raise WrongPassphrase("the passphrase does not open this file") from problem
        if not hmac.compare_digest(_authentic(key, head[: match.end(4)]), _octets(match[5])):
            raise Damaged("the head of the file was changed")
        nonce, rest = head[match.end() :][:16], head[match.end() :][16:]
        if len(nonce) < 16:
            raise Damaged("the file is cut off")
        self._source, self._cipher = source, _payload(key, nonce)
        self._ahead, self._clear, self._number, self._ended = rest, b"", 0, False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill as much as the next piece gives; 0 at the end."""
        while not self._clear and not self._ended:
            self._next()
        taken = self._clear[: len(buffer)]
        buffer[: len(taken)] = taken
        self._clear = self._clear[len(taken) :]
        return len(taken)

    def _next(self) -> None:
        # One octet more than a piece tells whether another one follows.
        wanted = PIECE + TAG + 1
        while len(self._ahead) < wanted and (more := self._source.read(wanted - len(self._ahead))):
            self._ahead += more
        self._ended = len(self._ahead) < wanted
        sealed, self._ahead = self._ahead[: PIECE + TAG], self._ahead[PIECE + TAG :]
        try:
            self._clear = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, None)
        except InvalidTag as problem:
            raise Damaged("the file was changed, or its end is missing") from problem
        if not self._clear and self._number:
            raise Damaged("the file has an empty end")
        self._number += 1


def is_encrypted(source: IO[bytes]) -> bool:
    """Whether a file at its start is encrypted; leaves it at its start."""
    found = source.read(len(MAGIC)) == MAGIC
    source.seek(0)
    return found


def _stretched(passphrase: str, salt: bytes, work: int) -> bytes:
    salted = b"age-encryption.org/v1/scrypt" + salt
    return Scrypt(salt=salted, length=32, n=1 << work, r=8, p=1).derive(passphrase.encode())


def _authentic(key: bytes, header: bytes) -> bytes:
    return hmac.digest(HKDF(SHA256(), 32, salt=None, info=b"header").derive(key), header, "sha256")


def _payload(key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=nonce, info=b"payload").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _text(octets: bytes) -> bytes:
    return base64.b64encode(octets).rstrip(b"=")


def _octets(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as problem:
        raise Damaged("the head of the file is not readable") from problem
