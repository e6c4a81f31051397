"""Line 28: a clean copy of an upload tells nothing of camera, place, time, author or machine."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from paraph.intake import taking
from tests.intake import files

WORDS = (b"Exif", b"CameraMaker", b"http://ns.adobe.com", b"A. Author", b"secret comment")


def _photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif[0x0112] = 6  # held sideways
    exif.get_ifd(0x8825)[1] = "N"
    return files.picture("JPEG", (800, 600), exif=exif, comment=b"secret comment")


def _scanned() -> bytes:
    """A scanner's app: the photo as the telephone took it, in a PDF with an author."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(400, 300))
    photo = pdf.make_stream(
        _photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=800, Height=600
    )
    photo.Filter, photo.BitsPerComponent, photo.ColorSpace = pikepdf.Name.DCTDecode, 8, pikepdf.Name.DeviceRGB
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=photo))
    page.Contents = pdf.make_stream(b"q 400 0 0 300 0 0 cm /I Do Q")
    pdf.docinfo["/Author"] = "A. Author"
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue()


@pytest.mark.parametrize("content", [_photo(), _scanned()], ids=["photo", "photo in a PDF"])
def test_line_28_a_photo_leaves_camera_place_and_time_behind(content: bytes) -> None:
    assert any(word in content for word in WORDS)
    taken = taking.take_in(content)
    assert [word for word in WORDS if word in taken.pdf] == []
    with pikepdf.open(io.BytesIO(taken.pdf)) as pdf:
        assert "/Info" not in pdf.trailer
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}


def test_line_28_a_photo_is_turned_as_it_was_held() -> None:
    taken = taking.take_in(_photo())
    assert taken.sizes[0].height > taken.sizes[0].width
