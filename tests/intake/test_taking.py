"""Ordinary files are accepted and look as before; what acts, hides or tells is gone; hostile ones end in a reason."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from PIL import Image

from paraph.intake import taking
from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import documents, pages
from paraph.intake.kinds import Kind
from paraph.intake.limits import MAX_BYTES
from tests.intake import files

ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|SubmitForm|EmbeddedFile|XFA|URI|OpenAction|AA|AcroForm|Annots|Metadata|Info|OCG)\b"
)


def clean(content: bytes) -> dict[str, Any]:
    """In this process: the same work without starting a child."""
    told = documents.clean(content)
    assert not ACTIVE.search(plain(told["pdf"])), ACTIVE.findall(plain(told["pdf"]))
    return told


def plain(pdf: bytes) -> bytes:
    """Every object and name of it, nothing packed."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return b"\n".join(
            one.unparse(resolved=True) if not isinstance(one, pikepdf.Stream) else one.unparse()
            for one in opened.objects
        ) + opened.Root.unparse(resolved=True)


def drawn(pdf: bytes, page: int = 0, *, forms: bool = False) -> Image.Image:
    with pages.opened(pdf, forms=forms) as document:
        return pages.drawn(document[page], 50, forms=forms).convert("L").resize((60, 60))


def apart(one: bytes, other: bytes) -> int:
    pair = zip(drawn(one, forms=True).tobytes(), drawn(other).tobytes(), strict=True)
    return max(abs(a - b) for a, b in pair)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (lambda: files.standard_font(), "font"),
        (lambda: files.form(looks=False), "look"),
        (lambda: files.form(made_up=True), "look"),
        (lambda: files.endless(), "recursive"),
    ],
)
def test_S0_31_what_readers_draw_differently_is_drawn_once(content: Callable[[], bytes], why: str) -> None:
    before = content()
    told = clean(before)
    assert why in told["redrawn"]["1"]
    assert apart(before, told["pdf"]) < 60


@pytest.mark.parametrize("what", files.ACTS)
def test_line_25_a_pdf_that_acts_is_accepted_without_its_acts(what: str) -> None:
    before = files.acting(what)
    assert ACTIVE.search(plain(before))
    told = clean(before)
    assert len(told["sizes"]) == 1
    assert told["dropped"]


def test_S0_31_hidden_text_of_a_scan_does_not_come_along() -> None:
    told = clean(files.scan())
    assert told["dropped"]["hidden_text"] == 1
    with pikepdf.open(io.BytesIO(told["pdf"])) as pdf:
        assert b"read by OCR" not in pdf.pages[0].Contents.read_bytes()


def test_S0_31_hidden_layers_stay_hidden() -> None:
    def mend(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("secret")))
        usual = pikepdf.Dictionary(OFF=pikepdf.Array([layer]))
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array([layer]), D=usual)
        pdf.pages[0].Resources.Properties = pikepdf.Dictionary(L=layer)
        pdf.pages[0].contents_add(b"/OC /L BDC 0 g 100 100 300 300 re f EMC")

    before = files.mended(mend)
    told = clean(before)
    assert "layers" in told["redrawn"]["1"]
    assert apart(before, told["pdf"]) < 60


def test_a_pdf_of_which_only_pages_are_left_is_accepted_with_a_remark() -> None:
    whole = files.mended(lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    told = clean(whole.replace(b"/Type /Pages", b"/Type /Pagos").replace(b"/Kids", b"/Kidz"))
    assert "repaired" in told["notes"]


def test_the_same_file_gives_the_same_bytes() -> None:
    assert documents.clean(files.form())["pdf"] == documents.clean(files.form())["pdf"]


@pytest.mark.parametrize(("form", "kind"), [("JPEG", Kind.JPEG), ("PNG", Kind.PNG), ("TIFF", Kind.TIFF)])
def test_S0_31_pictures_become_pages(form: str, kind: Kind) -> None:
    taken = taking.take_in(files.picture(form), "photo.jpg")
    assert (taken.kind, taken.pages) == (kind, 1)
    assert taken.notes == (() if kind is Kind.JPEG else ("name_differs",))
    assert taken.sizes[0].width < taken.sizes[0].height


def test_S0_31_pages_are_bound_and_turned() -> None:
    two = taking.take_in(files.office(2)).pdf
    photo = taking.take_in(files.picture("JPEG")).pdf
    bound = taking.bind([two, photo], [taking.Leaf(1, 0, turn=90), taking.Leaf(0, 1), taking.Leaf(0, 0)])
    assert bound.pages == 3
    assert bound.sizes[0].width > bound.sizes[0].height
    twice = taking.bind([photo], [taking.Leaf(0, 0, turn=90)] * 2)
    assert twice.sizes[0] == twice.sizes[1] == bound.sizes[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"MZ\x90\x00", Reason.UNKNOWN_KIND),
        (b"<html><script>alert(1)</script>", Reason.UNKNOWN_KIND),
        (b"GIF89a" + b"\0" * 40 + b"%PDF-1.7\n", Reason.TWO_KINDS),
        (b"\xff\xd8\xff\xfe\x00\x20%PDF-1.7 " + b"\0" * 100, Reason.TWO_KINDS),
        (b"%PDF-1.7\n" + b"\0" * MAX_BYTES, Reason.TOO_LARGE),
    ],
)
def test_line_25_what_is_no_page_ends_before_a_child_is_started(content: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        taking.take_in(content)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (
            lambda: files.mended(lambda pdf: None, encryption=pikepdf.Encryption(user="u", owner="o")),
            {Reason.ENCRYPTED},
        ),
        (lambda: files.bomb(60), {Reason.UNPACKS_LARGE, Reason.DAMAGED}),
        (lambda: files.vast(), {Reason.TOO_MANY_PIXELS}),
        (lambda: files.nested(), {Reason.DAMAGED}),
        (lambda: files.mended(lambda pdf: pdf.pages.extend([pdf.pages[0]] * 255)), {Reason.TOO_MANY_PAGES}),
    ],
)
def test_line_26_what_is_too_much_is_refused(content: Callable[[], bytes], reasons: set[Reason]) -> None:
    with pytest.raises(Refused) as refused:
        documents.clean(content())
    assert refused.value.reason in reasons
