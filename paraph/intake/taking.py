"""Makes a clean PDF of any file that people bring, and binds pages of clean PDFs together.

What comes out is made of pages, drawings, fonts and pictures alone; the rest was never copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from paraph.intake import kinds, sandbox
from paraph.intake.errors import Reason, Refused
from paraph.intake.kinds import Kind
from paraph.intake.limits import BINDING, MAX_BYTES, MB, TAKING


@dataclass(frozen=True)
class Size:
    """Of a page as it is seen, in points (1/72 inch), turned as its reader sees it."""

    width: float
    height: float


@dataclass(frozen=True)
class Taken:
    """A file that was accepted. ``pdf`` is all that is ever shown, matched or sealed; the original is evidence.

    ``dropped`` counts what did not come along, by name (``javascript``, ``link``, ``metadata`` …); ``redrawn`` are the
    pages (from 1) that became images because readers would not agree on how they look, with what they disagree about
    (``font``: not in the file, ``inks``, ``layers``, ``look`` of a form field, ``packing`` …); ``notes`` are codes of
    remarkable things that were no reason to refuse: ``name_differs`` (its end does not fit its kind), ``repaired``,
    ``pages_lost`` (there may have been more pages), ``frames_left`` (a moving picture: its first frame was taken).
    Digests are SHA-256, lower-case hex, of the bytes that came in and of ``pdf``.
    """

    kind: Kind
    pages: int
    sizes: tuple[Size, ...]
    pdf: bytes = field(repr=False)
    dropped: dict[str, int]
    redrawn: dict[int, tuple[str, ...]]
    notes: tuple[str, ...]
    digest_in: str
    digest_out: str
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Leaf:
    """A page (from 0) of the clean PDF at this place in a list, turned clockwise by 0, 90, 180 or 270 degrees."""

    source: int
    page: int
    turn: int = 0


def take_in(content: bytes, name: str = "") -> Taken:
    """Accept a PDF, JPEG, PNG, HEIC or TIFF file as a clean PDF; raises Refused. ``name`` is only compared.

    At most 10 seconds and 768 MB, in a process of its own (issue 4, point 8; security.md, *Foreign files*). On a
    machine that leaves it no processor it is refused as *busy* in the same time.
    """
    kind = kinds.kind_of(content)
    if len(content) > MAX_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(content) // MB} MB")
    if kind is Kind.HEIC:
        done = sandbox.run("take_in_heic", TAKING, content=content)
    else:
        done = sandbox.run("take_in", TAKING, kind=kind.value, content=content)
    notes = () if kinds.fits(kind, name) else ("name_differs",)
    return _taken(kind, content, done, notes)


def bind(pdfs: Sequence[bytes], leaves: Sequence[Leaf]) -> Taken:
    """One PDF of chosen pages of PDFs that `take_in` made, in this order; raises Refused.

    ``digest_in`` is the digest of the PDFs one after another. ValueError for a page that is not there.
    """
    asked = [[leaf.source, leaf.page, leaf.turn] for leaf in leaves]
    done = sandbox.run("bind", BINDING, pdfs=list(pdfs), leaves=asked)
    return _taken(Kind.PDF, b"".join(pdfs), done, ())


def _taken(kind: Kind, content: bytes, done: sandbox.Done, notes: tuple[str, ...]) -> Taken:
    told: dict[str, Any] = done.value
    pdf = bytes(told["pdf"])
    sizes = tuple(Size(float(width), float(height)) for width, height in told["sizes"])
    return Taken(
        kind=kind,
        pages=len(sizes),
        sizes=sizes,
        pdf=pdf,
        dropped={str(name): int(count) for name, count in sorted(told["dropped"].items())},
        redrawn={int(page): tuple(map(str, why)) for page, why in told["redrawn"].items()},
        notes=(*notes, *map(str, told["notes"])),
        digest_in=sha256(content).hexdigest(),
        digest_out=sha256(pdf).hexdigest(),
        seconds=done.seconds,
        peak_mb=done.peak_mb,
    )
