"""Ordinary PDFs as customers have them: exports, scans, forms, with notes on them, signed; upright and lying."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pikepdf import Array, Dictionary, Name, Pdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from paraph.sealing import keys
from paraph.sealing.seal import seal
from tests.intake import files

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
# Where each note lies (points from the lower left corner), and how programs for notes draw it.
NOTES = {
    "Highlight": ((60, 500, 260, 520), b"1 0.95 0.2 rg 0 0 200 20 re f"),
    "Stamp": ((300, 500, 420, 560), b"0.8 0.1 0.2 RG 4 w 4 4 112 52 re S"),
    "Ink": ((60, 400, 260, 460), b"0.1 0.1 0.6 RG 6 w 5 5 m 60 55 120 5 195 50 c S"),
    "FreeText": ((300, 400, 460, 440), b"0.85 0.95 0.85 rg 0 0 160 40 re f"),
    "Text": ((480, 600, 504, 624), b"0.95 0.6 0.1 rg 0 0 24 24 re f"),
}


def noted(*, pages: int = 1, flipped: bool = False, looks: bool = True, flags: int = 4) -> bytes:
    """A PDF with a highlight, a stamp, ink, a text, a note with its pop-up, and a link on every page."""

    def mend(pdf: Pdf) -> None:
        for page in pdf.pages:
            page.Annots = Array([*(_note(pdf, kind, looks, flags) for kind in NOTES), _link(), _popup()])

    return files.mended(mend, files.office(pages, flipped=flipped))


def _note(pdf: Pdf, kind: str, looks: bool, flags: int) -> pikepdf.Object:
    rectangle, drawing = NOTES[kind]
    note = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array(rectangle), F=flags)
    note.C, note.T = Array([1, 0.9, 0.2]), pikepdf.String("Kees")
    note.Contents = pikepdf.String("Please look at this")
    left, bottom, right, top = rectangle
    if kind == "Highlight":
        note.QuadPoints = Array([left, top, right, top, left, bottom, right, bottom])
    if kind == "Ink":
        note.InkList = Array([Array([left, bottom, right, top])])
    if looks:
        look = pdf.make_stream(drawing, Type=Name.XObject, Subtype=Name.Form)
        look.BBox = Array([0, 0, right - left, top - bottom])
        note.AP = Dictionary(N=look)
    return pdf.make_indirect(note)


def _link() -> pikepdf.Object:
    act = Dictionary(S=Name.URI, URI=pikepdf.String("https://example.com/track"))
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([60, 300, 160, 320]), A=act)


def _popup() -> pikepdf.Object:
    return Dictionary(Type=Name.Annot, Subtype=Name.Popup, Rect=Array([400, 200, 560, 280]), Open=True)


@cache
def _keys() -> keys.Keyset:
    with TemporaryDirectory() as folder:
        return keys.create(Path(folder), name="Polder Aero Maintenance", at=AT)


def sealed(*, flipped: bool = False) -> bytes:
    """A PDF with the seal of this product: our own papers come back as they are, too."""
    return seal(files.office(2, flipped=flipped), _keys(), reason="Signed by all parties", at=AT).bytes


def signed() -> bytes:
    """A PDF that another program signed, with a picture of it on the page."""
    own = _keys().seal
    store = SimpleCertificateStore()
    key = own.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        x509.Certificate.load(own.certificate.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(key),
        store,
    )
    out = io.BytesIO()
    PdfSigner(
        PdfSignatureMetadata(field_name="Signature1"),
        signer,
        stamp_style=TextStampStyle(stamp_text="Signed by Kees de Boer", border_width=4),
        new_field_spec=SigFieldSpec("Signature1", box=(60, 400, 300, 460)),
    ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(files.office())), output=out)
    return out.getvalue()


def _turned() -> bytes:
    return files.mended(lambda pdf: pdf.pages[0].rotate(90, relative=False))


def _owned() -> bytes:
    return files.mended(lambda pdf: None, encryption=pikepdf.Encryption(owner="x", user=""))


# By name: the file, and how many pages come of it. Their letters stay letters, but for `DRAWN`.
CORPUS: dict[str, tuple[Callable[[], bytes], int]] = {
    "office": (lambda: files.office(), 1),
    "office, landscape": (lambda: files.office(3, flipped=True), 3),
    "office, 200 pages": (lambda: files.office(200), 204),
    "scan": (lambda: files.scan(3), 3),
    "form": (lambda: files.form(), 1),
    "turned": (_turned, 1),
    "owner's password": (_owned, 1),
    "notes": (lambda: noted(), 1),
    "notes, landscape": (lambda: noted(pages=2, flipped=True), 2),
    "notes, 60 pages": (lambda: noted(pages=60), 61),
    "sealed": (lambda: sealed(), 2),
    "sealed, landscape": (lambda: sealed(flipped=True), 2),
    "signed by another program": (lambda: signed(), 1),
}
# Files of which a page is drawn once, and why: the other program writes in a font that is not in the file.
DRAWN = {"signed by another program": {"1": ["font"]}}
