"""The e-invoice: both schemas, the official business rules, and what other programs read out of the PDF."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import facturx as reader
import pytest
from pypdf import PdfReader

from paraph.billing import amounts, einvoice, printing
from paraph.billing.content import Content
from paraph.sealing import facturx
from paraph.sealing.errors import RenderFailed
from paraph.sealing.render import render
from tests.billing import schematron
from tests.billing.examples import KINDS, SELLER, charge, content, credit, part
from tests.sealing.conftest import Run, run

__all__ = ["run"]

AT = datetime(2026, 11, 21, 20, 38, 36, tzinfo=UTC)
LANGUAGES = ("en", "nl", "fr")


def paper(told: Content) -> bytes:
    """The document of an invoice."""
    files = {facturx.XML_NAME: einvoice.write(told)}
    return facturx.mark(
        render("invoice", printing.invoice(told), attachments=files, at=AT, language=told.language)
    )


def value(xml: bytes, *names: str) -> list[str]:
    """The texts at a path of local names."""
    path = ".//" + "/".join(f"{{*}}{name}" for name in names)
    return [one.text or "" for one in ElementTree.fromstring(xml).iterfind(path)]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_invoice_holds_the_official_rules(name: str) -> None:
    assert schematron.broken(einvoice.write(KINDS[name])) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_conforms_in_every_language(language: str) -> None:
    assert schematron.broken(einvoice.write(content(language=language))) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"buyer_country": "XX"}, "ram:CountryID"),
        ({"untaxed": "Z", "charges": (charge(),), "category": "Z"}, "BR-Z"),
        ({"net": 1}, "BR-CO-1"),
        ({"tax": 1}, "BR-CO-1"),
        ({"seller": {**SELLER, "vat_number": ""}}, "BR-S-"),
        ({"seller": {**SELLER, "vat_number": "123456789"}}, "BR-CO-09"),
    ],
)
def test_the_rules_do_find_what_is_wrong(changes: dict[str, Any], rule: str) -> None:
    """A test that cannot fail proves nothing: these invoices are spoilt on purpose."""
    told = content()
    if "buyer_country" in changes:
        told = replace(told, buyer={**told.buyer, "country": changes["buyer_country"]})
    if "seller" in changes:
        told = replace(told, seller=changes["seller"])
    if "category" in changes:
        taxes = [{**told.sums.taxes[0], "category": changes["category"]}]
        told = replace(told, sums=replace(told.sums, taxes=taxes))
    if "net" in changes:
        told = replace(told, sums=replace(told.sums, net=told.sums.net + 1))
    if "tax" in changes:
        told = replace(told, sums=replace(told.sums, tax=told.sums.tax + 1))
    assert any(rule in one for one in schematron.broken(einvoice.write(told)))


def test_what_no_schema_takes_is_refused() -> None:
    with pytest.raises(RenderFailed, match="not valid"):
        einvoice.write(content(number=""))


def test_it_says_what_the_paper_says() -> None:
    xml = einvoice.write(KINDS["everything said"])
    assert value(xml, "ExchangedDocument", "ID") == ["INV-2026-0001"]
    assert value(xml, "ExchangedDocument", "TypeCode") == ["380"]
    assert value(xml, "DuePayableAmount") == ["402.93"]
    assert value(xml, "IBANID") == ["NL91ABNA0417164300"]
    assert value(xml, "PaymentReference") == ["INV-2026-0001"]
    assert value(xml, "SellerOrderReferencedDocument", "IssuerAssignedID") == ["WO-1042"]
    assert value(xml, "BuyerOrderReferencedDocument", "IssuerAssignedID") == ["PO-77"]
    assert value(xml, "DueDateDateTime", "DateTimeString") == ["20261221"]
    assert value(xml, "OccurrenceDateTime", "DateTimeString") == ["20261120"]
    assert value(xml, "SpecifiedTradeProduct", "Name") == ["Labour 32-40", "Tyre 156E66"]
    assert any("Jan Jansen" in note for note in value(xml, "IncludedNote", "Content"))


def test_a_credit_note_names_the_invoice_it_takes_back() -> None:
    xml = einvoice.write(credit())
    assert value(xml, "ExchangedDocument", "TypeCode") == ["381"]
    assert value(xml, "InvoiceReferencedDocument", "IssuerAssignedID") == ["INV-2026-0001"]
    assert value(xml, "DueDateDateTime") == []


def test_reverse_charge_says_why_there_is_no_tax() -> None:
    xml = einvoice.write(KINDS["reverse charge"])
    assert value(xml, "ExemptionReasonCode") == ["VATEX-EU-AE"]
    assert "Reverse charge" in value(xml, "ExemptionReason")[0]


def test_characters_xml_cannot_hold_are_replaced_and_nothing_is_lost_beside_them() -> None:
    xml = einvoice.write(KINDS["hostile"])
    assert value(xml, "SpecifiedTradeProduct", "Description") == ["1 <b>&amp; \ufffd\ufffd ]]> 👍"]
    assert value(xml, "BuyerTradeParty", "Name") == ["Jan & Söhne <Łódź>"]


@pytest.mark.parametrize("name", ["standard", "credit note", "hostile"])
def test_other_programs_find_the_e_invoice_in_the_document(name: str, run: Run, tmp_path: Path) -> None:
    told = KINDS[name]
    xml, made = einvoice.write(told), paper(told)
    assert reader.get_facturx_xml_from_pdf(made, check_xsd=True) == (facturx.XML_NAME, xml)
    (tmp_path / "x.pdf").write_bytes(made)
    run("qpdf", "--check", "x.pdf")
    run("pdfdetach", "-saveall", "x.pdf")
    assert (tmp_path / facturx.XML_NAME).read_bytes() == xml


def test_the_document_is_archival_accessible_and_says_that_it_is_an_e_invoice() -> None:
    pdf = PdfReader(io.BytesIO(paper(content())))
    catalog: Any = pdf.trailer["/Root"]
    (attached,) = catalog["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert attached.get_object()["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"
    meta = catalog["/Metadata"].get_object().get_data().decode()
    for wanted in (
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        "<fx:DocumentType>INVOICE</fx:DocumentType>",
        "<fx:Version>1.0</fx:Version>",
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>",
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ):
        assert wanted in meta
    ElementTree.fromstring(meta)


def test_marking_changes_nothing_before_the_old_end_of_the_file() -> None:
    files = {facturx.XML_NAME: b"<a/>"}
    plain = render("invoice", printing.invoice(content()), attachments=files, at=AT, language="en")
    assert facturx.mark(plain).startswith(plain)
    assert facturx.mark(plain) == facturx.mark(plain)


def test_a_file_of_another_make_is_refused() -> None:
    files = {facturx.XML_NAME: b"<a/>"}
    without = render("invoice", printing.invoice(content()), at=AT, language="en")
    plain = render("invoice", printing.invoice(content()), attachments=files, at=AT, language="en")
    for wrong in (without, b"%PDF-1.7", facturx.mark(plain), plain.replace(b"/Subtype/XML", b"/Subtype/xml")):
        with pytest.raises(RenderFailed):
            facturx.mark(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_shows_parties_lines_sums_and_how_to_pay(language: str, run: Run, tmp_path: Path) -> None:
    told = content(charge(), part(2, tax_rate=Decimal(9)), language=language)
    (tmp_path / "x.pdf").write_bytes(paper(told))
    text = " ".join(run("pdftotext", "-layout", "x.pdf", "-").split())
    for wanted in (
        "INV-2026-0001",
        "Polder Aero Maintenance",
        "NL123456789B13",
        "Vliegveldweg 30",
        "NL91 ABNA 0417 1643 00",
        "Left main tyre worn to the cord",
        "Tyre 156E66",
        "Jan Jansen",
    ):
        assert wanted in text
    figures = {"en": ("388.48", "212.50"), "nl": ("388,48", "212,50"), "fr": ("388,48", "212,50")}
    assert all(one in text for one in figures[language])


def test_a_draft_says_that_it_is_none_and_carries_no_e_invoice(run: Run, tmp_path: Path) -> None:
    told = content(number="")
    (tmp_path / "x.pdf").write_bytes(render("invoice", printing.invoice(told), at=AT, language="en"))
    text = run("pdftotext", "-layout", "x.pdf", "-")
    assert "this is not an invoice yet" in text
    assert not re.search(r"INV-\d", text)
    assert "0 embedded files" in run("pdfdetach", "-list", "x.pdf")


def test_figures_are_added_up_as_on_the_estimate() -> None:
    sums = amounts.sums([charge(), part(), part(2, tax_rate=Decimal(9))], "")
    assert (sums.net, sums.tax, sums.gross) == (45350, 6993 + 1085, 53428)
    assert [one["rate"] for one in sums.taxes] == ["9", "21"]
