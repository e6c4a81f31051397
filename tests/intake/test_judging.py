"""What came back: the outcomes of issue 4."""

from __future__ import annotations

from dataclasses import replace

from paraph.intake.judging import Verdict, judge
from tests.intake import samples


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
    outcome = judge([paper], samples.taken(*scans))
    assert (outcome.verdict, outcome.missing, outcome.notes) == (Verdict.PAGE_MISSING, (2,), ("reordered",))
