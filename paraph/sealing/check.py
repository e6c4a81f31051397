"""Says whether a sealed PDF is whole: offline, and stricter than any single tool.

Common readers call a file valid when the signed part is unchanged, even if something was added after it. Here a file
is VALID only if its one signature covers every byte, certifies that nothing may change, and leads to a known root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import cms_basic_validation
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints

from paraph.sealing import cms, container, der
from paraph.sealing.errors import SealingError
from paraph.sealing.timestamp import context, only_needed, verify_token
from paraph.sealing.waiting import result_of

NO_CHANGES = 1
"""DocMDP level at which nothing may change (ISO 32000-1, table 254)."""


@dataclass(frozen=True)
class Verdict:
    """What can be said of a PDF; ``reasons`` are short English sentences, empty for a perfect one."""

    valid: bool
    covers_whole_file: bool = False
    modified: bool = False
    """Signed bytes were changed, or bytes stand in the file that no signature covers."""
    trusted: bool = False
    """The certificate leads to one of the given roots, valid at the time of sealing."""
    timestamped: bool = False
    signed_at: datetime | None = None
    """Time of the verified time stamp; None while it is pending."""
    docmdp: int | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    """A sealed file taken apart, for checks with other tools and for the evidence bundle."""

    signed: bytes
    """What the signature covers: everything but its own container."""
    cms: bytes
    """The CMS container, DER."""
    signature: bytes
    """Raw signature value inside it, over which the time stamp is made."""
    token: bytes | None
    """TimeStampToken, DER; None while pending."""


def check(pdf: bytes, *, seal_roots: bytes, tsa_roots: bytes, at: datetime | None = None) -> Verdict:
    """Judge a sealed PDF by PEM roots; never raises, whatever the bytes are.

    1. There is exactly one signature: PAdES, certifying, P=1. 2. Its byte range is the whole file but the container,
    which is written canonically, without a spare bit. 3. The time stamp, if any, verifies against ``tsa_roots``.
    4. Digest and signature are right, and nothing unneeded travels in the container. 5. The certificate leads to
    ``seal_roots``, valid at the stamped time (without a stamp: at ``at``, now unless given). A missing time stamp is
    mentioned among the reasons, but is no fault.
    """
    try:
        return _judge(pdf, seal_roots, tsa_roots, at)
    except SealingError as error:
        return Verdict(valid=False, modified=True, reasons=(error.reason,))
    except Exception as error:  # noqa: BLE001 - garbage must be a verdict, not a crash
        return Verdict(
            valid=False, modified=True, reasons=(f"The file cannot be read as a sealed PDF: {error}",)
        )


def take_apart(pdf: bytes) -> Parts:
    """Split a sealed PDF, without judging it; raises SealingError when it has not exactly one signature."""
    try:
        return _parts(pdf, _only_signature(pdf))
    except SealingError:
        raise
    except Exception as error:
        raise SealingError(f"The file cannot be read as a sealed PDF: {error}") from error


def _judge(pdf: bytes, seal_roots: bytes, tsa_roots: bytes, at: datetime | None) -> Verdict:
    found = _only_signature(pdf)
    parts = _parts(pdf, found)
    reasons = _faults_of_form(found)
    covers = _covers(pdf, found, parts)
    if not covers:
        reasons.append("The signature does not cover the whole file.")
    moment, stamp_fault = _stamped_at(parts, tsa_roots)
    status = result_of(_status(found, seal_roots, moment or at))
    intact = bool(status["intact"] and status["valid"])
    trusted = intact and status["trust_problem_indic"] is None
    if not intact:
        reasons.append("The signed bytes were changed.")
    elif not trusted:
        reasons.append("The certificate does not lead to a trusted root, or was not valid at the time.")
    elif not only_needed(container.read(parts.cms), status):
        reasons.append("The signature carries something that nothing vouches for.")
    if stamp_fault:
        reasons.append(stamp_fault)
    valid = not reasons
    if parts.token is None:
        reasons.append("The time stamp is pending.")
    return Verdict(
        valid=valid,
        covers_whole_file=covers,
        modified=not (intact and covers),
        trusted=trusted,
        timestamped=moment is not None,
        signed_at=moment,
        docmdp=_docmdp(found),
        reasons=tuple(reasons),
    )


def _only_signature(pdf: bytes) -> EmbeddedPdfSignature:
    found: list[EmbeddedPdfSignature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        raise SealingError(f"The file has {len(found)} signatures instead of one.")
    return found[0]


def _parts(pdf: bytes, found: EmbeddedPdfSignature) -> Parts:
    _, before, after, rest = (int(number) for number in found.byte_range)
    encoded = der.first(found.pkcs7_content)
    signed = container.read(encoded)
    return Parts(
        signed=pdf[:before] + pdf[after : after + rest],
        cms=encoded,
        signature=signed.signature,
        token=_token(signed.unsigned),
    )


def _token(unsigned: Sequence[bytes]) -> bytes | None:
    if not unsigned:
        return None
    _, values = der.children(unsigned[0])
    stamped = der.body_of(values)
    if list(unsigned) != [cms.attribute(cms.TIME_STAMP_TOKEN, stamped)]:
        raise SealingError("The signature carries something unsigned that is no time stamp.")
    return stamped


def _covers(pdf: bytes, found: EmbeddedPdfSignature, parts: Parts) -> bool:
    """Byte range [0 a b c] with b + c the end of the file, and between a and b nothing but the container in hex.

    The container is not among the signed bytes, so its spelling is compared bit by bit: upper-case digits, then zeros.
    """
    start, before, after, rest = (int(number) for number in found.byte_range)
    written = b"<" + parts.cms.hex().upper().encode().ljust(after - before - 2, b"0") + b">"
    return start == 0 and after + rest == len(pdf) and pdf[before:after] == written


def _faults_of_form(found: EmbeddedPdfSignature) -> list[str]:
    faults = []
    if found.sig_object.get("/SubFilter") != "/ETSI.CAdES.detached":
        faults.append("The signature is not a PAdES signature.")
    if _docmdp(found) != NO_CHANGES:
        faults.append("The signature does not certify that nothing may change.")
    return faults


def _docmdp(found: EmbeddedPdfSignature) -> int | None:
    """Level of the certification; None unless the catalogue names this very signature as the certifying one."""
    level = found.docmdp_level
    if level is None or "/Perms" not in found.reader.root:
        return None
    certifying = found.reader.root["/Perms"].raw_get("/DocMDP")
    return int(level.value) if certifying == found.sig_field.raw_get("/V") else None


def _stamped_at(parts: Parts, roots: bytes) -> tuple[datetime | None, str]:
    if parts.token is None:
        return None, ""
    try:
        return verify_token(parts.token, cms.sha256(parts.signature), roots), ""
    except SealingError as error:
        return None, error.reason


async def _status(found: EmbeddedPdfSignature, roots: bytes, moment: datetime | None) -> dict[str, Any]:
    result: dict[str, Any] = await cms_basic_validation(
        found.signed_data,
        raw_digest=found.compute_digest(),
        validation_context=context(roots, moment),
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )
    return result
