"""Seals a PDF once: one certifying PAdES signature with a time stamp (B-T), after which nothing may change.

ETSI EN 319 142-1 baseline; DocMDP P=1; an invisible field; byte range over the whole file. pyHanko writes the
incremental update, ``cms`` the signature: pyHanko's own costs 25 ms more, and remains the judge in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from paraph.sealing import cms, container
from paraph.sealing.errors import SealFailed, SealingError, TimestampFailed
from paraph.sealing.keys import Keyset
from paraph.sealing.timestamp import EmbeddedAuthority, Timestamper

FIELD = "Seal"
RESERVED = 6 * 1024
"""Bytes kept free for the signature container: with a token of our own it has about 4 kB."""
RESERVED_EXTERNAL = 16 * 1024
"""The same for an external authority, whose token may bring 8 kB of certificates."""


@dataclass(frozen=True)
class Sealed:
    """A sealed PDF, and whether a time stamp is inside or still pending."""

    bytes: bytes
    timestamped: bool


def seal(
    pdf: bytes, keys: Keyset, *, reason: str, at: datetime, timestamper: Timestamper | None = None
) -> Sealed:
    """Return the PDF with its seal appended; the given bytes remain its exact beginning.

    ``reason`` is written into the signature dictionary. ``timestamper`` is the embedded authority unless given; when
    it fails the seal is made without a time stamp (B-B) and says so. Raises KeyUnusable when a certificate is not
    valid at ``at``, SealFailed when the PDF cannot be read or holds a signature already.
    """
    keys.require_valid(at)
    authority = timestamper or EmbeddedAuthority(keys)
    reserved = RESERVED if isinstance(authority, EmbeddedAuthority) else RESERVED_EXTERNAL
    try:
        prepared = _prepare(pdf, reason, at, reserved)
        plain = keys.seal.sign(prepared.digest)
        sealed = _stamped(plain, authority, at)
        if len(sealed) > reserved:
            sealed = plain
        return Sealed(prepared.fill(sealed), timestamped=sealed != plain)
    except SealingError:
        raise
    except (
        Exception
    ) as error:  # the PDF may be foreign: whatever the parser stumbles over, it cannot be sealed
        raise SealFailed(f"the PDF cannot be sealed: {error}") from error


def _stamped(signed: bytes, authority: Timestamper, at: datetime) -> bytes:
    """The container with a time stamp over its signature value; as it was when the authority fails."""
    parts = container.read(signed)
    try:
        token = authority.stamp(cms.sha256(parts.signature), at=at)
    except TimestampFailed:
        return signed
    return replace(parts, unsigned=[cms.attribute(cms.TIME_STAMP_TOKEN, token)]).encode()


class _Writer(IncrementalPdfFileWriter):
    """Leaves title, dates and PDF/A claims as they were rendered: a seal changes no metadata, and asks no clock."""

    def _update_meta(self) -> None:
        pass


class _Prepared:
    """The PDF with its signature field in place and room for the container."""

    def __init__(self, steps: Any, digest: bytes, output: BytesIO, reserved: int) -> None:
        self._steps, self.digest, self._output, self._reserved = steps, digest, output, reserved

    def fill(self, signed: bytes) -> bytes:
        if len(signed) > self._reserved:
            raise SealFailed(
                f"the signature has {len(signed)} bytes, more than the {self._reserved} kept free"
            )
        self._steps.send(signed)
        return self._output.getvalue()


def _prepare(pdf: bytes, reason: str, at: datetime, reserved: int) -> _Prepared:
    writer = _Writer(BytesIO(pdf))
    _require_sealable(writer)
    _order_tabs(writer)
    steps = PdfCMSEmbedder(new_field_spec=_field()).write_cms(field_name=FIELD, writer=writer)
    next(steps)
    room = SignatureObject(
        timestamp=at, subfilter=SigSeedSubFilter.PADES, reason=reason, bytes_reserved=2 * reserved
    )
    certifying = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=room, mdp_setup=certifying))
    placed, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    return _Prepared(steps, placed.document_digest, output, reserved)


def _require_sealable(writer: IncrementalPdfFileWriter) -> None:
    if writer.prev.encrypted:
        raise SealFailed("an encrypted PDF cannot be sealed")
    if "/Perms" in writer.root or next(iter(writer.prev.embedded_signatures), None) is not None:
        raise SealFailed("this PDF is sealed or signed already; it is sealed only once")


def _field() -> SigFieldSpec:
    # PDF/A-3 wants every annotation printable and not hidden; one without extent needs no appearance.
    shown = InvisSigSettings(set_print_flag=True, set_hidden_flag=False)
    return SigFieldSpec(FIELD, on_page=0, invis_sig_settings=shown, readable_field_name=FIELD)


def _order_tabs(writer: IncrementalPdfFileWriter) -> None:
    """A page with an annotation must follow the structure when tabbing (PDF/UA-1, 7.18.3)."""
    page_ref, _ = writer.find_page_for_modification(0)
    page = page_ref.get_object()
    if page.get("/Tabs") != "/S":
        page[pdf_name("/Tabs")] = pdf_name("/S")
        writer.mark_update(page_ref)
