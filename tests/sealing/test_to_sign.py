"""The paper to sign by hand: told from any photograph of it, and its block where it is said to be (S0-28, S0-29)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from paraph.sealing import qr
from paraph.sealing.render import TEMPLATES, measure, render
from tests.sealing import examples
from tests.sealing.conftest import AT

DPI = 150
MM = DPI / 25.4
SIZES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
LABELS = {"paper": "Paper", "values": "Confirmed", "stamp": "Stamp", "place": "Place"}


def content(lines: int, format: str = "a4", **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = {**examples.work_order(lines)}
    own = {"format": format, "code": "ABCD-EFGH-JKMN", "codes": [], "values": [], "how": "Print all pages."}
    return {**order, "labels": {**order["labels"], **LABELS}, **own, **changes}


def measured(told: dict[str, Any]) -> dict[str, Any]:
    return measure("to_sign", told, language="en", label="block", at=AT)


@cache
def paper(lines: int, format: str = "a4") -> tuple[bytes, dict[str, Any]]:
    told = content(lines, format)
    place = measured(told)
    codes = [{"kind": "code", "text": text(page, place["pages"])} for page in range(1, place["pages"] + 1)]
    return render("to_sign", {**told, "codes": codes}, at=AT, language="en"), place


def text(page: int, pages: int) -> str:
    return f"P1ABCDEFGHJKMN{page:02X}{pages:02X}9F2C41D7"


def scans(pdf: bytes) -> list[Any]:
    """Each page as a grey picture of 150 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    return [one.render(scale=DPI / 72, grayscale=True).to_numpy().squeeze() for one in document]


def turned(picture: Any, degrees: float) -> Any:
    height, width = picture.shape
    around = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.94)
    return cv2.warpAffine(picture, around, (width, height), borderValue=255)


def read(picture: Any) -> list[Any]:
    return list(
        zxingcpp.read_barcodes(
            np.ascontiguousarray(picture), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    )


@pytest.mark.parametrize("format", ["a4", "letter"])
def test_S0_29_every_page_has_its_size_and_its_code_in_two_opposite_corners(format: str) -> None:
    pdf, place = paper(7, format)
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == place["pages"]
    for number, (page, scan) in enumerate(zip(pages, scans(pdf), strict=True), start=1):
        assert page.get_size() == pytest.approx(SIZES[format], abs=0.5)
        found = read(scan)
        assert [one.text for one in found] == [text(number, len(pages))] * 2
        middles = sorted(
            ((one.position.top_left.x + one.position.bottom_right.x) / 2,
             (one.position.top_left.y + one.position.bottom_right.y) / 2) for one in found
        )  # fmt: skip
        height, width = scan.shape
        assert middles[0][0] < width / 4 < 3 * width / 4 < middles[1][0]
        assert middles[1][1] < height / 4 < 3 * height / 4 < middles[0][1]


def test_a_code_is_at_least_25_mm_wide_at_the_highest_error_correction() -> None:
    pdf, _place = paper(2)
    for one in read(scans(pdf)[0]):
        assert one.position.top_right.x - one.position.top_left.x >= 25 * MM
        assert one.ec_level == "H"
    assert qr.modules(text(1, 1)) == 29


@pytest.mark.parametrize("degrees", [-7, -2, 3, 7])
def test_both_codes_are_read_from_a_skewed_black_and_white_scan(degrees: float) -> None:
    pdf, place = paper(7)
    for number, scan in enumerate(scans(pdf), start=1):
        _level, ink = cv2.threshold(turned(scan, degrees), 127, 255, cv2.THRESH_BINARY)
        assert [one.text for one in read(ink)] == [text(number, place["pages"])] * 2


@pytest.mark.parametrize("format", ["a4", "letter"])
@pytest.mark.parametrize("lines", [1, 7, 9, 60])
def test_the_block_is_whole_on_the_last_page_and_always_in_the_same_place(lines: int, format: str) -> None:
    pdf, place = paper(lines, format)
    _pdf, usual = paper(2, format)
    assert place["page"] == place["pages"]
    assert [place[one] for one in ("left", "top", "width", "height")] == pytest.approx(
        [usual[one] for one in ("left", "top", "width", "height")]
    )
    width, height = SIZES[format]
    corner = (9 + 33) / 25.4 * 72
    assert place["left"] + place["width"] < width
    assert place["top"] > corner
    assert place["top"] + place["height"] < height - corner
    last = pypdfium2.PdfDocument(pdf)[place["page"] - 1].get_textpage()
    top, left = height - place["top"], place["left"]
    inside = last.get_text_bounded(left, top - place["height"], left + place["width"], top)
    assert {"Stamp", "Signature", "Name", "Role", "Date", "Place"} <= set(inside.split())


@pytest.mark.slow
def test_a_paper_of_two_hundred_lines_says_on_every_page_what_it_is() -> None:
    pdf, place = paper(200)
    assert place["pages"] > 15
    pages = pypdfium2.PdfDocument(pdf)
    for number, page in enumerate(pages, start=1):
        words = page.get_textpage().get_text_range()
        assert f"Page {number} of {place['pages']}" in words
        assert "ABCD-EFGH-JKMN" in words
        assert "9f2c 41d7" in words
        assert "WO-1042" in words
    assert [read(one)[0].text for one in scans(pdf)[::7]] == [
        text(number, place["pages"]) for number in range(1, place["pages"] + 1, 7)
    ]


def test_what_the_customer_confirmed_and_agrees_to_stands_on_it() -> None:
    told = content(
        2, values=[{"label": "PO number", "value": "PO-77 *x*"}], consent="By my stamp I authorise it."
    )
    pdf = render("to_sign", told, at=AT, language="en")
    words = " ".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    assert "PO-77 *x*" in words
    assert "By my stamp I authorise it." in words


def test_a_statement_longer_than_a_page_goes_before_the_block_and_is_whole() -> None:
    told = content(2, consent="authorised " * 900 + "END.")
    place = measured(told)
    assert place["page"] == place["pages"]
    pdf = render("to_sign", told, at=AT, language="en")
    words = " ".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))
    assert "END." in words


def test_every_colour_is_dark_enough_for_a_printer_without_colours() -> None:
    declared = re.findall(
        r'#let (ink|ink-soft|green|red|amber) = rgb\("#(\w{6})"\)', (TEMPLATES / "paper.typ").read_text()
    )
    assert len(declared) == 5
    for _name, colour in declared:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 110


def test_whatever_is_typed_is_printed_as_it_is_and_never_breaks_the_paper() -> None:
    from tests.sealing.test_render import HOSTILE

    for words in HOSTILE.values():
        told = content(1, values=[{"label": words, "value": words}], consent=words[:2000])
        assert measured(told)["pages"] >= 1
        assert render("to_sign", told, at=AT, language="en").startswith(b"%PDF")
