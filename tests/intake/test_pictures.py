"""Pictures larger than a page needs: made smaller, and still what they were (issue 4, points 5 and 8)."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image

from paraph.intake import taking
from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import photos
from paraph.intake.kinds import Kind
from tests.intake import files

LARGE = (3000, 4000)  # pixels: more than A4 at 300 dpi, so it is scaled


def page(picture: Image.Image, form: str = "PNG", **save: Any) -> Any:
    """What becomes of it, as grey levels from 0 to 1 on its page."""
    out = io.BytesIO()
    picture.save(out, form, **save)
    told = photos.clean(Kind(form.lower()), out.getvalue())
    with pikepdf.open(io.BytesIO(told["pdf"])) as pdf:
        stream: Any = pdf.pages[0].Resources.XObject.Page
        image = pikepdf.PdfImage(stream).as_pil_image()
    return np.asarray(image.convert("L")) / 255


def test_S0_31_a_16_bit_scan_keeps_its_greys() -> None:
    shades = np.linspace(0, 65535, LARGE[0]).astype(np.uint16)
    seen = page(Image.fromarray(np.tile(shades, (LARGE[1], 1))), "TIFF")
    assert abs(seen[100] - np.linspace(0, 1, seen.shape[1])).max() < 0.02


def test_S0_31_black_on_a_transparent_ground_is_black_on_white() -> None:
    ink = Image.new("LA", LARGE, (0, 0))
    ink.paste((0, 255), (0, 0, LARGE[0], LARGE[1] // 2))
    seen = page(ink)
    assert (seen[10, 10], seen[-10, 10]) == (pytest.approx(0, abs=0.02), pytest.approx(1, abs=0.02))


def test_S0_31_thin_lines_of_a_black_and_white_scan_at_600_dpi_are_all_there() -> None:
    drawing = Image.fromarray(np.full((7016, 4960), 255, np.uint8)).convert("1")
    rows = range(100, 6900, 37)
    for row in rows:
        drawing.paste(0, (200, row, 4700, row + 1))
    seen = page(drawing, "TIFF", compression="group4")
    assert all(seen[round(row / 2) - 1 : round(row / 2) + 2, 1000].min() < 0.8 for row in rows)


def test_S0_31_an_a3_in_black_and_white_at_600_dpi_is_taken_and_ten_times_that_is_not() -> None:
    assert page(Image.new("1", (7016, 9921), 1), "TIFF", compression="group4").min() == 1
    with pytest.raises(Refused) as refused:
        page(Image.new("1", (22000, 31000), 1), "TIFF", compression="group4")
    assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_S0_31_the_child_has_all_it_needs_before_it_may_open_no_file() -> None:
    out = io.BytesIO()
    Image.new("LAB", (60, 80), (200, 128, 128)).save(out, "TIFF")
    assert taking.take_in(out.getvalue()).pages == 1
    whole = files.office()
    locked = files.mended(lambda pdf: None, whole, encryption=pikepdf.Encryption(owner="o", user="", R=6))
    assert taking.take_in(locked).redrawn == taking.take_in(whole).redrawn == {}
