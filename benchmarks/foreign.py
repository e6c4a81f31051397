"""Files of others: what taking them in costs beside decoding them once, and how many codes are read on poor scans."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
import typst
from PIL import Image

from benchmarks.figures import AT_LEAST, Effort, Figure, median
from paraph.intake import codes as page_codes
from paraph.intake import taking
from paraph.intake.codes import PageCode
from paraph.intake.inside import reading
from paraph.sealing import qr

SCANS = 200
SEED = 1042
DPI = 150
READ = 99.0  # percent, issue 4
MOST_SECONDS = 10.0
MOST_MB = 768.0
_SHEET = """#set page(paper: "a4", margin: 40mm, background: {
  place(top + right, dx: -9mm, dy: 9mm, image(bytes(sys.inputs.qr), format: "svg", width: 33mm))
  place(bottom + left, dx: 9mm, dy: -9mm, image(bytes(sys.inputs.qr), format: "svg", width: 33mm))
})
#lorem(400)"""


def intake(effort: Effort) -> list[Figure]:
    """A photo of 10 MB and a scan of 50 pages."""
    figures = []
    for name, content, decode in (
        ("photo of 10 MB", *_photo()),
        ("scan of 50 pages", *_scan(effort.times(50, 5))),
    ):
        taken, floor = [], []
        for _round in range(effort.times(5, 1)):
            began = time.perf_counter()
            decode()
            floor.append(time.perf_counter() - began)
            taken.append(taking.take_in(content))
        seconds = median([one.seconds for one in taken])
        figures += [
            Figure(f"intake: {name}", seconds, "s", median(floor), "decoded once", target=MOST_SECONDS),
            Figure(f"intake: {name}", max(one.peak_mb for one in taken), "MB", target=MOST_MB),
        ]
    return figures


def codes(effort: Effort) -> list[Figure]:
    """Poor scans: turned by up to 7°, noisy, blurred, 150 dpi, JPEG quality 60, a stamp over the margin."""
    right = wrong = 0
    count = effort.times(SCANS, 10)
    read, floor = [], []
    for code, scan in _poor(count):
        began = time.perf_counter()
        grey: Any = cv2.imdecode(np.frombuffer(scan, np.uint8), cv2.IMREAD_GRAYSCALE)
        floor.append((time.perf_counter() - began) * 1000)
        seen = {one.code for one in reading.codes(grey)}
        read.append((time.perf_counter() - began) * 1000)
        right += code in seen
        wrong += bool(seen - {code})
    return [
        Figure("codes: pages read", 100 * right / count, "%", target=READ, bound=AT_LEAST),
        Figure("codes: read as another page", wrong, "", target=0),
        Figure("codes: reading a page", median(read), "ms", median(floor), "decoding it"),
    ]


def _photo() -> tuple[bytes, Callable[[], object]]:
    dice = np.random.default_rng(SEED)
    image = Image.fromarray(dice.integers(90, 170, (4000, 6000, 3), dtype=np.uint8))
    content = next(one for quality in range(96, 40, -3) if len(one := _jpeg(image, quality)) < 10_500_000)
    return content, lambda: Image.open(io.BytesIO(content)).load()


def _scan(pages: int) -> tuple[bytes, Callable[[], object]]:
    sheets = [scan for _code, scan in _poor(pages)]
    pdf = pikepdf.new()
    for sheet in sheets:
        size = Image.open(io.BytesIO(sheet)).size
        photo = pdf.make_stream(sheet, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        photo.Width, photo.Height, photo.BitsPerComponent = *size, 8
        photo.ColorSpace, photo.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=photo))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    file = io.BytesIO()
    pdf.save(file)
    return file.getvalue(), lambda: [Image.open(io.BytesIO(one)).load() for one in sheets]


def _poor(count: int) -> Iterator[tuple[PageCode, bytes]]:
    dice = np.random.default_rng(SEED)
    for number in range(count):
        paper = "".join(dice.choice(list(page_codes.ALPHABET), page_codes.CODE_CHARS))
        code = PageCode(paper, 1 + number % 20, 20, f"{dice.integers(1 << 32):08X}")
        yield code, _degraded(_printed(code), dice)


def _printed(code: PageCode) -> Any:
    pdf = typst.compile(_SHEET.encode(), format="pdf", sys_inputs={"qr": qr.picture(code.text)})
    return np.array(pypdfium2.PdfDocument(pdf)[0].render(scale=DPI / 72).to_pil().convert("RGB"))


def _degraded(page: Any, dice: np.random.Generator) -> bytes:
    height, width = page.shape[:2]
    middle = (int(width - dice.uniform(60, 260)), int(dice.uniform(150, height - 150)))
    page = cv2.circle(page, middle, int(dice.uniform(80, 130)), (40, 60, 170), 9, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(dice.uniform(-7, 7)), 0.88)
    image: Any = cv2.warpAffine(
        page, matrix, (width, height), borderValue=(245, 245, 245), flags=cv2.INTER_AREA
    )
    image = cv2.GaussianBlur(image, (0, 0), float(dice.uniform(0.4, 1.3)))
    image = image * dice.uniform(0.75, 1.0) + dice.normal(0, dice.uniform(4, 18), image.shape)
    return _jpeg(Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)), 60)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()
