"""None of our files is refused, and what a person sees on them is still there (issue 4, S0-31)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from paraph.intake import taking
from paraph.intake.inside import pages
from paraph.intake.kinds import Kind
from tests.intake import ordinary
from tests.intake.ordinary import NOTES, noted
from tests.intake.test_taking import apart, clean, plain

DPI = 72


@pytest.mark.parametrize("name", ordinary.CORPUS)
def test_S0_31_no_ordinary_file_is_refused_and_pages_look_as_before(name: str) -> None:
    make, count = ordinary.CORPUS[name]
    before = make()
    told = clean(before)
    assert (len(told["sizes"]), told["redrawn"]) == (count, ordinary.DRAWN.get(name, {}))
    assert apart(before, told["pdf"]) < 40


@pytest.fixture(scope="session")
def held(repository: Path) -> bytes:
    """A small photo in HEIC, 128 × 96 pixels, turned by 90°, with camera and time in it; made for these tests."""
    return (repository / "tests/vectors/files/held.heic").read_bytes()


def seen(pdf: bytes, *, notes: bool) -> Image.Image:
    """The first page at one pixel a point, with what lies on it or without."""
    with pages.opened(pdf, forms=notes) as document:
        return pages.drawn(document[0], DPI, forms=notes).convert("RGB")


def under(image: Image.Image, kind: str) -> Image.Image:
    """What is seen where this note lies."""
    left, bottom, right, top = NOTES[kind][0]
    return image.crop((left, image.height - top, right, image.height - bottom))


@pytest.mark.parametrize("kind", NOTES)
def test_S0_31_notes_that_are_seen_become_part_of_the_page(kind: str) -> None:
    told = clean(noted())
    bare, after = (seen(one, notes=False) for one in (noted(), told["pdf"]))
    assert under(after, kind).tobytes() == under(seen(noted(), notes=True), kind).tobytes()
    assert under(after, kind).tobytes() != under(bare, kind).tobytes()


def test_S0_31_links_and_popups_are_left_behind_and_what_is_hidden_stays_hidden() -> None:
    told = clean(noted())
    assert told["dropped"]["link"] >= 1
    assert b"Kees" not in plain(told["pdf"])
    assert b"Please look at this" not in plain(told["pdf"])
    hidden = clean(noted(flags=2))
    assert hidden["redrawn"] == {}
    assert seen(hidden["pdf"], notes=False).tobytes() == seen(noted(), notes=False).tobytes()


def test_S0_31_notes_whose_look_readers_make_up_are_drawn_once() -> None:
    told = clean(noted(looks=False))
    assert told["redrawn"] == {"1": ["look"]}
    shown = under(seen(told["pdf"], notes=False), "Highlight")
    assert shown.tobytes() != under(seen(noted(), notes=False), "Highlight").tobytes()


def test_S0_31_the_picture_of_a_signature_stays_and_the_signature_itself_is_left_behind() -> None:
    before = ordinary.signed()
    told = clean(before)
    assert told["dropped"]["signature_field"] >= 1
    box = (60, 841 - 460, 300, 841 - 400)
    after = seen(told["pdf"], notes=False).crop(box)
    assert after.tobytes() != seen(before, notes=False).crop(box).tobytes()
    assert b"/Sig" not in plain(told["pdf"])
    assert b"/ByteRange" not in told["pdf"]


def test_S0_31_a_photo_of_a_telephone_in_heic_becomes_an_upright_page_and_tells_nothing(held: bytes) -> None:
    assert b"Testphone" in held
    taken = taking.take_in(held, "IMG_0042.HEIC")
    assert (taken.kind, taken.pages, taken.notes) == (Kind.HEIC, 1, ())
    assert taken.sizes[0].width < taken.sizes[0].height  # the telephone was held upright
    with pages.opened(taken.pdf) as document:
        page = pages.drawn(document[0], DPI).convert("RGB")
    red = page.getpixel((round(page.width * 0.78), round(page.height * 0.2)))
    assert isinstance(red, tuple)
    assert red[0] > 150 > red[1]
    assert b"Testphone" not in plain(taken.pdf)
