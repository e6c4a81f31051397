"""Whether readers agree on how a clean PDF looks: PDFium always, poppler and pdf.js where they are installed.

Readers draw edges of letters each in their own way; what counts is what is left after both images are blurred by a
little: a missing letter, another colour, a line that is elsewhere.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from paraph.intake.pictures import pictures

DPI = 110  # hairlines are drawn one pixel wide by some, so a pixel must be small
BLUR = 2.8  # pixels
DIFFERENT = 56  # of 255 in a colour, after blurring
MOST = 0.002  # of a page that may differ: a word of twelve letters on an A4
TIMEOUT = 300  # seconds another reader may draw one file
SCRIPT = Path(__file__).with_name("pdfjs.mjs")
Reader = Callable[[bytes], list[Image.Image]]


def readers(pdfjs: Path | None) -> dict[str, Reader]:
    """The readers of this machine, by name."""
    found: dict[str, Reader] = {"pdfium": _pdfium}
    if shutil.which("pdftoppm"):
        found["poppler"] = _poppler
    if pdfjs is not None and shutil.which("node"):
        found["pdf.js"] = lambda pdf: _pdfjs(pdf, pdfjs.resolve())
    return found


def compared(pdf: bytes, chosen: Mapping[str, Reader]) -> dict[str, Any]:
    """Which readers drew it, whether they agree, and the largest part of a page in which two of them do not."""
    drawn = {name: reader(pdf) for name, reader in chosen.items()}
    most = 0.0
    for one, other in combinations(drawn.values(), 2):
        if len(one) != len(other):
            most = 1.0
            continue
        most = max([most, *(_apart(*pair) for pair in zip(one, other, strict=True))])
    return {
        "readers": sorted(drawn),
        "agree": most <= MOST if len(drawn) > 1 else None,
        "apart": round(most, 5),
    }


def sentence(told: Mapping[str, Any]) -> str:
    """What a comparison says."""
    names = ", ".join(told["readers"])
    if told["agree"] is None:
        return f"not compared: {names} is the only reader here"
    word = "looks the same" if told["agree"] else "does not look the same"
    return f"{word} in {names}: at most {told['apart']:.2%} of a page differs"


def _apart(one: Image.Image, other: Image.Image) -> float:
    if max(abs(one.width - other.width), abs(one.height - other.height)) > 2:
        return 1.0
    size = (min(one.width, other.width), min(one.height, other.height))
    soft = [image.crop((0, 0, *size)).filter(ImageFilter.GaussianBlur(BLUR)) for image in (one, other)]
    bands = ImageChops.difference(*soft).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(worst.histogram()[DIFFERENT:]) / (size[0] * size[1])


def _pdfium(pdf: bytes) -> list[Image.Image]:
    drawn = pictures(pdf, dpi=DPI, form="png")
    return [Image.open(io.BytesIO(one.content)).convert("RGB") for one in drawn]


def _poppler(pdf: bytes) -> list[Image.Image]:
    return _elsewhere(
        pdf, lambda file, folder: ["pdftoppm", "-r", str(DPI), "-png", str(file), f"{folder}/page"]
    )


def _pdfjs(pdf: bytes, modules: Path) -> list[Image.Image]:
    return _elsewhere(
        pdf, lambda file, folder: ["node", str(SCRIPT), str(modules), str(file), folder, str(DPI)]
    )


def _elsewhere(pdf: bytes, words: Callable[[Path, str], list[str]]) -> list[Image.Image]:
    """What another program draws, page by page."""
    with tempfile.TemporaryDirectory(prefix="paraph-looks-") as folder:
        file = Path(folder, "clean.pdf")
        file.write_bytes(pdf)
        subprocess.run(words(file, folder), capture_output=True, check=False, timeout=TIMEOUT)
        pages = sorted(Path(folder).glob("page*.png"), key=lambda one: int(one.stem.rpartition("-")[2]))
        return [Image.open(io.BytesIO(one.read_bytes())).convert("RGB") for one in pages]
