"""Issues the installation's certificates: a root for seals, a root for time stamps, one certificate under each.

Nobody outside vouches for these names, so the names say plainly whose authority it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_LIFE = timedelta(days=20 * 365 + 5)
SEAL_LIFE = timedelta(days=5 * 365 + 1)
STAMP_LIFE = ROOT_LIFE - timedelta(days=1)
"""As long as its root: a sealed copy must be checkable for as long as it must be kept."""
CLOCK_SLACK = timedelta(minutes=5)
"""Certificates begin this much earlier, so that a reader whose clock is behind accepts a fresh seal."""
LONGEST_NAME = 64
"""Bytes; ub-common-name and ub-organization-name of RFC 5280."""


@dataclass(frozen=True)
class Authority:
    """A root and the one certificate under it, with both keys (P-256)."""

    root_key: ec.EllipticCurvePrivateKey
    root: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def issue(name: str, *, stamps: bool, at: datetime) -> Authority:
    """Make the authority for seals, or for time ``stamps``, of the installation ``name``, valid from ``at``."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _root(root_key, name, "time stamps" if stamps else "seals", at)
    subject = _name("Paraph time stamps" if stamps else "Paraph seal", name, "own authority")
    return under(root, root_key, subject, stamps=stamps, at=at)


def under(
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    *,
    stamps: bool,
    at: datetime,
) -> Authority:
    """Make a new key, and its certificate under a root that is there; it never outlives the root."""
    key = ec.generate_private_key(ec.SECP256R1())
    life = min(STAMP_LIFE if stamps else SEAL_LIFE, root.not_valid_after_utc - at)
    builder = (
        _builder(subject, root.subject, key, root_key, at, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
    )
    if stamps:
        # RFC 3161, 2.3: exactly this purpose, and critical.
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(only, critical=True)
    return Authority(root_key, root, key, builder.sign(root_key, hashes.SHA256()))


def _root(key: ec.EllipticCurvePrivateKey, name: str, purpose: str, at: datetime) -> x509.Certificate:
    subject = _name("Paraph installation authority", name, purpose)
    return (
        _builder(subject, subject, key, key, at, ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    at: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    begin = at.astimezone(UTC).replace(microsecond=0) - CLOCK_SLACK
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )


def _name(start: str, name: str, unit: str) -> x509.Name:
    """Common name ``<start> of <name>``; a name too long is cut there, and stands in the organisation."""
    start = f"{start} of "
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, start + _cut(name, LONGEST_NAME - len(start))),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(name, LONGEST_NAME)),
        ]
    )


def _cut(name: str, room: int) -> str:
    """At most ``room`` bytes of UTF-8, of printable characters."""
    clean = " ".join("".join(c for c in name if c.isprintable()).split()) or "this installation"
    if len(clean.encode()) <= room:
        return clean
    return clean.encode()[: room - 3].decode(errors="ignore").rstrip() + "…"


def _usage(**granted: bool) -> x509.KeyUsage:
    purposes = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{purpose: granted.get(purpose, False) for purpose in purposes.split()})
