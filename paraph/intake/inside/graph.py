"""Walks what a page is made of: drops every key that drawing does not need, and names what readers disagree about.

Such an oddity is a word. A page that has one is drawn by PDFium and kept as an image; a page without stays as it is:
sharp and small.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from paraph.intake.errors import Reason, Refused
from paraph.intake.inside import drawing, images
from paraph.intake.inside.allowed import KEYS, MAPS
from paraph.intake.limits import MAX_CONTENT, MAX_UNPACKED

TILING = 1  # a pattern of tiles: fine hatching is grey to one reader and black to the next
DEFLATED = 1032  # how much larger than its packed form a stream can be (zlib)
MAX_DEPTH = 60  # of dictionaries in dictionaries: nested forms of real files have about 10
NOTHING: frozenset[str] = frozenset()
INKS = {"/DeviceCMYK", "/CMYK", "/Lab"}
PLAIN = {1: Name.DeviceGray, 3: Name.DeviceRGB}  # for a profile, by its number of components
SAME = {"/CalGray": Name.DeviceGray, "/CalRGB": Name.DeviceRGB}
LAYERED = {"/OC", "/Properties"}
PACKING = {"/Filter", "/DecodeParms", "/Length"}


class Walk:
    """Remembers what it has seen: pages share fonts and pictures."""

    def __init__(self, *, layers_hidden: bool) -> None:
        self._layers_hidden = layers_hidden
        self.dropped: Counter[str] = Counter()
        self.unpacked = 0
        self._known: dict[tuple[int, int], frozenset[str] | None] = {}

    def oddities(self, value: Any, depth: int = 0) -> frozenset[str]:
        """Clean a value in place; return what is odd in it. Raises Refused."""
        if isinstance(value, Name):
            return frozenset({"inks"}) if str(value) in INKS else NOTHING
        if not isinstance(value, (Dictionary, Stream, Array)):
            return NOTHING
        if depth > MAX_DEPTH:
            return frozenset({"deep"})
        key = value.objgen
        if key == (0, 0):
            return self._of(value, depth)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._of(value, depth)
        known = self._known[key]
        return frozenset({"recursive"}) if known is None else known

    def content(self, stream: Any, resources: Any) -> tuple[bytes, frozenset[str]]:
        """The drawing orders of a page or form, written anew, and what is odd about them."""
        drawn = drawing.rewritten(stream)
        self.dropped += drawn.dropped
        found = {"inks"} if drawn.inks else set()
        fonts = resources.get("/Font") if isinstance(resources, Dictionary) else None
        for font in drawing.chosen(drawn.fonts, fonts):
            found |= _missing(font)
        return drawn.content, frozenset(found)

    def take(self, size: int) -> None:
        """Count what was unpacked; raises Refused when it is too much."""
        self.unpacked += size
        if self.unpacked > MAX_UNPACKED:
            raise Refused(Reason.UNPACKS_LARGE)

    def _of(self, value: Any, depth: int) -> frozenset[str]:
        if isinstance(value, Array):
            return self._all(_plain_colours(value), depth)
        found = self._stream(value) if isinstance(value, Stream) else set()
        for key in list(value.keys()):
            if key not in KEYS:
                found |= {"layers"} if self._layers_hidden and key in LAYERED else set()
                del value[key]
            elif key in MAPS and isinstance(value[key], Dictionary):
                found |= self._map(value[key], depth)
            elif key not in PACKING:
                value[key] = _same_colours(value[key]) if _is_colour(value[key]) else value[key]
                found |= self.oddities(value[key], depth + 1)
        if any(value.get(key) is True for key in ("/OP", "/op")):
            found.add("overprint")
        if value.get("/PatternType") == TILING:
            found.add("pattern")
        return frozenset(found)

    def _map(self, names: Any, depth: int) -> frozenset[str]:
        for name in list(names.keys()):
            if _is_colour(names[name]):
                names[name] = _same_colours(names[name])
        return self._all((names[name] for name in list(names.keys())), depth)

    def _all(self, values: Iterable[Any], depth: int) -> frozenset[str]:
        return NOTHING.union(*(self.oddities(one, depth + 1) for one in values))

    def _stream(self, value: Any) -> set[str]:
        kind = value.get("/Subtype")
        if kind == Name.Image:
            return images.oddities(value, self.take)
        if images.filters(value) - images.UNPACKED:
            return {"packing"}
        content = read(value, MAX_CONTENT)
        if content is None:
            return {"damaged"}
        self.take(len(content))
        if kind != Name.Form and "/PatternType" not in value:
            return set()
        written, found = self.content(value, value.get("/Resources"))
        value.write(written)
        return set(found)


def read(stream: Any, most: int) -> bytes | None:
    """What a stream holds, unpacked; None when it is damaged. Raises Refused."""
    try:
        raw = bytes(stream.read_raw_bytes())
        deflated = images.filters(stream) == {"/FlateDecode"}
        if (
            deflated
            and len(raw) * DEFLATED > most
            and len(zlib.decompressobj().decompress(raw, most + 1)) > most
        ):
            raise Refused(Reason.UNPACKS_LARGE, f"a stream of more than {most} bytes")
        content = bytes(stream.read_bytes())
    except (pikepdf.PdfError, RuntimeError, zlib.error):
        return None
    if len(content) > most:
        raise Refused(Reason.UNPACKS_LARGE, f"a stream of {len(content)} bytes")
    return content


def _is_colour(value: Any) -> bool:
    return isinstance(value, Array) and len(value) > 0 and isinstance(value[0], Name)


def _same_colours(value: Any) -> Any:
    """Colours of a profile as colours of a screen: half of the readers know no profiles."""
    kind = str(value[0])
    if kind == "/ICCBased" and len(value) > 1 and isinstance(value[1], Stream):
        return PLAIN.get(int(value[1].get("/N", 0)), Name.DeviceCMYK)
    return SAME.get(kind, value)


def _plain_colours(value: Any) -> list[Any]:
    """The items of an array, after profiles in it became plain: [/Indexed [/ICCBased …] …]."""
    for place, one in enumerate(value):
        if _is_colour(one):
            value[place] = _same_colours(one)
    return list(value)


def _missing(font: Any) -> set[str]:
    """Whether a font is not in the file. Readers replace it, each by another one."""
    if not isinstance(font, Dictionary) or font.get("/Subtype") == Name.Type3:
        return set()
    whole: Any = font
    if font.get("/Subtype") == Name.Type0:
        children = font.get("/DescendantFonts")
        whole = children[0] if isinstance(children, Array) and len(children) else Dictionary()
    about = whole.get("/FontDescriptor", Dictionary())
    if any(key in about for key in ("/FontFile", "/FontFile2", "/FontFile3")):
        return set()
    return {"font", "no glyphs"} if font.get("/Subtype") == Name.Type0 else {"font"}
