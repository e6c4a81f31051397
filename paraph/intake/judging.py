"""Says which sent paper came back, whether all of it did, and what was added to it: six outcomes and *not signed*.

Knows codes, page numbers and rectangles, nothing of business: the caller knows whose papers these are, and what
follows. All measures are points (1/72 inch) from the top left corner of the page as it was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from paraph.intake import sandbox
from paraph.intake.codes import PageCode, parse
from paraph.intake.limits import JUDGING


class Verdict(StrEnum):
    """What came back."""

    COMPLETE = "complete"
    NOT_SIGNED = "not_signed"  # all pages are there, no ink in the block
    WRONG_ORDER = "wrong_order"  # a page of ours, of a paper that is not among those given
    OLDER_REVISION = "older_revision"  # a paper that is among those given, not current
    PAGE_MISSING = "page_missing"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"  # nothing of ours on any page


class Flaw(StrEnum):
    """Why a page says nothing."""

    BLANK = "blank"
    DARK = "dark"
    BLURRED = "blurred"
    NO_CODE = "no_code"  # readable, but no code of ours on it


@dataclass(frozen=True)
class Block:
    """The signature block of a sent paper: its page (from 1) and its rectangle."""

    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sent:
    """A paper that was handed out. ``digest``: 8 hex digits of its snapshot's digest, upper case, as in the codes.

    ``current`` is False for papers of earlier revisions of the same order.
    """

    code: str
    digest: str
    pages: int
    pdf: bytes = field(repr=False)
    block: Block
    current: bool = True


@dataclass(frozen=True)
class Mark:
    """Something on the returned page that was not on the sent one: its rectangle, and how much of it is ink (mm²)."""

    x: float
    y: float
    width: float
    height: float
    ink_mm2: float


@dataclass(frozen=True)
class Comparison:
    """A returned page, straightened onto the sent page.

    ``confidence`` (0 … 1) is how well they lie on each other: below `SURE` nothing follows from what was found or not
    found. The pictures are JPEGs of one size: the page as sent, as returned and straightened, and the difference: the
    sent page faint, what was added in its own colour, what is gone in red.
    """

    page: int
    in_block: bool
    block_ink_mm2: float
    elsewhere: tuple[Mark, ...]
    confidence: float
    sent: bytes = field(repr=False)
    returned: bytes = field(repr=False)
    difference: bytes = field(repr=False)


@dataclass(frozen=True)
class Page:
    """One returned page (``index`` from 0): the code on it, else its flaw; turned clockwise by ``turn`` degrees."""

    index: int
    code: PageCode | None
    flaw: Flaw | None
    turn: int = 0


@dataclass(frozen=True)
class Outcome:
    """The verdict and what it stands on.

    ``paper`` is the code of the paper the verdict is about (None: foreign or unreadable). ``order`` are indices of
    returned pages in the order of the paper, doubles and blank backs left out: ``bind`` them for the file that is kept.
    ``missing`` are page numbers (from 1). ``notes``: ``reordered``, ``doubled``, ``blank_backs``, ``other_pages``,
    ``unsure``. ``signed`` and ``clean`` are None where no comparison was made.
    """

    verdict: Verdict
    paper: str | None
    pages: tuple[Page, ...]
    order: tuple[int, ...]
    missing: tuple[int, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]
    seconds: float
    peak_mb: float

    @property
    def signed(self) -> bool | None:
        """Whether there is ink in the block."""
        return any(one.in_block for one in self.comparisons) if self.comparisons else None

    @property
    def clean(self) -> bool:
        """Whether the paper came back whole and signed, surely, with nothing written anywhere but in the block."""
        return (
            self.verdict is Verdict.COMPLETE
            and not {"other_pages", "unsure"} & set(self.notes)
            and not any(one.elsewhere for one in self.comparisons)
        )


SURE = 0.6


def judge(papers: Sequence[Sent], pdf: bytes, *, paced: Callable[[int], None] | None = None) -> Outcome:
    """Read the pages of a clean PDF and compare them with the papers that were sent; raises Refused.

    ``papers`` are all papers of one order (of one party, or of all), of every revision. At most 120 seconds: work for
    the worker, or for a request about a few pages (a page takes about half a second). `paced` is called with the number
    of pages whose codes were read so far; comparing them with what was sent comes after the last.
    """
    asked = [
        {
            "code": one.code,
            "digest": one.digest,
            "pages": one.pages,
            "pdf": one.pdf,
            "block": [one.block.page, one.block.x, one.block.y, one.block.width, one.block.height],
            "current": one.current,
        }
        for one in papers
    ]
    done = sandbox.run("judge", JUDGING, paced=paced, papers=asked, pdf=pdf)
    told: dict[str, Any] = done.value
    return Outcome(
        verdict=Verdict(told["verdict"]),
        paper=told["paper"],
        pages=tuple(_page(one) for one in told["pages"]),
        order=tuple(map(int, told["order"])),
        missing=tuple(map(int, told["missing"])),
        comparisons=tuple(_comparison(one) for one in told["comparisons"]),
        notes=tuple(map(str, told["notes"])),
        seconds=done.seconds,
        peak_mb=done.peak_mb,
    )


def _page(told: dict[str, Any]) -> Page:
    return Page(
        index=int(told["index"]),
        code=parse(str(told["code"])) if told["code"] else None,
        flaw=Flaw(told["flaw"]) if told["flaw"] else None,
        turn=int(told["turn"]),
    )


def _comparison(told: dict[str, Any]) -> Comparison:
    return Comparison(
        page=int(told["page"]),
        in_block=bool(told["in_block"]),
        block_ink_mm2=float(told["block_ink_mm2"]),
        elsewhere=tuple(Mark(*map(float, one)) for one in told["elsewhere"]),
        confidence=float(told["confidence"]),
        sent=bytes(told["sent"]),
        returned=bytes(told["returned"]),
        difference=bytes(told["difference"]),
    )
