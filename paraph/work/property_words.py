"""A property and its value in the reader's language: the same words on page, paper and in the record.

All functions read what `properties.describe` writes, so a snapshot of years ago is told without its definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from paraph.lib import figures
from paraph.work.models import Property

Told = Mapping[str, Any]


def name(told: Told, language: str) -> str:
    """What the property is called."""
    return str(told["names"].get(language) or told["name"])


def title(of: Property, language: str) -> str:
    """What a property is called, as it is defined today."""
    return str(of.names.get(language) or of.name)


def option(one: Mapping[str, Any], language: str) -> str:
    """What one option of a choice is called."""
    return str(one["labels"].get(language) or one["label"])


def said(told: Told | None, language: str) -> str:
    """Its value; empty for none. What cannot be read as its type is told as it stands."""
    if told is None:
        return ""
    value = str(told["value"])
    try:
        return _said(told, value, language)
    except (ArithmeticError, ValueError):
        return value


def change(before: Told | None, after: Told | None, language: str) -> str:
    """One change as a part of a sentence: ``PO number: 4512 (before: 4511)``."""
    told = after or before
    if told is None:
        return ""
    words = {"name": name(told, language), "before": said(before, language), "now": said(after, language)}
    if after is None:
        return _("%(name)s: nothing (before: %(before)s)") % words
    if before is None or before["value"] == after["value"]:
        return _("%(name)s: %(now)s") % words
    return _("%(name)s: %(now)s (before: %(before)s)") % words


def _said(told: Told, value: str, language: str) -> str:
    kind = told["type"]
    if kind == "number":
        number = figures.quantity(Decimal(value), language)
        unit = told.get("unit", "")
        return f"{number}{figures.SPACE}{unit}" if unit else number
    if kind == "date":
        return figures.on(date.fromisoformat(value), language)
    if kind == "choice":
        labels = told.get("labels", {})
        return str(labels.get(language) or labels.get("") or value)
    if kind == "yes_no":
        return _("yes") if value == "yes" else _("no")
    return value
