"""What changed while somebody was reading, or since they signed, line by line, in words (line 20, X-11, X-12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from paraph.lib import figures
from paraph.lib.differ import Change
from paraph.signoff import superseding
from paraph.signoff.models import SignOff
from paraph.signoff.superseding import Difference
from paraph.work import property_words
from paraph.work.models import WorkOrder
from paraph.work.properties import KEY

NAMES: dict[str, Any] = {
    "finding": gettext_lazy("Finding"),
    "action": gettext_lazy("Corrective action"),
    "total": gettext_lazy("Price without tax"),
    "tax_rate": gettext_lazy("Tax"),
    "hours": gettext_lazy("Labour"),
    "code": gettext_lazy("Labour code"),
    "rate": gettext_lazy("Hourly rate"),
    "parts": gettext_lazy("Parts"),
    "decision": gettext_lazy("Your decision"),
    "authorised": gettext_lazy("Signed for"),
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Title"),
    "object": gettext_lazy("Object"),
    "remarks": gettext_lazy("Notes"),
    "currency": gettext_lazy("Currency"),
    "name": gettext_lazy("Name"),
    "address": gettext_lazy("Address"),
    "site": gettext_lazy("Site"),
    "customer": gettext_lazy("Customer"),
}
# What a service report shows beside the lines, told by how many there are.
BESIDE: dict[str, Any] = {
    "photos": gettext_lazy("Photos"),
    "checklist": gettext_lazy("Checked before signing"),
}
MONEY = frozenset({"total", "rate"})


@dataclass(frozen=True)
class Row:
    """One thing that differs; empty text where there was or is nothing."""

    what: str
    before: str
    now: str


@dataclass
class Changed:
    """What changed about one line, or about the order itself when `number` is None.

    Without rows the reader may not see what it was: a price, in a view without prices (S3-04).
    """

    number: int | None
    title: str
    is_new: bool = False
    is_gone: bool = False
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class SinceSigned:
    """What changed since one request was signed. `again` are the numbers of lines signed for again since."""

    signoff: SignOff
    names: str
    at: datetime
    lines: list[Changed]
    again: str = ""


def since_signed(order: WorkOrder, language: str, *, priced: bool = True) -> list[SinceSigned]:
    """What changed since each request of an order was signed, as a reader may know it, with prices or without.

    Oldest first; requests whose signatures hold as they stand are left out. `order` comes from `orders.load`.
    """
    return [_since(one, language) for one in superseding.differences(order, priced=priced) if one.is_any]


def _since(found: Difference, language: str) -> SinceSigned:
    told = explain(found.changes, found.before, language)
    known = {one.number for one in told}
    hidden = [key for key in found.now if key and found.numbers([key])[0] not in known]
    told += [Changed(one["number"], one["finding"]) for one in found.before["items"] if one["id"] in hidden]
    signatures = found.consent.signatures
    return SinceSigned(
        found.signoff,
        ", ".join(one.party.contact.name for one in signatures),
        signatures[-1].signed_at,
        sorted(told, key=lambda one: (one.number is not None, one.number or 0)),
        ", ".join(str(one) for one in found.numbers(found.replaced)),
    )


def explain(changes: Sequence[Change], before: dict[str, Any], language: str) -> list[Changed]:
    """Return the changes grouped by line, in the order of the lines; sums are left out, for they follow."""
    known = {one["id"]: one for one in before["items"]}
    told: dict[str, Changed] = {}
    for change in changes:
        top, key = change.path[0], change.path[1] if len(change.path) > 1 else ""
        if top == "items" and key:
            group = told.setdefault(key, _line(change, known.get(key)))
            if len(change.path) > 2 and not _follows(change.path):
                group.rows.append(_row(change, before["order"]["currency"], language))
        elif change.path[-1] == "id":
            continue  # another customer or site: their name and address say so
        elif top in {"order", "shop"}:
            group = told.setdefault("", Changed(None, _("The order itself")))
            if change.path[-1] == KEY:
                group.rows += _properties(change, language)
                continue
            group.rows.append(_row(change, before["order"]["currency"], language))
        elif top in BESIDE:
            group = told.setdefault("", Changed(None, _("The order itself")))
            counts = (str(len(value or ())) for value in (change.before, change.after))
            group.rows.append(Row(str(BESIDE[top]), *counts))
    found = [one for one in told.values() if one.rows or one.is_new or one.is_gone]
    return sorted(found, key=lambda one: (one.number is not None, one.number or 0))


def _properties(change: Change, language: str) -> list[Row]:
    """What properties say differently, or else that they are called differently."""
    before, now = ({one["property"]: one for one in told or ()} for told in (change.before, change.after))
    rows = [
        Row(
            property_words.name(now.get(key) or before[key], language),
            property_words.said(before.get(key), language),
            property_words.said(now.get(key), language),
        )
        for key in dict.fromkeys([*before, *now])
    ]
    names = [", ".join(property_words.name(one, language) for one in told.values()) for told in (before, now)]
    return [one for one in rows if one.before != one.now] or [Row(_("Details"), *names)]


def _line(change: Change, known: dict[str, Any] | None) -> Changed:
    whole = len(change.path) == 2
    told = known or change.after or change.before
    return Changed(
        told["number"],
        told["finding"],
        is_new=whole and change.before is None,
        is_gone=whole and change.after is None,
    )


def _follows(path: tuple[str, ...]) -> bool:
    """What a labour line comes to follows from hours and rate, and stands in the price."""
    return path[-2:] == ("labour", "total")


def _row(change: Change, currency: str, language: str) -> Row:
    name = change.path[-1]
    if name in {"name", "address"} and change.path[-2] in NAMES:
        what = str(NAMES[change.path[-2]])
    else:
        what = str(NAMES.get(name, name))
    before, now = (_words(name, value, currency, language) for value in (change.before, change.after))
    return Row(what, before, now)


def _words(name: str, value: Any, currency: str, language: str) -> str:
    if value is None or value == "":
        return ""
    if name in MONEY:
        return figures.money(value, currency, language)
    if name == "hours":
        return figures.hours(value, language)
    if name == "tax_rate":
        return figures.percent(value, language)
    if name == "parts":
        return _parts(value, currency, language)
    if name == "decision":
        return {
            "pending": pgettext("decision", "Pending"),
            "approved": pgettext("decision", "Approved"),
            "rejected": pgettext("decision", "Rejected"),
        }[value]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(str(one) for key, one in value.items() if one and key != "id")
    return str(value)


def _parts(parts: Sequence[dict[str, Any]], currency: str, language: str) -> str:
    if not parts:
        return ngettext("%(n)s part", "%(n)s parts", 0) % {"n": 0}
    return "; ".join(_part(one, currency, language) for one in parts)


def _part(part: dict[str, Any], currency: str, language: str) -> str:
    words = [figures.quantity(part["quantity"], language), "×", part["name"], part["number"]]
    if "total" in part:
        words.append(figures.money(part["total"], currency, language))
    return " ".join(word for word in words if word)
