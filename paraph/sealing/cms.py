"""Signs with a key kept loaded: CMS SignedData (RFC 5652) with ECDSA P-256 and SHA-256.

Both kinds needed here are made alike: the detached CAdES signature of a PDF (ETSI EN 319 122-1, baseline B) and the
time-stamp token (RFC 3161). What does not change between two signatures is encoded once, when the key is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from paraph.sealing import der
from paraph.sealing.container import DATA, ECDSA_WITH_SHA256, SHA256, Container

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
TIME_STAMP_TOKEN = "1.2.840.113549.1.9.16.2.14"  # noqa: S105


def sha256(data: bytes) -> bytes:
    """The raw SHA-256 digest."""
    return hashlib.sha256(data).digest()


class Signatory:
    """A loaded key with its certificate and the certificates above it, ready to sign."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
    ) -> None:
        """``chain`` runs from the issuer to the root; it travels inside each signature."""
        self.key = key
        self.certificate = certificate
        self.chain = tuple(chain)

    def sign(
        self,
        digest: bytes,
        *,
        content_type: bytes = DATA,
        content: bytes | None = None,
        certificates: bool = True,
    ) -> bytes:
        """Return the DER of a ContentInfo over content with this SHA-256 ``digest``.

        ``content`` is enclosed when given (time stamps), else the signature is detached (PDF).
        """
        attributes = der.set_of(
            attribute(CONTENT_TYPE, content_type),
            attribute(MESSAGE_DIGEST, der.octets(digest)),
            self._signing_certificate,
        )
        # RFC 5652, 5.4: what is signed is the SET OF; what is stored carries the tag [0] instead.
        signature = self.key.sign(attributes, ec.ECDSA(hashes.SHA256()))
        return Container(
            content_type=content_type,
            content=content,
            certificates=self._certificates if certificates else (),
            signer=self._issuer_and_serial,
            digest_algorithm=SHA256,
            attributes=der.body_of(attributes),
            signature_algorithm=ECDSA_WITH_SHA256,
            signature=signature,
        ).encode()

    @cached_property
    def _certificates(self) -> list[bytes]:
        return sorted(one.public_bytes(Encoding.DER) for one in (self.certificate, *self.chain))

    @cached_property
    def _issuer_and_serial(self) -> bytes:
        return der.sequence(
            self.certificate.issuer.public_bytes(), der.integer(self.certificate.serial_number)
        )

    @cached_property
    def _signing_certificate(self) -> bytes:
        """ESSCertIDv2 (RFC 5035): binds the signature to this very certificate. SHA-256 is the default, so left out."""
        digest = sha256(self.certificate.public_bytes(Encoding.DER))
        name = der.sequence(der.explicit(4, self.certificate.issuer.public_bytes()))
        identified = der.sequence(
            der.octets(digest), der.sequence(name, der.integer(self.certificate.serial_number))
        )
        return attribute(SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(identified)))


def attribute(kind: str, value: bytes) -> bytes:
    """An Attribute with one value."""
    return der.sequence(der.oid(kind), der.set_of(value))
