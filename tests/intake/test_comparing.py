"""What was added to a page is found wherever it is, and what was not added is not found."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest

from paraph.intake.inside import photos, verdicts
from paraph.intake.judging import Sent
from paraph.intake.kinds import Kind
from tests.intake import samples

pytestmark = pytest.mark.slow
PRICE = (512.0, 221.0)  # points


def judged(paper: Sent, *scans: bytes) -> dict[str, Any]:
    """In this process: the same work without starting a child."""
    block = [paper.block.page, paper.block.x, paper.block.y, paper.block.width, paper.block.height]
    told = {
        "code": paper.code,
        "digest": paper.digest,
        "pages": paper.pages,
        "pdf": paper.pdf,
        "block": block,
        "current": True,
    }
    return verdicts.judge([told], samples.bound([photos.clean(Kind.JPEG, one)["pdf"] for one in scans]))


def compared(scan: bytes) -> dict[str, Any]:
    (found,) = judged(samples.sent(), scan)["comparisons"]
    return dict(found)


@pytest.mark.parametrize("angle", [0.5, -3, 7])
def test_S0_29_ink_in_the_block_of_a_poor_scan_is_found_and_nothing_else(angle: float) -> None:
    page = samples.signed(samples.printed(samples.sent(), dpi=150))
    found = compared(samples.scanned(page, angle=angle, noise=10, quality=60, blur=0.6))
    assert (found["in_block"], found["elsewhere"]) == (True, [])
    assert found["confidence"] > 0.9


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_S0_29_a_photo_in_the_shade_of_an_unsigned_paper_shows_no_ink(seed: int) -> None:
    found = compared(samples.photographed(samples.printed(samples.sent()), seed))
    assert (found["in_block"], found["elsewhere"]) == (False, [])


@pytest.mark.parametrize("how", ["scan", "photo"])
def test_S0_33_a_price_changed_by_pen_is_seen(how: str) -> None:
    page = samples.struck(samples.signed(samples.printed(samples.sent())), PRICE)
    scan = (
        samples.photographed(page) if how == "photo" else samples.scanned(page, angle=2, noise=8, quality=60)
    )
    ((left, top, width, height, _ink),) = compared(scan)["elsewhere"]
    assert left < PRICE[0] + 2 < left + width
    assert top < PRICE[1] + 4 < top + height


@pytest.mark.parametrize("how", ["scan", "photo"])
def test_S0_33_a_3_closed_to_an_8_between_its_own_strokes_is_seen(how: str) -> None:
    page = samples.closed(samples.signed(samples.printed(samples.sent())), samples.sent())
    scan = (
        samples.photographed(page) if how == "photo" else samples.scanned(page, angle=2, noise=8, quality=60)
    )
    assert len(compared(scan)["elsewhere"]) == 1


def test_S0_02_a_stamp_counts_in_the_block_and_is_a_mark_elsewhere() -> None:
    page = samples.printed(samples.sent())
    assert compared(samples.scanned(samples.stamped(page, (250, 650))))["in_block"]
    over = compared(samples.scanned(samples.stamped(page, (300, 260)), angle=1, quality=60))
    assert (over["in_block"], len(over["elsewhere"])) == (False, 1)


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_S0_31_a_page_that_lies_on_its_side_or_head_is_turned(quarter: int) -> None:
    page = samples.signed(samples.printed(samples.sent()))
    outcome = judged(samples.sent(), samples.scanned(np.ascontiguousarray(np.rot90(page, quarter))))
    assert (outcome["verdict"], outcome["pages"][0]["turn"]) == ("complete", 90 * quarter)
    assert outcome["comparisons"][0]["elsewhere"] == []


def test_S0_02_a_stamp_over_the_upper_code_leaves_the_lower_one_to_lay_the_page_by() -> None:
    page = samples.stamped(samples.signed(samples.printed(samples.sent())), (547, 47), (40, 60, 180))
    found = compared(samples.scanned(page, angle=-2, noise=6, quality=70))
    assert (found["in_block"], len(found["elsewhere"])) == (True, 1)
    assert found["confidence"] > 0.9


@pytest.mark.parametrize("what", ["coffee", "thumb", "hole"])
def test_S0_29_a_stain_a_thumb_or_a_hole_in_the_block_is_no_signature(what: str) -> None:
    page = samples.printed(samples.sent())
    spot = {"coffee": (150, 105, 60), "thumb": (205, 150, 125), "hole": (50, 50, 50)}[what]
    size, soft = {"coffee": (54, 4.0), "thumb": (30, 0.5), "hole": (8.5, 0.5)}[what]
    scale = page.shape[1] / 595.28
    shape = np.zeros(page.shape[:2], np.float32)
    middle = (round(200 * scale), round(655 * scale))
    cv2.circle(shape, middle, round(size * scale), 1.0, round(6 * scale) if what == "coffee" else -1)
    spotted = page * (1 - cv2.GaussianBlur(shape, (0, 0), soft)[..., None] * (1 - np.array(spot) / 255))
    assert not compared(samples.scanned(spotted.astype(np.uint8)))["in_block"]


def test_S0_29_a_fax_may_lose_a_fine_rule_but_not_a_digit() -> None:
    page = samples.signed(samples.printed(samples.sent()))
    scale = page.shape[1] / 595.28
    table = page[: round(400 * scale), round(100 * scale) : round(450 * scale)]
    rules = np.flatnonzero(table.mean(axis=(1, 2)) < 90)
    lost = page.copy()
    lost[rules[len(rules) // 2] - 4 : rules[len(rules) // 2] + 5] = 255
    assert compared(samples.scanned(lost))["elsewhere"] == []
    text = pypdfium2.PdfDocument(samples.sent().pdf)[0].get_textpage()
    left, bottom, right, top = text.get_charbox(text.get_text_range().index("€") + 3)
    page[
        round((841.89 - top) * scale) : round((841.89 - bottom) * scale) + 1,
        round(left * scale) : round(right * scale),
    ] = 255
    scan = samples.scanned(page, angle=1, noise=6, quality=70)
    ((_left, _top, width, height, _area),) = compared(scan)["elsewhere"]  # under correction fluid
    assert max(width, height) < 20


@pytest.mark.parametrize(("cut", "sure"), [(0.76, False), (0.97, True)])
def test_S0_29_where_print_was_cut_off_nothing_is_sure(cut: float, *, sure: bool) -> None:
    page = samples.signed(samples.printed(samples.sent()))
    outcome = judged(samples.sent(), samples.scanned(page[:, : round(page.shape[1] * cut)]))
    assert ("unsure" not in outcome["notes"]) == sure
