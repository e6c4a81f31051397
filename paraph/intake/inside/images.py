"""Pictures in a PDF: what all readers decode alike stays, without what it tells of camera and place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import jpeg

UNPACKED = {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode"}
UNPACKED |= {"/Fl", "/LZW", "/A85", "/AHx", "/RL"}
MAX_BYTES_UNPACKED = 320_000_000  # of one picture: A3 at 600 dpi in colour has 210 MB
COMPONENTS = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4, "/Indexed": 1, "/Separation": 1}


def filters(stream: Any) -> set[str]:
    """How it is packed."""
    packed = stream.get("/Filter")
    if packed is None:
        return set()
    return {str(one) for one in packed} if isinstance(packed, Array) else {str(packed)}


def oddities(image: Any, take: Callable[[int], None]) -> set[str]:
    """Clean a picture in place; return what is odd about it. Raises Refused when it unpacks to too much."""
    width, height = _number(image, "/Width"), _number(image, "/Height")
    if width <= 0 or height <= 0:
        return {"damaged"}
    size = height * ((width * _components(image) * _number(image, "/BitsPerComponent", 1) + 7) // 8)
    if size > MAX_BYTES_UNPACKED:
        raise Refused(Reason.TOO_MANY_PIXELS, f"{width} × {height}")
    packed = filters(image)
    if packed == {"/DCTDecode"}:
        return _photo(image, width, height)
    if packed == {"/CCITTFaxDecode"}:
        return set()
    if packed - UNPACKED:
        return {"packing"}
    take(size)
    return _bitmap(image, size)


def _photo(image: Any, width: int, height: int) -> set[str]:
    try:
        bare = jpeg.bare(bytes(image.read_raw_bytes()))
    except (ValueError, pikepdf.PdfError):
        return {"damaged"}
    if not bare.usual or (bare.width, bare.height) != (width, height):
        return {"picture"}
    settings = image.get("/DecodeParms")
    image.write(bare.content, filter=Name.DCTDecode, decode_parms=settings)
    return set()


def _bitmap(image: Any, size: int) -> set[str]:
    try:
        short = len(image.read_bytes()) < size
    except (pikepdf.PdfError, RuntimeError):
        short = True
    return {"damaged"} if short else set()


def _components(image: Any) -> int:
    colours = image.get("/ColorSpace")
    if image.get("/ImageMask") is True or colours is None:
        return 1
    if isinstance(colours, Array) and len(colours) > 1:
        if colours[0] == Name.ICCBased and isinstance(colours[1], (Dictionary, pikepdf.Stream)):
            return _number(colours[1], "/N", 3)
        if colours[0] == Name.DeviceN:
            return len(colours[1])
        colours = colours[0]
    return COMPONENTS.get(str(colours), 3)


def _number(value: Any, key: str, otherwise: int = 0) -> int:
    try:
        return int(value.get(key, otherwise))
    except (TypeError, ValueError):
        return otherwise
