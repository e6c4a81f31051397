"""CMS SignedData with one signer (RFC 5652), in the only spelling accepted here.

A signature does not sign its own container: version numbers, algorithm parameters and the certificates that travel
along could be changed without breaking it. So reading puts the parts together again and demands the very same bytes,
and the checks demand that every certificate inside is one that was needed. Then no bit of a container is spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paraph.sealing import der

DATA = der.oid("1.2.840.113549.1.7.1")
SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_NULL = b"\x05\x00"

_SHA2 = {
    name: der.oid(f"2.16.840.1.101.3.4.2.{arc}")
    for name, arc in (("sha256", 1), ("sha384", 2), ("sha512", 3))
}
SHA256 = der.sequence(_SHA2["sha256"])
ECDSA_WITH_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
DIGESTS = frozenset(der.sequence(oid, end) for oid in _SHA2.values() for end in (b"", _NULL))
"""SHA-2 without parameters or with NULL: authorities write either (RFC 5754, 2)."""
SIGNATURES = frozenset(
    [der.sequence(der.oid(f"1.2.840.10045.4.3.{arc}")) for arc in (2, 3, 4)]
    + [der.sequence(der.oid(f"1.2.840.113549.1.1.{arc}"), _NULL) for arc in (1, 11, 12, 13)]
)
"""ECDSA, and RSA of PKCS #1 v1.5, with SHA-2."""


@dataclass(frozen=True)
class Container:
    """The parts, each as encoded DER unless said otherwise."""

    content_type: bytes
    content: bytes | None
    """Raw enclosed content; None when detached."""
    certificates: Sequence[bytes]
    signer: bytes
    """IssuerAndSerialNumber."""
    digest_algorithm: bytes
    attributes: bytes
    """Body of the signed attributes."""
    signature_algorithm: bytes
    signature: bytes
    """Raw signature value."""
    unsigned: Sequence[bytes] = ()
    """Unsigned attributes."""

    def encode(self) -> bytes:
        """Return the DER of the ContentInfo."""
        signer = der.sequence(
            der.integer(1),
            self.signer,
            self.digest_algorithm,
            der.explicit(0, self.attributes),
            self.signature_algorithm,
            der.octets(self.signature),
            der.explicit(1, b"".join(self.unsigned)) if self.unsigned else b"",
        )
        enclosed = b"" if self.content is None else der.explicit(0, der.octets(self.content))
        signed = der.sequence(
            der.integer(1 if self.content_type == DATA else 3),
            der.set_of(self.digest_algorithm),
            der.sequence(self.content_type, enclosed),
            der.explicit(0, b"".join(self.certificates)) if self.certificates else b"",
            der.set_of(signer),
        )
        return der.sequence(SIGNED_DATA, der.explicit(0, signed))


def read(encoded: bytes) -> Container:
    """Take a container apart; raises ValueError unless ``encode`` gives the very same bytes."""
    _, wrapped = der.children(encoded)
    (signed,) = der.children(wrapped)
    _, _, enclosed, *certificates, signers = der.children(signed)
    (signer,) = der.children(signers)
    _, identifier, digest_algorithm, attributes, signature_algorithm, signature, *unsigned = der.children(
        signer
    )
    content_type, *content = der.children(enclosed)
    found = Container(
        content_type=content_type,
        content=der.body_of(der.body_of(content[0])) if content else None,
        certificates=der.children(certificates[0]) if certificates else (),
        signer=identifier,
        digest_algorithm=digest_algorithm,
        attributes=der.body_of(attributes),
        signature_algorithm=signature_algorithm,
        signature=der.body_of(signature),
        unsigned=der.children(unsigned[0]) if unsigned else (),
    )
    if digest_algorithm not in DIGESTS or signature_algorithm not in SIGNATURES or found.encode() != encoded:
        raise ValueError("the signature container is not written in the one accepted way")
    return found
