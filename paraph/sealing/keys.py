"""The installation's own certificate authority: what seals and what stamps, in files only the owner can read.

Two trees of two certificates each, all P-256: the seal root signs the seal certificate, the time-stamp root signs the
time-stamp certificate. Nobody outside vouches for these names, and the names say so. Root keys are written once and
never loaded again: they are only needed to renew, so they may be moved off the machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from paraph.sealing import authority
from paraph.sealing.cms import Signatory
from paraph.sealing.errors import KeyMissing, KeyUnusable

FILES = ("seal-root", "seal", "tsa-root", "tsa")
"""Each as ``.pem`` (certificate) and ``.key.pem`` (PKCS #8)."""
PENDING = ".new-keys"
"""Folder of a complete set that is being moved in."""


@dataclass(frozen=True)
class Keyset:
    """The loaded keys and certificates of an installation."""

    seal: Signatory
    tsa: Signatory

    @property
    def seal_root_pem(self) -> bytes:
        """Root to trust for seals."""
        return _pem(self.seal.chain[-1])

    @property
    def seal_chain_pem(self) -> bytes:
        """Seal certificate, then its root."""
        return _pem(self.seal.certificate, *self.seal.chain)

    @property
    def tsa_root_pem(self) -> bytes:
        """Root to trust for time stamps of the embedded authority."""
        return _pem(self.tsa.chain[-1])

    @property
    def tsa_chain_pem(self) -> bytes:
        """Time-stamp certificate, then its root."""
        return _pem(self.tsa.certificate, *self.tsa.chain)

    def require_valid(self, at: datetime) -> None:
        """Raise KeyUnusable if any certificate is not valid at this moment."""
        for signatory in (self.seal, self.tsa):
            for certificate in (signatory.certificate, *signatory.chain):
                _require_valid(certificate, at)


def create(folder: Path, *, name: str, at: datetime) -> Keyset:
    """Make all keys and certificates of the installation ``name`` in ``folder``, each file with mode 0600.

    All or nothing: what an interrupted run left is completed by the next. Raises KeyUnusable when any of the files
    exists or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / PENDING).is_dir():
        taken = [path.name for path in _paths(folder) if path.exists()]
        if taken:
            raise KeyUnusable(f"{taken[0]} exists already; keys are never overwritten")
        _prepare(folder, name, at)
    _move_in(folder)
    return load(folder, at=at)


def load(folder: Path, *, at: datetime | None = None) -> Keyset:
    """Read the keys that ``create`` made and judge them at a moment (now, unless given).

    Raises KeyMissing, or KeyUnusable when a file cannot be read, a key does not belong to its certificate, a
    certificate to its root, or one is not valid at that moment.
    """
    keyset = Keyset(seal=_signatory(folder, "seal"), tsa=_signatory(folder, "tsa"))
    keyset.require_valid(at or datetime.now(UTC))
    return keyset


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Read PEM certificates; raises KeyUnusable when there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise KeyUnusable("these are no PEM certificates") from error


def _paths(folder: Path) -> list[Path]:
    return [folder / f"{name}{suffix}" for name in FILES for suffix in (".pem", ".key.pem")]


def _prepare(folder: Path, name: str, at: datetime) -> None:
    """Write the whole set aside, then name it PENDING in one step: from there on it is complete."""
    scratch = Path(tempfile.mkdtemp(prefix=".keys-", dir=folder))
    try:
        for prefix, stamps in (("seal", False), ("tsa", True)):
            made = authority.issue(name, stamps=stamps, at=at)
            write(scratch, f"{prefix}-root", made.root, made.root_key)
            write(scratch, prefix, made.certificate, made.key)
        sync(scratch)
        scratch.rename(folder / PENDING)
        sync(folder)
    except OSError as error:
        # Another process that starts at the same time was first: its set counts.
        if not (folder / PENDING).is_dir():
            raise KeyUnusable(f"the keys cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _move_in(folder: Path) -> None:
    """Give the pending files their place; may be repeated after a crash, and never replaces a file."""
    for path in _paths(folder):
        with suppress(FileExistsError, FileNotFoundError):
            os.link(folder / PENDING / path.name, path)
    sync(folder)
    shutil.rmtree(folder / PENDING, ignore_errors=True)


def write(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a new pair, ``NAME.key.pem`` and ``NAME.pem``, for its owner alone; raises FileExistsError."""
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, data in ((f"{name}.key.pem", secret), (f"{name}.pem", _pem(certificate))):
        descriptor = os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _signatory(folder: Path, name: str) -> Signatory:
    certificate = read_certificate(folder / f"{name}.pem")
    root = read_certificate(folder / f"{name}-root.pem")
    key = read_key(folder / f"{name}.key.pem")
    if key.public_key() != certificate.public_key():
        raise KeyUnusable(f"{name}.key.pem does not belong to {name}.pem")
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise KeyUnusable(f"{name}.pem was not issued by {name}-root.pem") from error
    return Signatory(key, certificate, [root])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyMissing(f"{path.name} is missing") from error
    except OSError as error:
        raise KeyUnusable(f"{path.name} cannot be read: {error.strerror}") from error


def read_certificate(path: Path) -> x509.Certificate:
    """Read one PEM certificate; raises KeyMissing, KeyUnusable."""
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise KeyUnusable(f"{path.name} is no certificate") from error


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read one P-256 key; raises KeyMissing, KeyUnusable."""
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path.name} is no private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyUnusable(f"{path.name} is no P-256 key")
    return key


def _require_valid(certificate: x509.Certificate, at: datetime) -> None:
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        whose = certificate.subject.rfc4514_string()
        ends = certificate.not_valid_after_utc.date().isoformat()
        begins = certificate.not_valid_before_utc.date().isoformat()
        raise KeyUnusable(f"the certificate {whose} is valid from {begins} to {ends} only")


def _pem(*chain: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)
