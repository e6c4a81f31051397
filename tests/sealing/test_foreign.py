"""Tools that know nothing of us confirm the sealed file (evidence.md: the five independent checks)."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from paraph.sealing.keys import Keyset
from paraph.sealing.timestamp import context
from paraph.sealing.waiting import result_of
from tests.sealing.conftest import AT, RECORD, Laid, Run


def test_R5_pdfsig_calls_the_seal_valid_and_the_whole_file_signed(laid: Laid, run: Run) -> None:
    # Without an NSS database pdfsig judges the signature, not the issuer; trust is what pyHanko and openssl test.
    said = run("pdfsig", "sealed.pdf")
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_R5_pyhanko_calls_the_seal_valid_trusted_and_the_entire_file_covered(
    sealed: bytes, keyset: Keyset
) -> None:
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    status: Any = result_of(
        async_validate_pdf_signature(
            signature, context(keyset.seal_root_pem, AT), context(keyset.tsa_root_pem, AT)
        )
    )
    assert status.bottom_line
    assert status.trusted
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level == ModificationLevel.NONE
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == AT


def test_R5_openssl_verifies_the_cms_over_the_byte_range(laid: Laid, run: Run) -> None:
    arguments = [
        "-binary",
        "-inform",
        "DER",
        "-in",
        "sig.p7s",
        "-content",
        "signed.bin",
        "-CAfile",
        "seal-root.pem",
    ]
    attime = ["-attime", str(int(AT.timestamp()))]
    for cades in ([], ["-cades"]):
        said = run(
            "openssl", "cms", "-verify", *cades, *arguments, *attime, "-purpose", "any", "-out", "content.out"
        )
        assert "successful" in said


def test_R5_openssl_refuses_the_cms_over_other_bytes(laid: Laid, run: Run) -> None:
    (laid.folder / "signed.bin").write_bytes(laid.parts.signed[:-1] + b"!")
    arguments = [
        "-binary",
        "-inform",
        "DER",
        "-in",
        "sig.p7s",
        "-content",
        "signed.bin",
        "-CAfile",
        "seal-root.pem",
    ]
    run("openssl", "cms", "-verify", *arguments, "-purpose", "any", "-out", "content.out", fails=True)


def test_R8_openssl_verifies_the_time_stamp_over_the_signature_value(laid: Laid, run: Run) -> None:
    digest = hashlib.sha256(laid.parts.signature).hexdigest()
    attime = ["-attime", str(int(AT.timestamp()))]
    for what in (["-data", "signature.bin"], ["-digest", digest]):
        said = run(
            "openssl",
            "ts",
            "-verify",
            "-token_in",
            "-in",
            "token.der",
            *what,
            "-CAfile",
            "tsa-root.pem",
            *attime,
        )
        assert "Verification: OK" in said


def test_pdfdetach_returns_the_record_byte_for_byte(laid: Laid, run: Run) -> None:
    run("pdfdetach", "-saveall", "sealed.pdf")
    assert (laid.folder / "record.json").read_bytes() == RECORD


def test_qpdf_finds_no_fault(laid: Laid, run: Run) -> None:
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", "sealed.pdf")


def test_the_sealed_file_still_claims_pdf_a_3a_and_pdf_ua_1(laid: Laid, run: Run) -> None:
    said = run("pdfinfo", "-meta", "sealed.pdf")
    assert "<pdfaid:part>3</pdfaid:part>" in said
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in said
    assert "<pdfuaid:part>1</pdfuaid:part>" in said
    with pikepdf.open(laid.folder / "sealed.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        (attached,) = pdf.Root.AF
        assert str(attached.AFRelationship) == "/Data"
        (widget,) = pdf.pages[0].Annots
        assert int(widget.F) & 4
        assert not int(widget.F) & 2
        assert str(pdf.pages[0].Tabs) == "/S"


def test_every_font_is_embedded(laid: Laid, run: Run) -> None:
    rows = run("pdffonts", "sealed.pdf").splitlines()[2:]
    assert rows
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows), rows


def test_the_mark_is_drawn_as_vector_and_not_as_pixels(laid: Laid, run: Run) -> None:
    with pikepdf.open(laid.folder / "sealed.pdf") as pdf:
        subtypes = {str(item.get("/Subtype")) for item in pdf.objects if isinstance(item, pikepdf.Stream)}
    assert "/Image" not in subtypes


def test_R7_the_page_states_who_when_why_and_where_to_check(laid: Laid, run: Run) -> None:
    text = " ".join(run("pdftotext", "-layout", "sealed.pdf", "-").split())
    for stated in (
        "J. Jansen",
        "Owner",
        "2026-11-21 21:38:36 +01:00",
        "2026-11-21 20:38:36 UTC",
        "Authorisation of the estimate",
        "01939f5e-7b1c-7c3a-9c55-2f1c6d0b8a11",
        "137",
        "https://paraph.example/verify/01939f5e",
    ):
        assert stated in text
