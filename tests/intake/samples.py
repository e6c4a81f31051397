"""Papers as the product prints them, and what scanners and telephones make of them. The same seed, the same bytes."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import cv2
import numpy as np
import pypdfium2
import qrcode
import typst
from numpy.typing import NDArray
from PIL import Image
from qrcode.image.svg import SvgPathImage

from paraph.intake.codes import PageCode
from paraph.intake.judging import Block, Sent
from paraph.intake.taking import take_in

Colour = NDArray[np.uint8]
BLOCK = Block(page=1, x=57.0, y=600.0, width=300.0, height=110.0)
CODE_MM = 18
_PAPER = """
#set page(width: 595.28pt, height: 841.89pt, margin: 20mm, background: {
  place(top + right, dx: -8mm, dy: 8mm, image(bytes(sys.inputs.qr), format: "svg", width: 18mm))
  place(bottom + left, dx: 8mm, dy: -8mm, image(bytes(sys.inputs.qr), format: "svg", width: 18mm))
})
#set text(size: 10pt)
= Work order WO-1042
#v(4mm)
Page #sys.inputs.page of #sys.inputs.pages, revision #sys.inputs.revision
#v(4mm)
#table(columns: (10mm, 1fr, 30mm), ..range(1, 13).map(n => (str(n), lorem(6), [€ #(n * 117 + 20).00])).flatten())
#lorem(60)
#if sys.inputs.block == "yes" {
  place(top + left, dx: 57pt - 20mm, dy: 600pt - 20mm)[
    #rect(width: 300pt, height: 110pt, stroke: 0.5pt)[Signature and stamp]
  ]
}
"""


@cache
def sent(code: str = "0123456789AB", pages: int = 1, digest: str = "DEADBEEF", revision: str = "1") -> Sent:
    """A paper of so many pages; its block is on the first."""
    return Sent(
        code,
        digest,
        pages,
        bound([_printed(PageCode(code, n, pages, digest), revision) for n in range(1, pages + 1)]),
        BLOCK,
    )


def _printed(code: PageCode, revision: str) -> bytes:
    inputs = {
        "qr": _qr(code.text),
        "page": str(code.page),
        "pages": str(code.pages),
        "revision": revision,
        "block": "yes" if code.page == BLOCK.page else "no",
    }
    return typst.compile(_PAPER.encode(), format="pdf", sys_inputs=inputs)


def _qr(text: str) -> str:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_H, border=4)
    code.add_data(qrcode.util.QRData(text, mode=qrcode.util.MODE_ALPHA_NUM))
    return str(code.make_image(SvgPathImage).to_string(encoding="unicode"))


def bound(pdfs: list[bytes]) -> bytes:
    """One PDF of these."""
    import pikepdf

    bound = pikepdf.new()
    for one in pdfs:
        bound.pages.extend(pikepdf.open(io.BytesIO(one)).pages)
    file = io.BytesIO()
    bound.save(file, deterministic_id=True)
    return file.getvalue()


def printed(paper: Sent, page: int = 1, dpi: int = 200) -> Colour:
    """A page as the printer puts it on paper."""
    document = pypdfium2.PdfDocument(paper.pdf)
    return np.array(document[page - 1].render(scale=dpi / 72).to_pil().convert("RGB"))


def signed(
    page: Colour, ink: tuple[int, int, int] = (20, 30, 120), where: tuple[float, float] = (120, 650)
) -> Colour:
    """With a signature at this place (points)."""
    scale, (left, top) = page.shape[1] / 595.28, where
    steps = np.linspace(0, 6 * np.pi, 200)
    points = np.stack([left + steps * 8, top + 14 * np.sin(steps) + 6 * np.sin(2.7 * steps)], 1) * scale
    return _line(page, points, ink, 1.4 * scale)


def _line(page: Colour, points: NDArray[Any], ink: tuple[int, int, int], width: float) -> Colour:
    return cv2.polylines(
        page.copy(), [points.astype(np.int32)], False, ink, max(1, round(width)), cv2.LINE_AA
    )  # type: ignore[return-value]


def scanned(
    page: Colour,
    *,
    angle: float = 0.0,
    noise: float = 0.0,
    blur: float = 0.0,
    quality: int = 90,
    seed: int = 1,
) -> bytes:
    """A JPEG of it, turned, noisy, blurred."""
    height, width = page.shape[:2]
    room = abs(np.sin(np.radians(angle)))  # the glass is larger than the sheet
    wide, high = round(width + height * room), round(height + width * room)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += (wide - width) / 2, (high - height) / 2
    image: Any = cv2.warpAffine(page, matrix, (wide, high), borderValue=(250, 250, 250), flags=cv2.INTER_AREA)
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    if noise:
        image = np.clip(image + np.random.default_rng(seed).normal(0, noise, image.shape), 0, 255).astype(
            np.uint8
        )
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return file.getvalue()


def taken(*files: bytes) -> bytes:
    """What intake makes of these files, as one PDF."""
    return bound([take_in(one).pdf for one in files])


def struck(
    page: Colour, where: tuple[float, float] = (512, 221), ink: tuple[int, int, int] = (30, 30, 110)
) -> Colour:
    """With a short stroke of a pen at this place (points): a digit changed."""
    points = np.array([where, (where[0] + 5, where[1] + 8)]) * (page.shape[1] / 595.28)
    return _line(page, points, ink, 1.2 * page.shape[1] / 595.28)


def stamped(page: Colour, where: tuple[float, float], ink: tuple[int, int, int] = (190, 40, 60)) -> Colour:
    """With a round stamp around this place (points)."""
    scale = page.shape[1] / 595.28
    middle = (round(where[0] * scale), round(where[1] * scale))
    image = cv2.circle(page.copy(), middle, round(40 * scale), ink, round(2.5 * scale), cv2.LINE_AA)
    words = (middle[0] - round(30 * scale), middle[1])
    return np.asarray(
        cv2.putText(image, "AERO", words, 0, 0.6 * scale, ink, round(1.5 * scale), cv2.LINE_AA), np.uint8
    )


def photographed(page: Colour, seed: int = 1) -> bytes:
    """As a telephone sees it on a table: tilted, half in the shade."""
    dice = np.random.default_rng(seed)
    height, width = page.shape[:2]
    sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    held = sheet * 0.85 + np.array([width, height]) * (0.07 + dice.uniform(-0.05, 0.05, (4, 2)))
    matrix = cv2.getPerspectiveTransform(sheet, held.astype(np.float32))
    image: Any = cv2.warpPerspective(page, matrix, (width, height), borderValue=(120, 100, 80))
    shade = np.linspace(0.55, 1.0, width)[None, :, None] * np.linspace(1, 0.8, height)[:, None, None]
    image = np.clip(image * shade + dice.normal(0, 5, image.shape), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(cv2.GaussianBlur(image, (0, 0), 0.7)).save(file, "JPEG", quality=80)
    return file.getvalue()


def closed(page: Colour, paper: Sent) -> Colour:
    """With the first 3 of a price made an 8, by a fine pen exactly between its own strokes."""
    text = pypdfium2.PdfDocument(paper.pdf)[0].get_textpage()
    place = text.get_text_range().index("€") + 3
    left, bottom, right, top = text.get_charbox(place)
    scale, half = page.shape[1] / 595.28, (right - left) / 2
    image = page.copy()
    for part in (0.27, 0.73):
        middle = (round((left + half) * scale), round((841.89 - top + (top - bottom) * part) * scale))
        size = (round(half * scale), round((top - bottom) * 0.25 * scale))
        cv2.ellipse(image, middle, size, 0, 90, 270, (25, 25, 30), max(1, round(0.9 * scale)), cv2.LINE_AA)
    return image
