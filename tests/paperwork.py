"""Returned paper in any state as rows, without the seconds that reading real files takes (`tests.scans` has those)."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from paraph.lib import clock, home
from paraph.signoff import returns
from paraph.signoff.models import (
    ComparedPage,
    Invitation,
    Match,
    Return,
    ReturnFile,
    ReturnPage,
    ReturnState,
    ScanPage,
)
from tests.cast import customer

WIDTH, HEIGHT = 300, 400


def photo(number: int = 1) -> bytes:
    """A small photograph; each number is another one."""
    out = io.BytesIO()
    Image.new("RGB", (WIDTH + number, HEIGHT), (240, 240, 236)).save(out, "JPEG")
    return out.getvalue()


def page(invitation: Invitation, name: str = "page.jpg", number: int = 1) -> ReturnPage:
    """One photograph in the draft, as `returns.add_file` stores it."""
    draft = returns.begin(invitation, by=customer(invitation))
    blob = home.blobs().put(photo(number))
    added = ReturnFile.objects.create(
        returned=draft,
        blob=blob,
        clean_blob=blob,
        name=name,
        kind="jpeg",
        size=len(photo(number)),
        added_at=clock.now(),
    )
    return ReturnPage.objects.create(
        returned=draft,
        file=added,
        number=1,
        position=number,
        blob=blob,
        width=WIDTH + number,
        height=HEIGHT,
    )


def sent(invitation: Invitation, **changes: Any) -> Return:
    """One photograph, sent, and what became of it: being read, unless told otherwise."""
    draft = page(invitation).returned
    found = returns.send(draft, invitation, by=customer(invitation))
    Return.objects.filter(pk=found.pk).update(**changes)
    found.refresh_from_db()
    return found


def to_review(invitation: Invitation, outcome: str = Match.ALTERED, **changes: Any) -> Return:
    """One photograph that somebody has to look at, laid on the printed page."""
    findings = {"passed": ["ours", "this_party"], "failed": ["nothing_elsewhere"], "missing": [2]}
    found = sent(
        invitation,
        **{"state": ReturnState.REVIEW, "outcome": outcome, "findings": findings, "due_at": None, **changes},
    )
    blob = home.blobs().put(photo())
    sides = dict.fromkeys(("printed_blob", "returned_blob", "difference_blob"), blob)
    mark = {"x": 100, "y": 300, "width": 200, "height": 4, "ink_mm2": 12}
    ComparedPage.objects.create(
        returned=found,
        number=1,
        in_block=True,
        block_ink_mm2=20,
        elsewhere=[mark],
        confidence=0.9,
        **sides,
    )
    scan(found)
    return found


def scan(returned: Return) -> ScanPage:
    """The one page of the scan."""
    blob = home.blobs().put(photo())
    Return.objects.filter(pk=returned.pk).update(blob=blob)
    return ScanPage.objects.create(returned=returned, number=1, blob=blob, width=WIDTH + 1, height=HEIGHT)
