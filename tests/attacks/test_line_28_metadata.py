"""Line 28: what we hand out says nothing about the machine, the people or the places behind it but what it shows.

Photos and other uploads: `test_line_28_uploads.py`.
"""

from __future__ import annotations

import getpass
import io
import os
import platform
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from paraph.lib import home
from paraph.signoff import completion
from paraph.signoff.models import SIGNED_VIEWS, Signature, SignOff, View
from paraph.work import orders
from tests import cast
from tests.cast import Shop

pytestmark = pytest.mark.slow

# Title, the shop's name and times stand on the page as well; the rest names no machine and no person.
ALLOWED = {"/Title", "/Author", "/CreationDate", "/ModDate", "/Creator", "/Producer", "/Trapped"}
PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".ico"}


@pytest.fixture
def signoff(shop: Shop) -> SignOff:
    return cast.signed(shop, shop.open_order(lines=3), [1, 2, 3])


def _documents(shop: Shop, signoff: SignOff) -> Iterator[tuple[str, bytes]]:
    yield "sealed", signoff.sealed_copy.read()
    for view in View.values:
        fresh = orders.load(shop.open_order(lines=2).pk)
        if view in SIGNED_VIEWS:
            yield view, completion.printed(fresh, view, "en")


def _machine() -> set[bytes]:
    """Words that would tell where a file was made."""
    words = {
        socket.gethostname(),
        platform.node(),
        getpass.getuser() if getpass.getuser() != "root" else "/root",
        str(home.folder()),
        str(Path(__file__).resolve().parents[2]),
        os.getcwd(),
    }
    return {word.encode() for word in words if len(word) > 3}


def _everything(pdf: bytes) -> bytes:
    """The file with all its streams unpacked, attachments left out: the record in them is evidence, not metadata."""
    parts = [pdf]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for found in opened.objects:
            if isinstance(found, pikepdf.Stream) and found.get("/Type") != pikepdf.Name.EmbeddedFile:
                try:
                    parts.append(found.read_bytes())
                except pikepdf.PdfError:  # a picture's own coding
                    parts.append(found.read_raw_bytes())
    return b"\n".join(parts)


def test_line_28_a_document_names_no_machine_no_account_and_no_folder(shop: Shop, signoff: SignOff) -> None:
    for name, pdf in _documents(shop, signoff):
        told = _everything(pdf)
        assert [word for word in _machine() if word in told] == [], name


def test_line_28_the_metadata_of_a_document_is_what_stands_on_its_page(shop: Shop, signoff: SignOff) -> None:
    for name, pdf in _documents(shop, signoff):
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert set(opened.docinfo.keys()) <= ALLOWED, name
            assert str(opened.docinfo["/Author"]) == shop.organisation.name
            with opened.open_metadata() as xmp:
                packet = str(xmp)
        signature = Signature.objects.get(signoff=signoff)
        for private in (
            shop.jan.name,
            shop.jan.email,
            shop.mara.user.email,
            shop.mara.user.name,
            "192.0.2.7",
            str(signature.pk),
        ):
            assert private not in packet, (name, private)
            assert not any(private in str(value) for value in _info(pdf)), (name, private)


def _info(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [str(value) for value in opened.docinfo.values()]


def test_line_28_a_drawn_mark_keeps_its_strokes_and_nothing_else_of_what_was_sent(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    invitation = shop.invite(order)
    cast.approve(invitation, [1])
    from paraph.signoff import ceremonies

    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    sent = cast.DRAWN.replace('"aspect":3', '"aspect":3,"device":"needle","gps":[52.1,5.9],"at":"needle"')
    try:
        signature = cast.sign(ceremony, method="drawn", mark=sent)
    except Exception:  # noqa: BLE001 - to refuse what is too much is as good
        return
    assert b"needle" not in signature.record_bytes
    assert b"52.1" not in signature.record_bytes


def test_line_28_no_picture_that_we_deliver_says_where_or_by_whom_it_was_made(repository: Path) -> None:
    seen = 0
    for path in [*repository.glob("paraph/**/*"), *repository.glob("docs/**/*")]:
        if path.suffix in PICTURE_SUFFIXES:
            with Image.open(path) as picture:
                assert dict(picture.getexif()) == {}, path
                kept = set(picture.info) - {"dpi", "gamma", "transparency", "srgb", "icc_profile", "sizes"}
                assert kept == set(), (path, kept)
            seen += 1
    assert seen, "no picture was looked at"


def test_line_28_vector_pictures_name_no_program_and_no_author(repository: Path) -> None:
    for path in repository.glob("paraph/**/*.svg"):
        assert not re.search(r"inkscape|sodipodi|<metadata|illustrator", path.read_text("utf-8"), re.I), path
