"""Line 25: what a file is, its bytes decide; what it does is gone; what it was besides is gone too."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest

from paraph.intake import taking
from paraph.intake.errors import Reason, Refused
from tests.intake import files
from tests.intake.test_taking import ACTIVE, plain


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"MZ" + b"\0" * 200, Reason.UNKNOWN_KIND),
        (b"\x7fELF" + b"\0" * 200, Reason.UNKNOWN_KIND),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Reason.UNKNOWN_KIND),
        (b"PK\x03\x04" + b"\0" * 30 + b"%PDF-1.7", Reason.TWO_KINDS),
        (b"<script>/*%PDF-1.7*/</script>", Reason.TWO_KINDS),
    ],
)
def test_line_25_what_is_no_page_is_refused_whatever_its_name_says(content: bytes, reason: Reason) -> None:
    for name in ("scan.pdf", "photo.jpg", "../../etc/passwd", ""):
        with pytest.raises(Refused) as refused:
            taking.take_in(content, name)
        assert refused.value.reason is reason


def test_line_25_nothing_that_acts_survives() -> None:
    def everything(pdf: pikepdf.Pdf) -> None:
        for what in files.ACTS:
            with pikepdf.open(io.BytesIO(files.acting(what))) as one:
                pdf.pages.append(one.pages[0])
        pdf.Root.OpenAction = files.JAVASCRIPT

    taken = taking.take_in(files.mended(everything))
    assert taken.pages == 1 + len(files.ACTS)
    assert not ACTIVE.search(plain(taken.pdf))
    assert {"javascript", "launch", "media", "open_action"} <= set(taken.dropped)


@pytest.mark.parametrize("kind", ["pdf", "jpeg"])
def test_line_25_a_file_that_is_two_things_comes_out_as_one(kind: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("run.html", "<script>alert(1)</script>")
    before = (files.office() if kind == "pdf" else files.picture("JPEG")) + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(before))
    taken = taking.take_in(before, f"two.{kind}")
    assert taken.kind == kind
    assert not zipfile.is_zipfile(io.BytesIO(taken.pdf))
    assert b"alert" not in taken.pdf
