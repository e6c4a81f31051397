"""Finds what was added to a page, and what is gone from it, after it was laid on the page as it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from cv2.typing import MatLike

from paraph.intake.inside.aligning import ink
from paraph.intake.inside.reading import Seen

DPI = 150.0
POINTS = 72.0
MM = DPI / 25.4  # pixels of a millimetre
DARK = 60  # ink (0 … 255) that is a mark: a ballpoint on a faded scan has 80, noise of JPEG 40
PRINTED = 24  # ink of the sent page near which nothing counts as added
SLACK = round(0.35 * MM)  # pixels that lines may be off, and letters grow by in a scanner
EDGE = round(3 * MM)  # along the edges of the sheet lie shadows, the table and holes
LEAST_MARK = 0.45  # mm² of ink: the dot of an i has 0.3, a stroke through a digit 0.8
LEAST_SIGNATURE = 6.0  # mm² of ink: initials with a ballpoint have 10
FINE = 4.0  # standard deviation in pixels: a pen stroke stands out of a blur by so much, a stain's soft edge does not
LEAST_FINE = 22.0  # ink (0 … 255) by which it stands out: pencil has 60, a blot of coffee 12
THICK = round(1.5 * MM)  # half the width of a felt pen; what is wider is a thumb, a hole or a shadow
BROWN = (8, 32)  # hue (0 … 179) of coffee, rust, skin and highlighters: nobody's pen, and no stamp
LEAST_BROWN, LEAST_BRIGHT = 40, 80  # saturation and value from which a hue says something: black ink has none
LEAST_GONE = 0.15  # mm² of print that is missing: a digit under correction fluid has 0.2, a fax loses 0.06
LEAST_UNSEEN = 0.5  # mm² of print outside of the picture, above which nothing follows: half a price
UNSEEN = 0.5  # the most that is sure then; below `judging.SURE`
RULE = round(8 * MM)  # a line longer than any letter's stroke: a fax loses it, and nobody gains by hiding it
USUAL = 99.9  # percent of the print near which nothing was added
LEAST_GROWN = 45.0  # ink (0 … 255) more than the print explains
LEAST_GROWN_MM2 = 0.10  # a dot of 0.3 mm
NEAR = round(3 * MM)  # marks closer together are one
QUALITY = 80
GONE_COLOUR = (214, 40, 40)


@dataclass(frozen=True)
class Compared:
    """See `paraph.intake.judging.Comparison`."""

    in_block: bool
    block_ink_mm2: float
    elsewhere: list[tuple[float, float, float, float, float]]
    confidence: float
    sent: bytes
    returned: bytes
    difference: bytes


def compare(
    sent: MatLike,
    returned: MatLike,
    there_is: MatLike,
    block: tuple[float, float, float, float] | None,
    codes: Sequence[Seen] = (),
) -> Compared:
    """Both at `DPI`, RGB, of one size; ``block`` in points; ``codes`` those on the sent page, which are no content."""
    was, now = (ink(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)) for one in (sent, returned))
    now = cv2.max(now, _coloured(returned, sent))
    inside = _inside(was.shape, block)
    seen = _seen(there_is)
    added = cv2.bitwise_and(cv2.bitwise_or(_added(was, now), _grown(was, now)), seen)
    gone = cv2.bitwise_and(_gone(was, now), seen)
    in_block = _area(cv2.bitwise_and(_written(added, now, returned), inside))
    outside = cv2.bitwise_not(inside)
    marks = _marks(cv2.bitwise_and(added, outside), LEAST_MARK)
    marks += _marks(cv2.bitwise_and(gone, outside), LEAST_GONE, solid=False)
    return Compared(
        in_block=in_block >= LEAST_SIGNATURE,
        block_ink_mm2=round(in_block, 1),
        elsewhere=marks,
        confidence=_confidence(was, now, seen, codes),
        sent=jpeg(sent),
        returned=jpeg(returned),
        difference=jpeg(_shown(sent, returned, added, gone)),
    )


def _around(radius: int) -> MatLike:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _coloured(returned: MatLike, sent: MatLike) -> MatLike:
    """Colour where the sent page has none: stamps and pens over black print are seen by it."""
    strong, plain = (cv2.cvtColor(one, cv2.COLOR_RGB2HSV) for one in (returned, sent))
    colour: Any = cv2.min(strong[:, :, 1], cv2.bitwise_not(plain[:, :, 1]))
    bright: Any = (strong[:, :, 2] > 60).astype(np.uint8) * 255
    usual = float(np.median(colour))
    lifted = np.clip(colour.astype(np.float32) - usual - 40, 0, 255).astype(np.uint8)
    seen: MatLike = cv2.bitwise_and(cv2.blur(lifted, (3, 3)), bright)
    return seen


def _added(was: MatLike, now: MatLike) -> MatLike:
    printed = cv2.dilate((cv2.GaussianBlur(was, (0, 0), 0.8) > PRINTED).astype(np.uint8), _around(SLACK))
    soft = cv2.GaussianBlur(now, (0, 0), 0.7)
    added: MatLike = ((soft > DARK) & (printed == 0)).astype(np.uint8) * 255
    return added


def _grown(was: MatLike, now: MatLike) -> MatLike:
    """Print that has more ink than the rest of the print explains: a 3 closed to an 8, between its own strokes.

    The sent page is blurred as much as the returned one is; what may be there is the darkest of a pixel and its
    neighbours, and what is more than almost all other print shows is a mark.
    """
    like = _like(was, now)
    soft = cv2.GaussianBlur(now, (0, 0), 0.6).astype(np.float32)
    more = soft - cv2.dilate(like, _around(1))
    near = cv2.dilate((was > PRINTED).astype(np.uint8), _around(SLACK)) > 0
    usual = float(np.percentile(more[near], USUAL)) if near.any() else 0.0
    grown: MatLike = (near & (more > max(LEAST_GROWN, usual + 12))).astype(np.uint8) * 255
    _count, labels, places, _middles = cv2.connectedComponentsWithStats(grown)
    large = places[:, cv2.CC_STAT_AREA] >= LEAST_GROWN_MM2 * MM**2
    large[0] = False
    solid: MatLike = large[labels].astype(np.uint8)
    return solid * 255


def _like(was: MatLike, now: MatLike) -> MatLike:
    """The sent page's ink as this scanner or telephone would show it: as soft, and as strong."""
    print_ = was > PRINTED
    best: tuple[float, MatLike] = (np.inf, was.astype(np.float32))
    for softness in (0.6, 0.9, 1.3, 1.8):
        soft = cv2.GaussianBlur(was, (0, 0), softness).astype(np.float32)
        strength = float(np.median(now[soft > 120] / soft[soft > 120])) if (soft > 120).any() else 1.0
        apart = float(np.abs(now[print_] - strength * soft[print_]).mean()) if print_.any() else 0.0
        if apart < best[0]:
            best = (apart, strength * soft)
    return best[1]


def _written(added: MatLike, now: MatLike, returned: MatLike) -> MatLike:
    """Of what was added, what a pen or a stamp can have left: a stain in the block is no signature (I9)."""
    soft = now.astype(np.float32)
    sharp = (soft - cv2.GaussianBlur(soft, (0, 0), FINE) > LEAST_FINE).astype(np.uint8)
    near = cv2.dilate(sharp & (added > 0), _around(SLACK))
    thick = cv2.dilate(cv2.morphologyEx(added, cv2.MORPH_OPEN, _around(THICK)), _around(THICK))
    written: MatLike = ((added > 0) & (near > 0) & (thick == 0) & ~_brown(returned)).astype(np.uint8) * 255
    return written


def _brown(returned: MatLike) -> Any:
    """Where colours are those of a stain, against the paper around: yellow light makes no stain of black ink."""
    paper = cv2.blur(
        cv2.dilate(cv2.resize(returned, None, fx=0.25, fy=0.25), np.ones((9, 9), np.uint8)), (7, 7)
    )
    plain = cv2.divide(returned, cv2.resize(paper, (returned.shape[1], returned.shape[0])), scale=255)
    hue, strong, bright = cv2.split(cv2.cvtColor(cv2.blur(plain, (3, 3)), cv2.COLOR_RGB2HSV))
    return (hue >= BROWN[0]) & (hue <= BROWN[1]) & (strong > LEAST_BROWN) & (bright > LEAST_BRIGHT)


def _gone(was: MatLike, now: MatLike) -> MatLike:
    left = cv2.dilate((now > DARK / 2).astype(np.uint8), _around(SLACK + 1))
    gone: MatLike = ((was > 150) & (left == 0) & (_rules(was) == 0)).astype(np.uint8) * 255
    return gone


def _rules(was: MatLike) -> MatLike:
    """The lines that part a page, and what lies against them."""
    print_ = (was > PRINTED).astype(np.uint8)
    across, down = (
        cv2.morphologyEx(print_, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((1, RULE), (RULE, 1))
    )
    rules: MatLike = cv2.dilate(cv2.bitwise_or(across, down), _around(1))
    return rules


def _seen(there_is: MatLike) -> MatLike:
    """Where the returned picture shows the sheet, without its edges."""
    seen: MatLike = cv2.erode(there_is, _around(EDGE // 2))
    seen[:EDGE], seen[-EDGE:], seen[:, :EDGE], seen[:, -EDGE:] = 0, 0, 0, 0
    return seen


def _inside(shape: tuple[int, ...], block: tuple[float, float, float, float] | None) -> MatLike:
    """The block, and a little around it: signatures have swing."""
    inside: MatLike = np.zeros(shape, np.uint8)
    if block is not None:
        left, top, width, height = (one * DPI / POINTS for one in block)
        swing = 3 * MM
        rows = slice(max(0, round(top - swing)), round(top + height + swing))
        inside[rows, max(0, round(left - swing)) : round(left + width + swing)] = 255
    return inside


def _area(mask: MatLike) -> float:
    return float(np.count_nonzero(mask)) / MM**2


def _marks(
    mask: MatLike, least: float, *, solid: bool = True
) -> list[tuple[float, float, float, float, float]]:
    joined = cv2.dilate(mask, _around(NEAR // 2))
    count, _labels, places, _middles = cv2.connectedComponentsWithStats(joined)
    scale, marks = POINTS / DPI, []
    for number in range(1, count):
        left, top, width, height = (int(one) for one in places[number][:4])
        # A speck is no mark: what was added has a piece that is wider than a scanner's dirt.
        piece = mask[top : top + height, left : left + width]
        area = _area(piece)
        if area >= least and (not solid or _solid(piece)):
            box = (round(one * scale, 1) for one in (left, top, width, height))
            marks.append((*box, round(area, 1)))
    return marks  # type: ignore[return-value]


def _solid(mask: MatLike) -> bool:
    """Whether some piece of it is as long as a stroke: dust is many dots."""
    _count, _labels, places, _middles = cv2.connectedComponentsWithStats(mask)
    return any(max(one[2], one[3]) >= 0.9 * MM and one[4] >= 0.25 * MM**2 for one in places[1:])


def _confidence(was: MatLike, now: MatLike, seen: MatLike, codes: Sequence[Seen]) -> float:
    """How much of the print is there again, where the returned picture shows the sheet at all.

    What was written where it does not show the sheet, nobody knows: a corner with print that was cut off is not sure.
    """
    print_ = cv2.bitwise_and((was > 100).astype(np.uint8) * 255, seen)
    again = cv2.bitwise_and(print_, cv2.dilate((now > DARK / 2).astype(np.uint8) * 255, _around(SLACK)))
    shown = cv2.countNonZero(seen) / seen.size
    share = cv2.countNonZero(again) / max(1, cv2.countNonZero(print_))
    sure = share * min(1.0, shown / 0.85)
    unseen = _area((was > 100) & (seen == 0) & (_squares(was, codes) == 0))
    return round(sure if unseen < LEAST_UNSEEN else min(sure, UNSEEN), 3)


def _squares(was: MatLike, codes: Sequence[Seen]) -> MatLike:
    squares: MatLike = np.zeros(was.shape, np.uint8)
    for one in codes:
        cv2.fillConvexPoly(squares, np.array(one.corners, np.int32), 1)
    return cv2.dilate(squares, _around(NEAR))


def _shown(sent: MatLike, returned: MatLike, added: MatLike, gone: MatLike) -> MatLike:
    faint = (255 - (255 - sent.astype(np.float32)) * 0.25).astype(np.uint8)
    near = cv2.dilate(added, _around(2)) > 0
    faint[near] = returned[near]
    faint[gone > 0] = GONE_COLOUR
    return faint


def jpeg(image: MatLike) -> bytes:
    """The bytes of an RGB image."""
    done, coded = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    assert done
    return bytes(coded.tobytes())
