"""Time stamps (RFC 3161): the embedded authority, the client of an external one, and how a token is verified.

The embedded authority is this installation vouching for its own clock: it proves order and integrity to whoever
trusts the installation's time-stamp root, and is labelled as such. An external authority makes it independent.
"""

from __future__ import annotations

import hashlib
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from asn1crypto import cms as asn1_cms
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from paraph.sealing import container, der
from paraph.sealing.cms import Signatory
from paraph.sealing.container import SHA256, Container
from paraph.sealing.errors import SealingError, TimestampFailed, TokenInvalid
from paraph.sealing.keys import Keyset, certificates
from paraph.sealing.waiting import result_of

POLICY = "2.25.190469620381720600680343777687632148024"
"""Policy of the embedded authority: the clock of this installation, nobody else's. A UUID arc (ITU-T X.667)."""
ACCURACY = 1
"""Seconds the embedded authority's clock may be off; hosts are expected to run NTP."""
SERIAL_BITS = 128
TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
ANSWER_WITHIN = 5.0
"""Seconds an external authority may take for each read; a customer is waiting for the receipt."""
LARGEST_ANSWER = 64 * 1024
"""Bytes; a token with its chain has 2 to 8 kB."""
GRANTED = (0, 1)
"""PKIStatus *granted* and *grantedWithMods* (RFC 3161, 2.4.2)."""


class Timestamper(Protocol):
    """Whoever can stamp a digest."""

    def stamp(self, digest: bytes, *, at: datetime) -> bytes:
        """Return a TimeStampToken (DER) over a SHA-256 digest; raises TimestampFailed."""
        ...


@dataclass(frozen=True)
class EmbeddedAuthority:
    """The authority inside this process."""

    keys: Keyset

    def stamp(self, digest: bytes, *, at: datetime) -> bytes:
        """Stamp with the installation's own key and the given time."""
        return token(self.keys, digest, at)


@dataclass(frozen=True)
class ExternalAuthority:
    """An authority behind a URL of the configuration (never one that a user typed)."""

    url: str
    roots: bytes
    """PEM roots that its tokens must lead to."""
    timeout: float = ANSWER_WITHIN

    def stamp(self, digest: bytes, *, at: datetime) -> bytes:
        """Ask over HTTP (RFC 3161, 3.4), and accept only a token that verifies; ``at`` is not sent."""
        nonce = secrets.randbits(63)
        query = der.sequence(der.integer(1), _imprint(digest), der.integer(nonce), der.TRUE)
        answer = self._post(query)
        try:
            status, *stamps = der.children(answer)
            said = int.from_bytes(der.body_of(der.children(status)[0]), "big")
            if said not in GRANTED or not stamps:
                raise TimestampFailed(f"the time-stamp authority refused (PKIStatus {said})")
            stamped = stamps[0]
            if _tst_info(stamped)["nonce"].native != nonce:
                raise TimestampFailed("the time-stamp authority answered another question")
            verify_token(stamped, digest, self.roots)
        except SealingError as error:
            raise TimestampFailed(error.reason) from error
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise TimestampFailed("the time-stamp authority's answer cannot be read") from error
        return stamped

    def _post(self, query: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the URL comes from the configuration
            self.url, data=query, headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with _asking().open(request, timeout=self.timeout) as response:
                answer: bytes = response.read(LARGEST_ANSWER + 1)
        except (OSError, ValueError, urllib.error.URLError) as error:
            raise TimestampFailed(f"the time-stamp authority cannot be reached: {error}") from error
        if len(answer) > LARGEST_ANSWER:
            raise TimestampFailed("the time-stamp authority's answer is too long")
        return answer


class _NoWayOn(urllib.request.HTTPRedirectHandler):
    """What was configured is asked, and nothing it points at (security.md line 32)."""

    def redirect_request(self, *_: Any) -> None:
        """A redirect is a wrong answer like any other."""


@cache
def _asking() -> urllib.request.OpenerDirector:
    """Speaks HTTP alone: files, data and FTP have no handler here."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _NoWayOn(),
    ):
        opener.add_handler(handler)
    return opener


def token(keys: Keyset, digest: bytes, at: datetime) -> bytes:
    """Return the embedded authority's TimeStampToken (DER) over a SHA-256 digest."""
    return _token(keys.tsa, _imprint(digest), at)


def answer(keys: Keyset, query: bytes, at: datetime) -> bytes:
    """Answer a TimeStampReq with a TimeStampResp (both DER), as an authority on the network would.

    Nonce and certReq are honoured; what cannot be served is refused with a PKIFailureInfo, never raised.
    """
    try:
        request = tsp.TimeStampReq.load(query, strict=True)
        imprint = request["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        hashed: bytes = imprint["hashed_message"].native
        policy, nonce, chain = (
            request["req_policy"].native,
            request["nonce"].native,
            request["cert_req"].native,
        )
    except (ValueError, TypeError, KeyError):
        return _refusal("this is no time-stamp request", failure=5)
    if algorithm != "sha256" or len(hashed) != hashlib.sha256().digest_size:
        return _refusal("only SHA-256 is stamped", failure=0)
    if policy not in (None, POLICY):
        return _refusal("this policy is not offered", failure=15)
    stamped = _token(keys.tsa, imprint.dump(), at, nonce=nonce, chain=chain)
    return der.sequence(der.sequence(der.integer(0)), stamped)


def verify_token(stamped: bytes, digest: bytes, roots: bytes) -> datetime:
    """Return the time proven for a SHA-256 digest.

    1. The token encloses a TSTInfo over exactly this digest. 2. Its signature and ESSCertID are right. 3. The
    certificate is for time stamping only and leads to one of ``roots`` (PEM), all valid at the stamped time.
    4. Nothing stands in the token that none of this needed. No network is asked. Raises TokenInvalid.
    """
    try:
        parts = container.read(stamped)
        info = _tst_info(stamped)
        if info["message_imprint"]["hash_algorithm"]["algorithm"].native != "sha256":
            raise TokenInvalid("the time stamp is not over SHA-256")
        moment: datetime = info["gen_time"].native
        status = result_of(_validated(stamped, digest, context(roots, moment)))
    except TokenInvalid:
        raise
    except Exception as error:  # the bytes are foreign: whatever the parser stumbles over makes it invalid
        raise TokenInvalid(f"the time stamp cannot be read: {error}") from error
    if not (status["intact"] and status["valid"]):
        raise TokenInvalid("the time stamp does not belong to this digest, or was changed")
    if status["trust_problem_indic"] is not None:
        raise TokenInvalid("the time stamp does not come from a trusted authority")
    if parts.unsigned or not only_needed(parts, status):
        raise TokenInvalid("the time stamp carries something that nothing vouches for")
    return moment


def only_needed(parts: Container, status: dict[str, Any]) -> bool:
    """Whether each certificate of a container lies on the path that was validated, and the signer is named rightly."""
    signer = status["signing_cert"]
    named: bytes = der.sequence(signer.issuer.dump(), signer["tbs_certificate"]["serial_number"].dump())
    needed = {one.dump() for one in status["validation_path"].iter_certs(include_root=True)}
    return parts.signer == named and needed.issuperset(parts.certificates)


def context(roots: bytes, moment: datetime | None) -> ValidationContext:
    """Judge certificates at a moment, by these roots alone, without the network."""
    anchors = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in certificates(roots)]
    return ValidationContext(
        trust_roots=anchors, moment=moment, allow_fetching=False, revocation_mode="soft-fail"
    )


async def _validated(stamped: bytes, digest: bytes, judge: ValidationContext) -> dict[str, Any]:
    signed = asn1_cms.ContentInfo.load(stamped, strict=True)["content"]
    result: dict[str, Any] = await validate_tst_signed_data(signed, judge, lambda algorithm: digest)
    return result


def _token(
    signatory: Signatory, imprint: bytes, at: datetime, *, nonce: int | None = None, chain: bool = True
) -> bytes:
    """Sign a TSTInfo (RFC 3161, 2.4.2). Ordering stays false: the caller's clock is not promised to be monotonic."""
    info = der.sequence(
        der.integer(1),
        der.oid(POLICY),
        imprint,
        der.integer(secrets.randbits(SERIAL_BITS)),
        der.generalized_time(at),
        der.sequence(der.integer(ACCURACY)),
        der.integer(nonce) if nonce is not None else b"",
        der.explicit(0, der.explicit(4, signatory.certificate.subject.public_bytes())),
    )
    return signatory.sign(
        hashlib.sha256(info).digest(), content_type=TST_INFO, content=info, certificates=chain
    )


def _imprint(digest: bytes) -> bytes:
    if len(digest) != hashlib.sha256().digest_size:
        raise TimestampFailed("only SHA-256 digests are stamped")
    return der.sequence(SHA256, der.octets(digest))


def _tst_info(stamped: bytes) -> Any:
    content = asn1_cms.ContentInfo.load(stamped, strict=True)["content"]["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise TokenInvalid("this is no time stamp")
    return content["content"].parsed


def _refusal(reason: str, *, failure: int) -> bytes:
    """PKIStatusInfo *rejection* with one bit of PKIFailureInfo (RFC 3161, 2.4.2)."""
    bits = bytearray(failure // 8 + 1)
    bits[failure // 8] = 0x80 >> failure % 8
    unused = 7 - failure % 8
    return der.sequence(
        der.sequence(
            der.integer(2),
            der.sequence(der.tlv(0x0C, reason.encode())),
            der.tlv(0x03, bytes((unused, *bits))),
        )
    )
