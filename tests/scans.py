"""Papers as they come back: printed, signed, scanned. Drawn from the very PDF that was handed out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from paraph.intake import judging, sandbox, wire
from paraph.intake.codes import PageCode
from paraph.intake.limits import Limits
from paraph.signoff import papers, returns
from paraph.signoff.models import Invitation, Paper, Return
from tests.cast import customer

DPI = 150
POINT = DPI / 72
INK = (24, 38, 120)


def printed(pdf: bytes) -> list[Image.Image]:
    """The pages on white paper."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=POINT).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def signed_by_hand(paper: Paper) -> list[Image.Image]:
    """The pages with a name written into the block."""
    pages, block = printed(paper.read()), papers.block(paper)
    left, top = block.left * POINT, block.top * POINT
    wide, high = block.width * POINT, block.height * POINT
    strokes = [(0.58, 0.4), (0.63, 0.15), (0.67, 0.45), (0.74, 0.18), (0.8, 0.42), (0.9, 0.25)]
    draw = ImageDraw.Draw(pages[block.page - 1])
    draw.line([(left + x * wide, top + y * high) for x, y in strokes], fill=INK, width=4, joint="curve")
    return pages


def altered(pages: list[Image.Image]) -> list[Image.Image]:
    """A line struck out with a pen, in the middle of the first page."""
    width, height = pages[0].size
    draw = ImageDraw.Draw(pages[0])
    draw.line([(0.15 * width, 0.45 * height), (0.85 * width, 0.455 * height)], fill=INK, width=5)
    return pages


def blank(pages: int = 1) -> list[Image.Image]:
    """Sheets with nothing on them."""
    return [Image.new("RGB", (int(595 * POINT), int(842 * POINT)), (250, 250, 248)) for _page in range(pages)]


def foreign() -> list[Image.Image]:
    """A page that is not ours, with something on it."""
    (page,) = blank()
    draw = ImageDraw.Draw(page)
    for row in range(40):
        draw.text((80, 90 + 30 * row), f"Terms and conditions, article {row}: the buyer agrees. " * 2, fill=0)
    return [page]


def as_pdf(pages: Sequence[Image.Image]) -> bytes:
    """What a scanner makes of them."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=DPI, save_all=True, append_images=list(pages[1:]), quality=90)
    return out.getvalue()


def as_photo(page: Image.Image) -> bytes:
    """One page as a phone sends it."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


def hand_in(invitation: Invitation, *files: bytes, send: bool = True, name: str = "") -> Return:
    """Add files to the party's draft as its contact, and send it."""
    by = customer(invitation)
    for number, content in enumerate(files, start=1):
        added = returns.add_file(invitation, content, f"scan {number}.pdf", by=by)
    return returns.send(added.returned, invitation, by=by, name=name) if send else added.returned


def come_back(
    paper: Paper, change: Callable[[list[Image.Image]], list[Image.Image]] = lambda pages: pages
) -> Return:
    """Send a signed paper back, its pages changed first."""
    return hand_in(paper.invitation, as_pdf(change(signed_by_hand(paper))))


# What a child once answered, for the whole run: the same question has the same answer, and asking takes a second.
_ANSWERS: dict[str, sandbox.Done] = {}


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask children of `intake` each question once."""
    ask = sandbox.run

    def run(task: str, limits: Limits, *, paced: sandbox.Paced | None = None, **request: Any) -> sandbox.Done:
        key = hashlib.sha256(wire.pack({"task": task, **request})).hexdigest()
        if key not in _ANSWERS:
            _ANSWERS[key] = ask(task, limits, paced=paced, **request)
        return _ANSWERS[key]

    monkeypatch.setattr(sandbox, "run", run)


@cache
def any_scan(pages: int = 2) -> bytes:
    """A scan that is always the same, for tests that say themselves what the machine sees in it."""
    return as_pdf(blank(pages))


class Machine:
    """What the machine says it sees on the pages, in place of looking: complete and signed, unless told otherwise."""

    def __init__(self) -> None:
        self.paper: Paper | None = None
        self.changes: dict[str, Any] = {}
        self.asked: list[judging.Sent] = []
        self.problem: Exception | None = None

    def sees(self, whose: Paper | None, **changes: Any) -> None:
        """Whose pages it sees, and what is special about them: fields of `judging.Outcome`, or `ink` and `marks`."""
        self.paper, self.changes = whose, changes

    def judge(
        self, papers: Sequence[judging.Sent], pdf: bytes, *, paced: sandbox.Paced | None = None
    ) -> judging.Outcome:
        """As `judging.judge`."""
        self.asked = list(papers)
        if self.problem:
            raise self.problem
        changes = dict(self.changes)
        ink, marks = changes.pop("ink", True), changes.pop("marks", ())
        paper, count = self.paper, self.paper.pages if self.paper else 1
        codes = [
            PageCode(paper.code, number, count, "00000000") if paper else None
            for number in range(1, count + 1)
        ]
        told: dict[str, Any] = {
            "verdict": judging.Verdict.COMPLETE if paper else judging.Verdict.FOREIGN,
            "paper": paper.code if paper else None,
            "pages": tuple(judging.Page(index, code, None) for index, code in enumerate(codes)),
            "order": tuple(range(count)) if paper else (),
            "missing": (),
            "comparisons": tuple(
                _compared(number, ink=ink and number == count, marks=marks if number == 1 else ())
                for number in range(1, count + 1)
            )
            if paper
            else (),
            "notes": (),
            "seconds": 0.1,
            "peak_mb": 1.0,
        }
        return judging.Outcome(**{**told, **changes})


@pytest.fixture
def machine(remembered: None, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that sees what the test says."""
    made = Machine()
    monkeypatch.setattr(judging, "judge", made.judge)
    return made


def _compared(number: int, *, ink: bool, marks: Sequence[judging.Mark]) -> judging.Comparison:
    picture = as_photo(Image.new("L", (8, 8), 255))
    return judging.Comparison(
        number, ink, 90.0 if ink else 0.0, tuple(marks), 0.95, picture, picture, picture
    )
