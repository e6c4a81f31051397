"""A signature on paper as the sealed copy needs it: pictures of its pages, and the scan to attach.

All of it is named by the record, so the copy can be made again from the rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paraph.lib import home
from paraph.signoff.models import ScanPage
from paraph.signoff.printing import Scanned


@dataclass(frozen=True)
class Scans:
    """A signature on paper, as the document shows it: pictures of its pages by name, and the scan to attach."""

    name: str
    pdf: bytes
    pages: tuple[Scanned, ...]
    pictures: dict[str, bytes]


def of(record: dict[str, Any], number: int) -> Scans:
    """Read what the record of the signature with this number (from 1) names; raises `lib.blobs.BlobMissing`."""
    digests = record["mark"]["pages"]
    sizes = {one.blob: one for one in ScanPage.objects.filter(returned=record["upload"]["id"])}
    pages, pictures = [], {}
    for page, digest in enumerate((one.removeprefix("sha256:") for one in digests), start=1):
        size = sizes.get(digest)
        file = f"scan-{number}-{page}.jpg"
        pictures[file] = home.blobs().get(digest)
        pages.append(Scanned(file, page, len(digests), size is not None and size.width > size.height))
    name = "scan.pdf" if number == 1 else f"scan-{number}.pdf"
    pdf = home.blobs().get(record["mark"]["scan"].removeprefix("sha256:"))
    return Scans(name, pdf, tuple(pages), pictures)
