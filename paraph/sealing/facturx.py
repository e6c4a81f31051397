"""Marks a rendered PDF as a Factur-X invoice: the XMP metadata that names the XML inside (Factur-X 1.0, chapter 6).

typst embeds `factur-x.xml` itself, but writes no metadata of other schemas. So one object of the file, its metadata
stream, is written anew behind the end of the file (an incremental update, ISO 32000-1, 7.5.6); every byte before stays.
"""

from __future__ import annotations

import re

from paraph.sealing.errors import RenderFailed

XML_NAME = "factur-x.xml"
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROFILE = "EN 16931"

_METADATA = re.compile(rb"(\d+) 0 obj\n<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n")
_TRAILER = re.compile(rb"trailer\n<<(/Size \d+/Root .+?)>>\nstartxref\n(\d+)\n%%EOF\s*\Z", re.DOTALL)
_SCHEMAS_END = b"</rdf:Bag></pdfaExtension:schemas>"
_RDF_END = b"</rdf:RDF>"
# What each property means: PDF/A wants it described in the file that uses it (ISO 19005-3, 6.6.2.3).
_PROPERTIES = {
    "DocumentFileName": "The name of the embedded XML document",
    "DocumentType": "The type of the hybrid document, in capitals",
    "Version": "The version of the standard that the XML follows",
    "ConformanceLevel": "The conformance level of the XML",
}


def mark(pdf: bytes) -> bytes:
    """Return the PDF with the metadata of a Factur-X invoice of profile EN 16931.

    The XML must be attached to it under the name `factur-x.xml`. Raises `RenderFailed` for a file that is not as our
    renderer writes it.
    """
    if f"/UF({XML_NAME})".encode() not in pdf:
        raise RenderFailed(f"{XML_NAME} is not attached")
    number, metadata = _metadata(pdf)
    end = _TRAILER.search(pdf)
    if end is None:
        raise RenderFailed("the file does not end as expected")
    told = _with_schema(metadata)
    head = b"%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n" % (number, len(told))
    before = pdf + b"\n"
    entry = head + told + b"\nendstream\nendobj\n\n"
    table = b"xref\n%d 1\n%010d 00000 n\r\n" % (number, len(before))
    trailer = b"trailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF" % (end[1], end[2], len(before) + len(entry))
    return before + entry + table + trailer


def _metadata(pdf: bytes) -> tuple[int, bytes]:
    """The number and the content of the metadata stream."""
    streams = list(_METADATA.finditer(pdf))
    if len(streams) != 1:
        raise RenderFailed("the file has not one metadata stream in clear")
    (found,) = streams
    start, length = found.end(), int(found[2])
    return int(found[1]), pdf[start : start + length]


def _with_schema(metadata: bytes) -> bytes:
    if metadata.count(_SCHEMAS_END) != 1 or metadata.count(_RDF_END) != 1:
        raise RenderFailed("the metadata is not as expected")
    described = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description></rdf:li>"
        for name, meaning in _PROPERTIES.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    values = (
        f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}"><fx:DocumentType>INVOICE</fx:DocumentType>'
        f"<fx:DocumentFileName>{XML_NAME}</fx:DocumentFileName><fx:Version>1.0</fx:Version>"
        f"<fx:ConformanceLevel>{PROFILE}</fx:ConformanceLevel></rdf:Description>"
    )
    told = metadata.replace(_SCHEMAS_END, schema.encode() + _SCHEMAS_END)
    return told.replace(_RDF_END, values.encode() + _RDF_END)
