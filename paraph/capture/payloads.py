"""What stands in an envelope, read with suspicion: a phone is not ours (S1-18, S1-31).

Shapes are checked here, meaning where it is used. The JSON is told in docs/evidence-format.md, "The sealed capture".
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from paraph.capture.envelopes import BadEnvelope
from paraph.lib import canonical
from paraph.signoff import presence

ACTS = frozenset({"sign", "decline", "dispute", "nobody", "report"})
# Acts of the customer on something they were shown.
SHOWN = frozenset({"sign", "decline", "dispute"})
MOST_LINES = 500
MOST_PARTS = 200
MOST_CHARS = 4000
MOST_DETAILS = 200
DETAIL_CHARS = 500  # of a value, as its column
MOST_MINOR = 10**12
# What reading JSON of a stranger's making can raise; RecursionError where it is nested too deep for a digest.
FLAWS = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    InvalidOperation,
    RecursionError,
    binascii.Error,
)


@dataclass(frozen=True)
class PartUsed:
    """A part on a line; `unit_price` in minor units."""

    name: str
    number: str
    quantity: Decimal
    unit_price: int


@dataclass(frozen=True)
class Line:
    """A line as the technician left it; `new` when it was found on site. `hours` None: not told."""

    item: UUID
    new: bool
    finding: str
    action: str
    labour_code: str
    hours: Decimal | None
    parts: tuple[PartUsed, ...]


@dataclass(frozen=True)
class Snap:
    """A photo as the phone made it."""

    content: bytes
    digest: str
    item: UUID | None
    caption: str
    taken_at: datetime | None


@dataclass(frozen=True)
class Detail:
    """A property that the customer confirmed or changed: what it said before them, and what they made of it."""

    property: UUID
    before: str
    value: str


@dataclass(frozen=True)
class Work:
    """What the technician reports, on top of the order's revision `revision`."""

    revision: int
    lines: tuple[Line, ...]
    remark: str
    photos: tuple[Snap, ...]
    checklist: tuple[str, ...]


@dataclass(frozen=True)
class Payload:
    """The clear text of one envelope. `content` is exactly what the customer was shown, `digest` names it."""

    act: str
    order: UUID
    work: Work | None
    contact: UUID | None
    language: str
    content: dict[str, Any] | None
    digest: str
    confirmed: tuple[Detail, ...]
    decisions: tuple[tuple[UUID, str], ...]
    name: str
    role: str
    consent: str
    method: str
    mark: str
    reason: str
    outcome: str
    items: tuple[UUID, ...]
    checks: tuple[dict[str, Any], ...]
    place: dict[str, Any]
    clock: dict[str, Any]

    @property
    def acted_at(self) -> datetime | None:
        """When it was done, as the phone claims; None when it claims nothing readable."""
        return moment(self.clock.get("acted"))


def read(told: dict[str, Any]) -> Payload:
    """Read the clear text. Raises `BadEnvelope` (*malformed*; *not_shown* when content and digest disagree)."""
    try:
        found = _read(told)
        shown = found.act not in SHOWN or (
            found.content is not None and canonical.digest(found.content) == found.digest
        )
    except FLAWS as problem:
        raise BadEnvelope("malformed") from problem
    if not shown:
        raise BadEnvelope("not_shown")
    return found


def moment(told: Any) -> datetime | None:
    """A claimed time with a zone; None for anything else. A claim is never a reason to fail."""
    return presence.moment(told) if isinstance(told, str) and len(told) < 40 else None


def _read(told: dict[str, Any]) -> Payload:
    act = told["act"]
    if act not in ACTS:
        raise ValueError(act)
    return Payload(
        act=act,
        order=UUID(told["order"]),
        work=_work(told["work"]) if told.get("work") else None,
        contact=UUID(told["contact"]) if told.get("contact") else None,
        language=_text(told, "language", 5) or "en",
        content=_dict(told["content"]) if told.get("content") else None,
        digest=_text(told, "digest", 71),
        confirmed=tuple(_detail(one) for one in _list(told, "confirmed", MOST_DETAILS)),
        decisions=tuple((UUID(one["item"]), _text(one, "choice", 10)) for one in _list(told, "decisions")),
        name=_text(told, "name", 200),
        role=_text(told, "role", 200),
        consent=_text(told, "consent", 71),
        method=_text(told, "method", 20),
        mark=_text(told, "mark", 500_000),
        reason=_text(told, "reason", MOST_CHARS),
        outcome=_text(told, "outcome", 20),
        items=tuple(UUID(one) for one in _list(told, "items")),
        checks=tuple(_dict(one) for one in _list(told, "checks")[:5]),
        place=_dict(told.get("place") or {}),
        clock=_dict(told.get("clock") or {}),
    )


def _work(told: dict[str, Any]) -> Work:
    revision = told["revision"]
    if type(revision) is not int:
        raise TypeError("revision")
    return Work(
        revision=revision,
        lines=tuple(_line(one) for one in _list(told, "lines", MOST_LINES)),
        remark=_text(told, "remark", MOST_CHARS),
        photos=tuple(_snap(one) for one in _list(told, "photos", 50)),
        checklist=tuple(str(one)[:60] for one in _list(told, "checklist", 200)),
    )


def _detail(told: dict[str, Any]) -> Detail:
    value, before = (_text(told, key, DETAIL_CHARS) for key in ("value", "before"))
    return Detail(UUID(told["property"]), before, value)


def _line(told: dict[str, Any]) -> Line:
    hours = told.get("hours")
    return Line(
        item=UUID(told["item"]),
        new=told.get("new") is True,
        finding=_text(told, "finding", 500),
        action=_text(told, "action", MOST_CHARS),
        labour_code=_text(told, "labour_code", 30),
        hours=None if hours in (None, "") else _number(hours, Decimal(0), Decimal("9999.99"), 2),
        parts=tuple(_part(one) for one in _list(told, "parts", MOST_PARTS)),
    )


def _part(told: dict[str, Any]) -> PartUsed:
    price = told.get("unit_price", 0)
    if type(price) is not int or not 0 <= price <= MOST_MINOR:
        raise ValueError("unit_price")
    name = _text(told, "name", 200).strip()
    if not name:
        raise ValueError("name")
    quantity = _number(told["quantity"], Decimal("0.001"), Decimal("999999.999"), 3)
    return PartUsed(name, _text(told, "number", 60), quantity, price)


def _snap(told: dict[str, Any]) -> Snap:
    content = base64.b64decode(told["jpeg"], validate=True)
    if canonical.digest(content) != told["digest"]:
        raise ValueError("digest")
    item = UUID(told["item"]) if told.get("item") else None
    return Snap(content, told["digest"], item, _text(told, "caption", 300), moment(told.get("taken_at")))


def _number(told: Any, least: Decimal, most: Decimal, places: int) -> Decimal:
    """A decimal written as text, within its bounds and not finer than its column."""
    if not isinstance(told, str) or len(told) > 20:
        raise TypeError("number")
    found = Decimal(told)
    if not found.is_finite() or not least <= found <= most or -int(found.as_tuple().exponent) > places:
        raise ValueError("number")
    return found


def _text(told: dict[str, Any], key: str, most: int) -> str:
    found = told.get(key) or ""
    if not isinstance(found, str) or len(found) > most or "\x00" in found:
        raise ValueError(key)
    found.encode()  # half a surrogate pair is no text, and no record or database holds it
    return found


def _list(told: dict[str, Any], key: str, most: int = 1000) -> list[Any]:
    found = told.get(key) or []
    if not isinstance(found, list) or len(found) > most:
        raise ValueError(key)
    return found


def _dict(told: Any) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise TypeError("not an object")
    return told
