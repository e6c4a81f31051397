"""What can be recorded about an organisation's lists (parts, labour codes, checklist), and which fact tells of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact
from paraph.work.models import CatalogPart, ChecklistPoint, LabourCode, OrderKind, Property
from paraph.work.property_facts import CHANGES, OrderKindDefined, PropertyDefined


@dataclass(frozen=True, kw_only=True)
class CatalogPartDefined(Fact):
    """A manager made, changed or archived a part of the parts list; `price` in minor units."""

    kind = "catalog_part.defined"
    audience = STAFF
    sentence = _("%(by)s: the part %(number)s %(change)s.")

    part: str
    number: str
    name: str
    price: int
    change: str

    def values(self) -> dict[str, Any]:
        """The change in words."""
        return {"change": CHANGES.get(self.change, self.change)}


@dataclass(frozen=True, kw_only=True)
class PartsRead(Fact):
    """A manager read a parts list from a file of this digest: how many parts are new, changed, archived."""

    kind = "parts_list.read"
    audience = STAFF
    sentence = _(
        "%(by)s read a parts list from a file: %(made)s new, %(changed)s changed, %(archived)s archived."
    )

    digest: str
    made: int
    changed: int
    archived: int


@dataclass(frozen=True, kw_only=True)
class LabourCodeDefined(Fact):
    """A manager made, changed or archived a labour code; `rate` in minor units an hour."""

    kind = "labour_code.defined"
    audience = STAFF
    sentence = _("%(by)s: the labour code %(code)s %(change)s.")

    labour_code: str
    code: str
    name: str
    rate: int
    change: str

    def values(self) -> dict[str, Any]:
        """The change in words."""
        return {"change": CHANGES.get(self.change, self.change)}


@dataclass(frozen=True, kw_only=True)
class ChecklistPointDefined(Fact):
    """A manager made, changed, moved or archived a point of the checklist (S1-17)."""

    kind = "checklist_point.defined"
    audience = STAFF
    sentence = _("%(by)s: the point “%(text)s” of the checklist %(change)s.")

    point: str
    text: str
    order_kind: str | None
    change: str

    def values(self) -> dict[str, Any]:
        """The change in words."""
        return {"change": CHANGES.get(self.change, self.change)}


def of(
    found: OrderKind | Property | CatalogPart | LabourCode | ChecklistPoint,
    change: str,
    fields: Sequence[str] = (),
) -> Fact:
    """The fact that this happened to it; `fields` are what changed of a property."""
    pk = str(found.pk)
    if isinstance(found, OrderKind):
        return OrderKindDefined(order_kind=pk, name=found.name, change=change)
    if isinstance(found, CatalogPart):
        told = {"part": pk, "number": found.number, "name": found.name}
        return CatalogPartDefined(**told, price=found.unit_price, change=change)
    if isinstance(found, LabourCode):
        told = {"labour_code": pk, "code": found.code, "name": found.name}
        return LabourCodeDefined(**told, rate=found.hourly_rate, change=change)
    if isinstance(found, ChecklistPoint):
        kind = str(found.kind_id) if found.kind_id else None
        return ChecklistPointDefined(point=pk, text=found.text, order_kind=kind, change=change)
    return PropertyDefined(
        property=pk,
        name=found.name,
        change=change,
        fields=list(fields),
        required=found.required,
        editable=found.editable,
    )
