"""The nouns of work: orders and what stands on them, and the lists that an organisation picks from."""

from __future__ import annotations

from paraph.work.models.defined import (
    OrderKind,
    Property,
    PropertyType,
    PropertyValue,
)
from paraph.work.models.field import (
    CAPTION_CHARS,
    ChecklistConfirmation,
    Photo,
)
from paraph.work.models.lists import (
    CODE_CHARS,
    NUMBER_CHARS,
    POINT_CHARS,
    CatalogPart,
    ChecklistPoint,
    LabourCode,
)
from paraph.work.models.orders import (
    MAX_HOURS,
    MAX_MINOR,
    TEXT_CHARS,
    Comment,
    Item,
    Part,
    Status,
    WorkOrder,
)

__all__ = [
    "CAPTION_CHARS",
    "CODE_CHARS",
    "MAX_HOURS",
    "MAX_MINOR",
    "NUMBER_CHARS",
    "POINT_CHARS",
    "TEXT_CHARS",
    "CatalogPart",
    "ChecklistConfirmation",
    "ChecklistPoint",
    "Comment",
    "Item",
    "LabourCode",
    "OrderKind",
    "Part",
    "Photo",
    "Property",
    "PropertyType",
    "PropertyValue",
    "Status",
    "WorkOrder",
]
