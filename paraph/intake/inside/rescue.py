"""The pages of a PDF whose table of pages is lost: those that can still be found get a new one."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?<!\d)(\d{1,7}) (\d{1,5}) obj\s*<<")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
LONGEST = 4000  # bytes of a page's own dictionary; real ones have a few hundred


def rebuilt(content: bytes) -> bytes | None:
    """The same file with a table of the pages in it, in the order in which they stand; None when there are none."""
    starts = list(_OBJECT.finditer(content))
    pages = []
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(content)
        if _PAGE.search(content, start.end(), min(end, start.end() + LONGEST)):
            pages.append(b"%d %d R" % (int(start[1]), int(start[2])))
    if not pages:
        return None
    free = 1 + max(int(start[1]) for start in starts)
    return b"".join(
        [
            content.replace(b"trailer", b"tr_iler").replace(b"startxref", b"st_rtxref"),
            b"\n%d 0 obj\n<</Type/Pages/Kids[%s]/Count %d>>\nendobj\n" % (free, b" ".join(pages), len(pages)),
            b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (free + 1, free),
            b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n" % (free + 1, free + 2),
        ]
    )
