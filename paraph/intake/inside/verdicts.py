"""Reads all returned pages, finds their papers, compares page by page, and says which of seven things happened."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2
from cv2.typing import MatLike

from paraph.intake.inside import aligning, comparing, pace, pages, reading
from paraph.intake.inside.comparing import DPI
from paraph.intake.inside.reading import Seen
from paraph.intake.judging import SURE

cv2.setNumThreads(1)


@dataclass(frozen=True, eq=False)
class Returned:
    """One returned page and the codes on it, all of one page; a picture of two pages is two of these."""

    index: int
    image: MatLike
    seen: list[Seen]
    flaw: str | None


def judge(papers: list[dict[str, Any]], pdf: bytes) -> dict[str, Any]:
    """What `paraph.intake.judging.judge` needs to know."""
    with pages.opened(pdf) as document:
        returned = [one for number in range(len(document)) for one in _read(document, number)]
    known = {paper["code"]: paper for paper in papers}
    coded = [one for one in returned if one.seen]
    told: dict[str, Any] = {
        "verdict": "foreign",
        "paper": None,
        "pages": list({one.index: _told(one) for one in reversed(returned)}.values())[::-1],
        "order": [],
        "missing": [],
        "comparisons": [],
        "notes": [],
    }
    if not coded:
        flawed = any(one.flaw != "no_code" for one in returned)
        return {**told, "verdict": "unreadable" if flawed else "foreign"}
    own = [one for one in coded if _is_page_of(known.get(one.seen[0].code.paper), one)]
    if len(own) <= len(coded) / 2:  # else a page of something else lay among them
        strange = next(one for one in coded if one not in own)
        return {**told, "verdict": "wrong_order", "paper": strange.seen[0].code.paper}
    papers_back = {one.seen[0].code.paper for one in own}
    old = sorted(code for code in papers_back if not known[code]["current"])
    if old:
        return {**told, "verdict": "older_revision", "paper": old[0]}
    chosen = max(sorted(papers_back), key=lambda code: sum(one.seen[0].code.paper == code for one in own))
    return {**told, **_of_one(known[chosen], returned, coded)}


def _is_page_of(paper: dict[str, Any] | None, one: Returned) -> bool:
    """Whether the code says of the paper what is known of it; anybody can print codes."""
    code = one.seen[0].code
    return paper is not None and (code.pages, code.digest) == (paper["pages"], paper["digest"])


def _of_one(paper: dict[str, Any], returned: list[Returned], coded: list[Returned]) -> dict[str, Any]:
    places: dict[int, Returned] = {}
    notes = []
    for one in coded:
        code = one.seen[0].code
        if code.paper != paper["code"] or not _is_page_of(paper, one):
            notes.append("other_pages")
            continue
        if code.page in places:
            notes.append("doubled")
        places.setdefault(code.page, one)
    missing = [number for number in range(1, paper["pages"] + 1) if number not in places]
    order = [places[number].index for number in sorted(places)]
    if order != sorted(order):
        notes.append("reordered")
    flaws = {one.flaw for one in returned if not one.seen}
    notes += ["blank_backs"] if "blank" in flaws else []
    notes += ["other_pages"] if flaws - {"blank"} else []
    told: dict[str, Any] = {"paper": paper["code"], "order": order, "missing": missing}
    told["notes"] = sorted(set(notes))
    if missing:
        return {**told, "verdict": "unreadable" if flaws & {"dark", "blurred"} else "page_missing"}
    comparisons = _compared(paper, places)
    if any(one["confidence"] < SURE for one in comparisons):
        told["notes"] = sorted({*told["notes"], "unsure"})
    signed = any(one["in_block"] for one in comparisons)
    return {**told, "verdict": "complete" if signed else "not_signed", "comparisons": comparisons}


def _compared(paper: dict[str, Any], places: dict[int, Returned]) -> list[dict[str, Any]]:
    told = []
    page, *block = paper["block"]
    with pages.opened(paper["pdf"]) as document:
        for number, one in sorted(places.items()):
            sent = _image(document[number - 1])
            of = reading.codes(cv2.cvtColor(sent, cv2.COLOR_RGB2GRAY))
            laid, there_is = aligning.straightened(one.image, one.seen, sent, of)
            found = comparing.compare(sent, laid, there_is, tuple(block) if page == number else None, of)
            told.append({**asdict(found), "page": number})
    return told


def _read(document: pypdfium2.PdfDocument, number: int) -> list[Returned]:
    image = _image(document[number])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    seen = reading.codes(grey)
    pace.page()
    if not seen:
        return [Returned(number, image, [], reading.flaw(grey))]
    by_page = {one.code: [other for other in seen if other.code == one.code] for one in seen}
    return [Returned(number, image, codes, None) for codes in by_page.values()]


def _image(page: pypdfium2.PdfPage) -> MatLike:
    return np.asarray(pages.drawn(page, DPI).convert("RGB"))


def _told(one: Returned) -> dict[str, Any]:
    code = one.seen[0].code.text if one.seen else ""
    return {
        "index": one.index,
        "code": code,
        "flaw": one.flaw,
        "turn": aligning.turn(one.seen[0]) if one.seen else 0,
    }
