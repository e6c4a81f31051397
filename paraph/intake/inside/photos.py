"""Makes pages of pictures: read, turned as they were held, written again. What is not picture does not come along."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pi_heif import register_heif_opener  # type: ignore[attr-defined]
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps, ImageSequence

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import binding
from paraph.intake.kinds import Kind
from paraph.intake.limits import MAX_DECODED_PIXELS, MAX_GREY_PIXELS, MAX_PAGES, MAX_PICTURE_PIXELS

LEAST_SIDE = 2400  # pixels of the longer side that a draft must have: A4 at 205 dpi
LONGER_SIDE = 3508  # pixels of the longer side at most: A4 at 300 dpi
QUALITY = 85
PACKED_WELL = 0.12  # of the unpacked size: text and lines are kept without loss, photos as JPEG
SAMPLE = 1 << 18  # bytes from the middle that tell a photo at once
COLOURS = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB}
A4 = (595.28, 841.89)  # points
POINTS = 72.0
PLAUSIBLE_DPI = range(90, 1300)  # of a scanner; cameras and screens write 72
NARROW = {"1", "L"}  # one byte a pixel in memory; every other mode has four, at the latest when it is shown
# Pillow would load it for the first picture in L*a*b*, when no file may be opened any more.
LOADED = (ImageCms,)
FORMATS = {Kind.JPEG: ["JPEG", "MPO"], Kind.PNG: ["PNG"], Kind.TIFF: ["TIFF"], Kind.HEIC: ["HEIF"]}

Image.MAX_IMAGE_PIXELS = None  # limits.py has our own
ImageFile.LOAD_TRUNCATED_IMAGES = False
register_heif_opener(thumbnails=False, decode_threads=1)
Image.preinit()
Image.init()


def clean(kind: Kind, content: bytes) -> dict[str, Any]:
    """Raises Refused."""
    pdf = pikepdf.new()
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS[kind]) as picture:
            for frame in _frames(kind, picture):
                fill(pdf, pdf.add_blank_page(), *_page(frame))
                if len(pdf.pages) > MAX_PAGES:
                    raise Refused(Reason.TOO_MANY_PAGES)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as problem:
        raise Refused(Reason.DAMAGED, f"{type(problem).__name__}: {problem}"[:200]) from problem
    return binding.told(pdf)


def _frames(kind: Kind, picture: Image.Image) -> Iterator[Image.Image]:
    """All pages of a TIFF, the first picture of anything else; raises Refused before too much is unpacked."""
    for frame in ImageSequence.Iterator(picture):
        if frame.width * frame.height > MAX_PICTURE_PIXELS:
            raise Refused(Reason.TOO_MANY_PIXELS, f"{frame.width} × {frame.height}")
        if kind is Kind.JPEG:
            frame.draft("RGB", _draft(frame.size))
        if frame.width * frame.height > (MAX_GREY_PIXELS if frame.mode in NARROW else MAX_DECODED_PIXELS):
            raise Refused(Reason.TOO_MANY_PIXELS, f"{frame.width} × {frame.height}")
        yield frame
        if kind is not Kind.TIFF:
            return


def _draft(size: tuple[int, int]) -> tuple[int, int]:
    scale = LEAST_SIDE / max(size)
    return (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))


def _page(frame: Image.Image) -> tuple[Image.Image, tuple[float, float]]:
    """The picture as it was held, in grey or colour on white, and the size of its page in points."""
    dpi = frame.info.get("dpi", (0, 0))
    large = max(frame.size) > LONGER_SIDE
    upright = large and frame.getexif().get(ExifTags.Base.Orientation, 1) == 1
    image = frame if upright else ImageOps.exif_transpose(frame)  # which is a copy, of 256 MB at most
    size = _size(image.size, dpi if image.size == frame.size else dpi[::-1])
    if large:
        # Whole steps first: the mean of four pixels costs a fifth of anything finer, and a scan has many pages.
        image = _to_scale(image).reduce(max(image.size) // LONGER_SIDE)
        image.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return _flat(image), size


def _to_scale(image: Image.Image) -> Image.Image:
    """In a mode that can be made smaller: among single bits, one of many would be kept, and thin lines lost."""
    if image.mode.startswith("I"):
        return _flat(image)
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    mode = "RGBA" if clear else "L" if image.mode in NARROW else "RGB"
    return image if image.mode == mode else image.convert(mode)  # a copy of 64 million pixels is 256 MB


def _flat(image: Image.Image) -> Image.Image:
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        return image.point(lambda level: level / 256).convert("L") if image.mode != "I;16" else _halved(image)
    if image.mode in {"CMYK", "YCbCr", "LAB", "F", "HSV"}:
        return image.convert("RGB")
    over = image.convert("RGBA")
    page = Image.new("RGB", over.size, "white")
    page.paste(over, mask=over.getchannel("A"))
    return page


def _halved(image: Image.Image) -> Image.Image:
    return image.convert("I").point(lambda level: level / 256).convert("L")


def _size(pixels: tuple[int, int], dpi: Any) -> tuple[float, float]:
    """What a scanner says of its resolution; else as large as an A4 sheet allows."""
    try:
        across, down = float(dpi[0]), float(dpi[1])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        across = down = 0.0
    if int(across) in PLAUSIBLE_DPI and int(down) in PLAUSIBLE_DPI:
        return (pixels[0] / across * POINTS, pixels[1] / down * POINTS)
    sheet = A4 if pixels[1] >= pixels[0] else A4[::-1]
    scale = min(sheet[0] / pixels[0], sheet[1] / pixels[1])
    return (pixels[0] * scale, pixels[1] * scale)


def fill(pdf: pikepdf.Pdf, page: pikepdf.Page, image: Image.Image, size: tuple[float, float]) -> None:
    """Make a page this picture, on a sheet of this size in points, and nothing else."""
    for key in set(page.obj.keys()) - {"/Type", "/Parent"}:
        del page.obj[key]
    width, height = (round(one, 3) for one in size)
    page.obj.MediaBox = pikepdf.Array([0, 0, width, height])
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=stored(pdf, image)))
    page.obj.Contents = pdf.make_stream(f"q {width} 0 0 {height} 0 0 cm /Page Do Q".encode())


def stored(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """The picture as an object of a PDF: flat ones without loss, else as JPEG."""
    looks: dict[str, Any] = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": image.width,
        "Height": image.height,
    }
    if image.mode == "1":
        return pdf.make_stream(
            image.tobytes(), BitsPerComponent=1, ColorSpace=pikepdf.Name.DeviceGray, **looks
        )
    looks |= {"BitsPerComponent": 8, "ColorSpace": COLOURS[image.mode]}
    whole = packed(image)
    if whole is not None:
        return pdf.make_stream(whole, Filter=pikepdf.Name.FlateDecode, **looks)
    file = io.BytesIO()
    image.info.clear()  # Pillow would write comments and profiles of the source again
    image.save(file, "JPEG", quality=QUALITY)
    return pdf.make_stream(file.getvalue(), Filter=pikepdf.Name.DCTDecode, **looks)


def packed(image: Image.Image) -> bytes | None:
    """The pixels without loss; None when that is much."""
    raw = image.tobytes()
    middle = len(raw) // 2
    if (
        len(raw) > 4 * SAMPLE
        and len(zlib.compress(raw[middle : middle + SAMPLE], 1)) > 3 * PACKED_WELL * SAMPLE
    ):
        return None
    done = zlib.compress(raw, 1)
    return done if len(done) < PACKED_WELL * len(raw) else None
