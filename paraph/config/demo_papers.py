"""What came back on paper to the demo company: one signed and stamped, one on which a line was struck out by pen."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

from paraph.config import demo_acts
from paraph.config.demo_acts import Mail, Make
from paraph.intake.pictures import pictures
from paraph.people.models import Member, Role
from paraph.signoff import ceremonies, papers, reading, returns
from paraph.signoff.models import Paper

DPI = 150
POINT = DPI / 72
INK, STAMP = (24, 38, 120), (150, 30, 40)
PUMP: dict[str, Any] = {
    "title": "Pump overhaul",
    "object": "Transfer pump P-3",
    "customer": ("Delta Terminal", "Oliekade 7\n3197 KC Rotterdam"),
    "contacts": [
        {"name": "Ruud Kok", "title": "Shift lead", "email": "ruud@delta-terminal.example", "language": "en"}
    ],
    "site": ("Jetty 2", "Oliekade 7\n3197 KC Rotterdam"),
    "notes": "",
    "rate": 8800,
    "tax": "21",
    "items": [
        (
            "Shaft seal leaking",
            "Replace seal, test at 6 bar.",
            "PMP-3",
            "4",
            [("Seal 45 mm", "S-45", "1", 31000)],
        ),
    ],
}
CRANE: dict[str, Any] = {
    "title": "Crane inspection",
    "object": "Deck crane 1",
    "customer": ("Rederij Noord", "Havenkant 3\n9934 PA Delfzijl"),
    "contacts": [
        {
            "name": "Hilde Noord",
            "title": "Fleet manager",
            "email": "hilde@rederij-noord.example",
            "language": "en",
        }
    ],
    "site": ("Berth 4", "Havenkant 3\n9934 PA Delfzijl"),
    "notes": "",
    "rate": 9500,
    "tax": "21",
    "items": [
        (
            "Hoist rope worn",
            "Replace 60 m of rope.",
            "CRN-1",
            "6",
            [("Rope 16 mm, 60 m", "R-16", "1", 54000)],
        ),
    ],
}


def play(make: Make, ask: Mail, staff: dict[Any, Member]) -> None:
    """The terminal's paper is in order and filed; on the shipping company's, a sentence was struck out."""
    for told, altered in ((PUMP, False), (CRANE, True)):
        invitation = ask(make(told), staff[Role.MANAGER], "")
        by = demo_acts.who(invitation)
        ceremonies.approve_all(invitation, by=by)
        paper = papers.issue(invitation, format="a4", language="en", by=by)
        file = returns.add_file(invitation, _scan(paper, altered=altered), "signed.pdf", by=by)
        returns.send(file.returned, invitation, by=by)
        reading.read_due()


def _scan(paper: Paper, *, altered: bool) -> bytes:
    """The pages as a scanner sees them, with a name and a stamp in the block."""
    drawn = pictures(paper.read(), dpi=DPI, form="png")
    pages = [Image.open(io.BytesIO(one.content)).convert("RGB") for one in drawn]
    block = papers.block(paper)
    pen = ImageDraw.Draw(pages[block.page - 1])
    left, top, wide, high = (one * POINT for one in (block.left, block.top, block.width, block.height))
    strokes = [(0.58, 0.4), (0.63, 0.15), (0.67, 0.45), (0.74, 0.18), (0.8, 0.42), (0.9, 0.25)]
    pen.line([(left + x * wide, top + y * high) for x, y in strokes], fill=INK, width=5, joint="curve")
    stamp = (left + 0.1 * wide, top + 0.15 * high, left + 0.4 * wide, top + 0.5 * high)
    pen.ellipse(stamp, outline=STAMP, width=6)
    if altered:
        width, height = pages[0].size
        ImageDraw.Draw(pages[0]).line(
            [(0.12 * width, 0.46 * height), (0.8 * width, 0.462 * height)], fill=INK, width=6
        )
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=DPI, save_all=True, append_images=pages[1:], quality=92)
    return out.getvalue()
