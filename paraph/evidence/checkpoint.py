"""Signed checkpoints and proofs as text, in the formats of C2SP. Pure.

- signed note: c2sp.org/signed-note, Ed25519 (RFC 8032), signature type 0x01
- checkpoint: c2sp.org/tlog-checkpoint: origin, size, root, each on a line, as a signed note
- proof: c2sp.org/tlog-proof@v1: index, inclusion proof, checkpoint, in one file
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from paraph.evidence import tree
from paraph.evidence.tree import NotProven

ED25519 = b"\x01"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
SIGNATURE_START = "\u2014 "
# signed-note asks to accept at least 16; more is not sent by any log or witness we know.
MAX_SIGNATURES = 64


def key_id(name: str, public: bytes) -> bytes:
    """signed-note: SHA-256(name || 0x0A || 0x01 || 32-byte public key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True)
class Verifier:
    """A public key under a name: what a stranger needs to trust."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read ``name+hex key id+base64(0x01 || key)``; raises `NotProven` for anything else."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise NotProven("a verifier key has three parts")
        name, identity, key = parts
        octets = _unbase64(key, "verifier key")
        verifier = cls(name, octets[1:])
        if octets[:1] != ED25519 or len(octets) != 33:
            raise NotProven("not an Ed25519 verifier key")
        if not _is_key_name(name) or identity != key_id(name, verifier.public).hex():
            raise NotProven("the verifier key does not match its id")
        return verifier

    def vkey(self) -> str:
        """The key as one line of text, to publish."""
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{_base64(ED25519 + self.public)}"


class Signer:
    """An Ed25519 key that signs notes under one name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not _is_key_name(name):
            raise ValueError(f"not a key name: {name!r}")
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        self.verifier = Verifier(name, key.public_key().public_bytes(*raw))
        self._key = key

    def sign(self, text: str) -> str:
        """Return the text with one signature. The text ends in a newline and has no control characters."""
        if not text.endswith("\n") or _has_control(text):
            raise ValueError("a note is lines of text")
        name = self.verifier.name
        signature = key_id(name, self.verifier.public) + self._key.sign(text.encode())
        return f"{text}\n{SIGNATURE_START}{name} {_base64(signature)}\n"


def open_note(note: str, verifiers: Sequence[Verifier]) -> str:
    """Return the text of a note that one of the verifiers has signed; signatures of unknown keys are ignored.

    Raises `NotProven`: not a note, a known key's signature is wrong, or no known key has signed.
    """
    text, lines = _split_note(note)
    known = {(verifier.name, key_id(verifier.name, verifier.public)): verifier for verifier in verifiers}
    signed = False
    for line in lines:
        name, signature = _signature(line)
        verifier = known.get((name, signature[:4]))
        if verifier is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature[4:], text.encode())
        except (InvalidSignature, ValueError) as problem:
            raise NotProven(f"the signature of {name} is wrong") from problem
        signed = True
    if not signed:
        raise NotProven("no signature of a known key")
    return text


@dataclass(frozen=True)
class TreeHead:
    """What a checkpoint says: this log had this root when it had this many entries."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """tlog-checkpoint, note text."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    def sign(self, signer: Signer) -> str:
        """The checkpoint as a signed note."""
        return signer.sign(self.text())

    @classmethod
    def parse(cls, text: str) -> TreeHead:
        """Read a note's text; extension lines are allowed and ignored. Raises `NotProven`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NotProven("a checkpoint has three lines")
        root = _unbase64(lines[2], "root hash")
        if len(root) != tree.HASH_BYTES:
            raise NotProven("a root hash has 32 bytes")
        return cls(lines[0], _decimal(lines[1], "tree size"), root)


def open_checkpoint(note: str, verifier: Verifier) -> TreeHead:
    """Verify a signed checkpoint by its log's key; the key's name must be the origin. Raises `NotProven`."""
    head = TreeHead.parse(open_note(note, [verifier]))
    if head.origin != verifier.name:
        raise NotProven("the checkpoint is of another log")
    return head


@dataclass(frozen=True)
class Proof:
    """A tlog-proof: the place of one entry under one checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """tlog-proof@v1."""
        return (
            "".join(
                f"{line}\n" for line in (PROOF_HEADER, f"index {self.index}", *map(_base64, self.hashes), "")
            )
            + self.note
        )

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read a proof; an ``extra`` line, which nothing authenticates, is ignored. Raises `NotProven`."""
        head, gap, note = text.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines.pop(0) != PROOF_HEADER:
            raise NotProven("not a tlog-proof")
        if lines and lines[0].startswith("extra "):
            _unbase64(lines.pop(0).removeprefix("extra "), "extra data")
        if not lines or not lines[0].startswith("index "):
            raise NotProven("the proof names no index")
        index = _decimal(lines.pop(0).removeprefix("index "), "index")
        hashes = tuple(_unbase64(line, "proof hash") for line in lines)
        if len(hashes) > 63 or any(len(one) != tree.HASH_BYTES for one in hashes):
            raise NotProven("not an inclusion proof")
        return cls(index, hashes, note)


def _split_note(note: str) -> tuple[str, list[str]]:
    if _has_control(note):
        raise NotProven("a note has no control characters")
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines.pop() or not lines or len(lines) > MAX_SIGNATURES:
        raise NotProven("not a signed note")
    return text + "\n", lines


def _signature(line: str) -> tuple[str, bytes]:
    name, _, signature = line.removeprefix(SIGNATURE_START).partition(" ")
    octets = _unbase64(signature, "signature")
    if not line.startswith(SIGNATURE_START) or not _is_key_name(name) or len(octets) < 5:
        raise NotProven("not a signature line")
    return name, octets


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _has_control(text: str) -> bool:
    return any(char < " " and char != "\n" for char in text)


def _decimal(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or (text[0] == "0" and text != "0") or len(text) > 19:
        raise NotProven(f"not a {what}: {text[:30]!r}")
    return int(text)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _unbase64(text: str, what: str) -> bytes:
    """RFC 4648, section 4, and only the one canonical spelling of each value."""
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise NotProven(f"not base64: {what}") from problem
    if _base64(octets) != text:
        raise NotProven(f"not base64: {what}")
    return octets
