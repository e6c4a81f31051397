"""The shapes of ``content`` for ``work_order`` and ``progress``: the contract between signoff and sealing.

Every figure, date and word arrives as finished text in the reader's language; the template formats and translates
nothing. Strings are data: whatever a person typed is printed as it is, never read as markup. Characters that no font
here holds are printed as ``□``, control characters as ``�``; the page then says so (``labels["unprintable"]``), and
the attached record keeps the exact text. Empty strings and empty lists leave their place out.

The keys are fixed: a missing one makes ``render`` raise ``RenderFailed``; unknown ones are ignored.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

View = Literal["estimate", "authorisation", "report"]
"""``estimate`` prints prices, ``authorisation`` prints none (and ignores those given); a ``report`` as ``priced``."""


class Shop(TypedDict):
    """Who asks: head of the first page."""

    name: str
    address: list[str]
    """One printed line each."""
    mark: str
    """One to three characters, or "" for none."""
    accent: str
    """``#rrggbb``, dark enough for white text."""


class Part(TypedDict):
    """One part of a line."""

    name: str
    quantity: str
    price: str
    """Money as text; "" leaves it out."""


class Labour(TypedDict):
    """Work on a line."""

    code: str
    hours: str
    counted: NotRequired[bool]
    """False where ``hours`` is a word instead of a figure."""


class Decided(TypedDict):
    """The customer's decision on a line."""

    state: Literal["pending", "approved", "rejected"]
    word: str
    """*Pending*, *Approved*, *Rejected* in the reader's language."""
    by: str
    """``J. Jansen, 21 Nov 14:02 CET`` or ""."""


class Note(TypedDict):
    """A note of the customer on a line."""

    by: str
    at: str
    text: str
    """May hold line breaks."""


class Line(TypedDict):
    """One discrepancy."""

    number: str
    finding: str
    action: str
    parts: list[Part]
    labour: list[Labour]
    total: str
    decision: Decided
    notes: list[Note]


class Total(TypedDict):
    """One row of the totals."""

    label: str
    amount: str
    kind: Literal["plain", "sum", "approved"]
    """``sum`` is printed strong under a rule, ``approved`` strong in green."""


class DrawnMark(TypedDict):
    """Strokes as drawn; printed as smooth vector paths, never as pixels."""

    kind: Literal["drawn"]
    aspect: float
    """Width divided by height of the pad, clamped to 0.2 … 10."""
    strokes: list[list[list[float]]]
    """Each a list of ``[x, y]`` in 0 … 1, x of the width, y of the height downward. Further values are ignored."""


class TypedMark(TypedDict):
    """A name typed as signature; printed in the script face."""

    kind: Literal["typed"]
    text: str


class PaperMark(TypedDict):
    """Signed by hand on paper; printed as words that point to the pages behind."""

    kind: Literal["paper"]
    text: str


class Scan(TypedDict):
    """A page that came back signed, printed on a page of its own."""

    file: str
    """The name of its picture, a JPEG, as given to ``render``."""
    alt: str
    caption: str
    wide: bool
    """Wider than high: the sheet is turned."""


class Picture(TypedDict):
    """A photo of the work."""

    file: str
    """The name of its picture, a JPEG, as given to ``render``."""
    alt: str
    caption: str
    digest: str
    """Short digest of the photo as it came."""


class Signature(TypedDict):
    """One given signature with everything 21 CFR 11.50 and R7 want on the page."""

    mark: DrawnMark | TypedMark | PaperMark
    alt: str
    """Alternative text of the mark: ``Signature of J. Jansen, drawn``."""
    consent: str
    """The exact sentence consented to."""
    meaning: str
    name: str
    role: str
    at: str
    """Local time, ISO 8601 with zone: ``2026-11-21 21:38:36 +01:00``."""
    at_utc: str
    """``2026-11-21 20:38:36 UTC``."""
    scope: str
    """What was authorised: ``Lines 1, 2, 4 · € 1,240.00``; "" leaves it out."""
    record: str
    """Record id."""
    log: str
    """Origin of the log."""
    entry: str
    """Index of the consent in the log; on paper, of what came back."""
    when: NotRequired[str]
    """Label of the time, where it is not that of signing."""
    which: NotRequired[str]
    """Label of the entry, where it is not that of the consent."""
    verify: str
    """Address for checking."""


class Step(TypedDict):
    """One sentence of the timeline."""

    at: str
    text: str


class Detail(TypedDict):
    """One property of the order: a name and its value."""

    name: str
    value: str


class Labels(TypedDict):
    """Every word the template itself prints, translated."""

    object: str
    customer: str
    contact: str
    site: str
    date: str
    valid_until: str
    lines: str
    """Heading of the table of lines."""
    number: str
    work: str
    """Column of finding, action, parts, labour."""
    amount: str
    decision: str
    action: str
    parts: str
    labour: str
    hours: str
    """Unit after the hours: ``h``."""
    notes: str
    totals: str
    photos: str
    checklist: str
    signature: str
    """Heading of the block."""
    name: str
    role: str
    signed_date: str
    sign_here: str
    """Caption of the empty line."""
    meaning: str
    consent: str
    signed_at: str
    scope: str
    record: str
    log: str
    entry: str
    verify: str
    certificate: str
    """*How this was agreed*."""
    digest: str
    """*Snapshot* before the short digest in the footer."""
    page: str
    """``Page {page} of {pages}``."""
    generated: str
    """*Generated by Paraph*."""
    unprintable: str
    """Printed once when characters had to be replaced."""
    scans: str
    """Heading of the pages that came back signed."""


class WorkOrder(TypedDict):
    """All of it."""

    view: View
    title: str
    """Name of the view: *Estimate*, *Work authorisation*."""
    number: str
    shop: Shop
    object: str
    """``PH-KLX · Cessna 172``."""
    customer: list[str]
    contact: list[str]
    site: list[str]
    date: str
    valid_until: str
    details: NotRequired[list[Detail]]
    """The organisation's own properties, confirmed or not, below the head."""
    intro: str
    """Text of the sender; may hold line breaks."""
    summary: str
    """``5 of 7 lines approved``."""
    lines: list[Line]
    totals: list[Total]
    priced: NotRequired[bool]
    """Whether prices are printed; without it, an estimate prints them."""
    photos: NotRequired[list[Picture]]
    checklist: NotRequired[list[str]]
    """What was confirmed before the customer was asked."""
    consent: str
    """Sentence printed above the empty block."""
    signatures: list[Signature] | None
    """None or empty prints the empty block."""
    certificate: NotRequired[list[Step]]
    scans: NotRequired[list[Scan]]
    digest: str
    """Short digest of the frozen subject."""
    labels: Labels


class Code(TypedDict):
    """What a QR code says; printed as vector paths."""

    kind: Literal["code"]
    text: str


class Value(TypedDict):
    """One thing the customer confirmed."""

    label: str
    value: str


class ToSignLabels(Labels):
    """The words a paper to sign by hand needs besides."""

    paper: str
    """*Paper* before its code."""
    values: str
    """Heading of what the customer confirmed."""
    stamp: str
    place: str


class ToSign(WorkOrder):
    """Content of the template ``to_sign``: what ``work_order`` says, to be printed, stamped and signed by hand.

    ``codes`` holds one for each page, or is empty to find out how many there are (`render.measure`). ``signatures``
    and ``certificate`` are ignored: the block is empty.
    """

    format: Literal["a4", "letter"]
    code: str
    """The paper's code, in groups, for people."""
    codes: list[Code]
    values: list[Value]
    how: str
    """What to do with the pages, at the foot of each; may hold line breaks."""


class Hours(TypedDict):
    """One line of a progress report."""

    number: str
    finding: str
    action: str
    state: Literal["done", "recorded", "waiting", "left"]
    """Where the work stands; ``word`` says it in the reader's language."""
    word: str
    decision: str
    """Where the line stands with the customer, in words."""
    estimated: str
    actual: str
    """Hours with their unit, or that they were not recorded; never 0 for nothing."""
    difference: str
    """With its sign, or ""."""
    planned: int
    worked: int
    """Lengths of the two bars, per mille of the longest; 0 draws none."""


class ProgressLabels(Labels):
    """The words a progress report needs besides."""

    as_of: str
    estimated: str
    worked: str
    difference: str
    state: str


class Progress(TypedDict):
    """Content of the template ``progress``: estimated against actual hours, without prices and without signature."""

    title: str
    number: str
    shop: Shop
    object: str
    customer: list[str]
    site: list[str]
    as_of: str
    """The moment it was true."""
    details: NotRequired[list[Detail]]
    summary: str
    lines: list[Hours]
    totals: list[Total]
    digest: str
    labels: ProgressLabels
