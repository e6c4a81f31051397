"""What came back: the outcomes of issue 4."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from paraph.intake.judging import Verdict, judge
from tests.intake import samples
from tests.intake.test_comparing import judged


def test_S0_15_a_signed_paper_comes_back_complete() -> None:
    paper = samples.sent()
    outcome = judge([paper], samples.taken(samples.scanned(samples.signed(samples.printed(paper)), angle=2)))
    assert (outcome.verdict, outcome.paper, outcome.signed) == (Verdict.COMPLETE, paper.code, True)
    assert outcome.comparisons[0].block_ink_mm2 > 20
    assert outcome.clean, outcome.comparisons[0].elsewhere


def test_S0_15_a_paper_without_ink_is_not_signed() -> None:
    paper = samples.sent()
    outcome = judge([paper], samples.taken(samples.scanned(samples.printed(paper))))
    assert outcome.verdict is Verdict.NOT_SIGNED


def test_S0_15_a_paper_of_another_order_is_a_wrong_order() -> None:
    paper, other = samples.sent(), samples.sent("ZZZZZZZZZZZZ")
    outcome = judge([paper], samples.taken(samples.scanned(samples.printed(other))))
    assert (outcome.verdict, outcome.paper) == (Verdict.WRONG_ORDER, other.code)


def test_S0_15_a_paper_of_an_older_revision_is_named() -> None:
    old, paper = replace(samples.sent("ZZZZZZZZZZZZ"), current=False), samples.sent()
    outcome = judge([paper, old], samples.taken(samples.scanned(samples.printed(old))))
    assert (outcome.verdict, outcome.paper) == (Verdict.OLDER_REVISION, old.code)


def test_S0_15_a_missing_page_is_named() -> None:
    paper = samples.sent(pages=3)
    scans = [samples.scanned(samples.printed(paper, page)) for page in (3, 1)]
    told: list[int] = []
    outcome = judge([paper], samples.taken(*scans), paced=told.append)
    assert (outcome.verdict, outcome.missing, outcome.notes) == (Verdict.PAGE_MISSING, (2,), ("reordered",))
    assert told == sorted(told)
    assert told[-1] == len(scans)  # of every page it was said that it is read


@pytest.mark.slow
def test_S0_15_the_six_outcomes_are_told_apart_in_one_process() -> None:
    paper, other = samples.sent(pages=2), samples.sent("ZZZZZZZZZZZZ")
    first, second = (samples.scanned(samples.printed(paper, page)) for page in (1, 2))
    strange = samples.scanned(samples.printed(other))
    empty = samples.scanned(np.full((1700, 1200, 3), 250, np.uint8))
    dark = samples.scanned(np.full((1700, 1200, 3), 20, np.uint8))
    letter = samples.scanned(samples.printed(paper, 2)[500:1800])
    verdict = {
        "not_signed": judged(paper, second, first, first, empty),
        "wrong_order": judged(paper, strange),
        "page_missing": judged(paper, first),
        "unreadable": judged(paper, empty),
        "foreign": judged(paper, letter),
    }
    assert {name: told["verdict"] for name, told in verdict.items()} == {name: name for name in verdict}
    assert verdict["not_signed"]["notes"] == ["blank_backs", "doubled", "reordered"]
    assert verdict["not_signed"]["order"] == [1, 0]
    assert verdict["page_missing"]["missing"] == [2]
    assert verdict["unreadable"]["pages"][0]["flaw"] == "blank"
    assert judged(paper, dark)["pages"][0]["flaw"] == "dark"
    assert judged(paper, first, dark)["verdict"] == "unreadable"
    assert judged(paper, first, second, letter)["notes"] == ["other_pages"]


@pytest.mark.slow
def test_S0_31_two_pages_in_one_picture_are_both_read() -> None:
    paper = samples.sent(pages=2)
    both = np.hstack([samples.signed(samples.printed(paper, 1)), samples.printed(paper, 2)])
    told = judged(paper, samples.scanned(both))
    assert (told["verdict"], told["order"], len(told["pages"])) == ("complete", [0, 0], 1)
    assert [one["elsewhere"] for one in told["comparisons"]] == [[], []]


@pytest.mark.slow
def test_S0_15_a_stray_page_of_another_order_does_not_make_the_rest_another_order() -> None:
    paper, other = samples.sent(pages=2), samples.sent("ZZZZZZZZZZZZ")
    own = [samples.scanned(samples.signed(samples.printed(paper, page))) for page in (1, 2)]
    told = judged(paper, *own, samples.scanned(samples.printed(other)))
    assert (told["verdict"], told["order"], told["notes"]) == ("complete", [0, 1], ["other_pages"])


@pytest.mark.slow
@pytest.mark.parametrize("forged", [{"digest": "00000000"}, {"pages": 7}])
def test_S0_15_a_code_that_says_of_our_paper_what_it_is_not_is_none_of_ours(forged: dict[str, Any]) -> None:
    paper = samples.sent()
    copy = samples.sent(**forged)
    assert judged(paper, samples.scanned(samples.printed(copy)))["verdict"] == "wrong_order"
