"""What somebody else changed while a page was open, from the order's own record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.evidence import timeline
from paraph.evidence.models import Entry
from paraph.lib import figures
from paraph.web.office.forms import lines, rows
from paraph.web.shared import property_fields
from paraph.work import orders, properties, property_words
from paraph.work.facts import OrderRevised
from paraph.work.models import WorkOrder
from paraph.work.property_facts import PropertyChanged
from paraph.work.property_values import as_typed


@dataclass(frozen=True)
class Changed:
    """One place that changed: where in words, and its new value; `item` when it was a whole line."""

    by: str
    at: datetime
    where: str
    now: str
    item: str = ""


def changes(order: WorkOrder, *, since: int) -> list[Changed]:
    """Return what was changed after revision `since`, oldest first."""
    numbers = {str(item.pk): item.number for item in order.items.all()}
    found: list[Changed] = []
    for entry in _entries(order, since):
        if entry.kind == PropertyChanged.kind:
            found += [_detail(entry, one) for one in _details(entry)]
        else:
            found += [
                _changed(entry, one, numbers, order.currency) for one in entry.content["fact"]["changes"]
            ]
    return found


def take_over_details(typed: QueryDict, order: WorkOrder, *, since: int) -> None:
    """Put newer values of properties into what was typed, where it says the old one: nobody meant to change it back."""
    language = get_language() or "en"
    known = {str(one.definition.pk): one.definition for one in properties.of(order)}
    for entry in _entries(order, since):
        for one in _details(entry) if entry.kind == PropertyChanged.kind else ():
            told = one["after"] or one["before"]
            of = known.get(told["property"])
            if of is None:
                continue
            before, after = (
                as_typed(of, part["value"], language) if part else ""
                for part in (one["before"], one["after"])
            )
            name = property_fields.name(of)
            if typed.get(name, "") == before:
                typed[name] = after


def with_new_lines(typed: QueryDict, order: WorkOrder, changed: list[Changed]) -> QueryDict:
    """What was typed, and behind it the lines somebody else added, which saving would otherwise take away."""
    data = typed.copy()
    theirs = {one.item for one in changed if one.item} - set(data.values())
    free = max(rows.numbers(data, lines.LINE), default=-1) + 1
    added = [item for item in orders.lines_of(order) if str(item.pk) in theirs]
    for number, row in enumerate(lines.start(added, order.currency), start=free):
        _copy(row, f"{lines.LINE}-{number}", data)
        for place, part in enumerate(row.parts):
            _copy(part, f"{lines.LINE}-{number}-part-{place}", data)
    return data


def _entries(order: WorkOrder, since: int) -> list[Entry]:
    kinds = (OrderRevised.kind, PropertyChanged.kind)
    entries = Entry.objects.filter(log_id=order.organisation_id, topic=order.topic, kind__in=kinds)
    found = entries.select_related("personal").order_by("index")
    return [entry for entry in found if entry.content["fact"]["revision"] > since]


def _details(entry: Entry) -> list[dict[str, Any]]:
    """What properties said before and after; nothing where it was erased."""
    secrets = entry.secrets or {}
    found: list[dict[str, Any]] = secrets.get("fact", {}).get("what", [])
    return found


def _detail(entry: Entry, one: dict[str, Any]) -> Changed:
    line, language = timeline.line(entry), get_language() or "en"
    name = property_words.name(one["after"] or one["before"], language)
    return Changed(line.by, line.at, name, property_words.said(one["after"], language) or _("removed"))


def _copy(row: Any, prefix: str, data: QueryDict) -> None:
    for name in row.fields:
        value = row[name].value()
        data[f"{prefix}-{name}"] = "" if value is None else str(value)


def _changed(entry: Entry, one: dict[str, Any], numbers: dict[str, int], currency: str) -> Changed:
    line = timeline.line(entry)
    path, after = one["path"], one["after"]
    whole = path[1] if path[0] == "items" and len(path) == 2 and one["before"] is None else ""
    return Changed(line.by, line.at, _where(path, numbers), _now(path, after, currency), whole)


def _where(path: list[str], numbers: dict[str, int]) -> str:
    words = {
        "title": _("title"),
        "object": _("object"),
        "customer": _("customer"),
        "site": _("site"),
        "contacts": _("contacts"),
        "kind": _("kind of order"),
        "technician": _("technician"),
        "notes": _("notes"),
        "finding": _("finding"),
        "action": _("corrective action"),
        "labour": _("labour"),
        "actual_hours": _("actual hours"),
        "parts": _("parts"),
        "tax_rate": _("tax"),
        "total": _("total"),
    }
    if path[0] != "items":
        return words.get(path[0], path[0])
    number = numbers.get(path[1])
    line = _("a line") if number is None else _("line %(number)s") % {"number": number}
    return line if len(path) == 2 else f"{line}, {words.get(path[2], path[2])}"


def _now(path: list[str], after: Any, currency: str) -> str:
    """The new value, where it can be said in one line."""
    language = get_language() or "en"
    if after is None:
        return _("removed")
    if isinstance(after, dict):
        return str(after.get("finding") or after.get("name") or "")
    if path[-1] in {"total", "rate"}:
        return figures.money(after, currency, language)
    if path[-1] in {"hours", "actual_hours", "tax_rate"}:
        return figures.quantity(Decimal(after), language)
    return str(after)[:200] if isinstance(after, str) and path[0] not in {"technician", "kind"} else ""
