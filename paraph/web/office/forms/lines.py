"""The lines of an order as typed: what was found, what is done, the parts and the time it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS
from paraph.signoff.subjects import Standing
from paraph.web.office.forms import rows
from paraph.web.office.forms.amounts import MoneyField, QuantityField
from paraph.web.office.forms.rows import Row, Rows
from paraph.work.models import MAX_HOURS, TEXT_CHARS, Item
from paraph.work.orders import ItemDraft, PartDraft

LINE = "line"
USUAL_TAX = Decimal(21)
LEAST_QUANTITY, MOST_QUANTITY = Decimal("0.001"), Decimal("999999.999")


def _picked(kind: str) -> forms.TextInput:
    """A field whose words can be picked from a list of the organisation (`<list-picks>`, `office.picks`)."""
    return forms.TextInput(attrs={"list": "picks", "data-pick": kind, "autocomplete": "off"})


class PartForm(Row):
    """One part."""

    defaults = {"quantity": "1"}

    name = forms.CharField(label=_("Part"), max_length=NAME_CHARS, widget=_picked("parts"))
    number = forms.CharField(label=_("Part number"), max_length=60, required=False, widget=_picked("parts"))
    quantity = QuantityField(
        label=_("Quantity"), decimals=3, low=LEAST_QUANTITY, high=MOST_QUANTITY, required=False
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"] = MoneyField(label=_("Unit price"), currency=currency, required=False)

    def draft(self) -> PartDraft:
        """The part, once valid."""
        told = self.cleaned_data
        quantity = Decimal(1) if told["quantity"] is None else told["quantity"]
        return PartDraft(told["name"], told["number"], quantity, told["price"] or 0)


class LineForm(Row):
    """One line, with its parts."""

    defaults = {"tax_rate": "", "hourly_rate": ""}
    parts: Rows[PartForm]
    # What is known about the line besides its own words: filled by the page that shows it.
    number: int | None = None
    standing: Standing | None = None

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    finding = forms.CharField(label=_("Finding"), max_length=500)
    action = forms.CharField(
        label=_("Corrective action"),
        max_length=TEXT_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    labour_code = forms.CharField(
        label=_("Labour code"), max_length=30, required=False, widget=_picked("labour")
    )
    estimated_hours = QuantityField(label=_("Estimated hours"), high=MAX_HOURS, required=False)
    actual_hours = QuantityField(label=_("Actual hours"), high=MAX_HOURS, required=False)
    tax_rate = QuantityField(label=_("Tax %"), high=Decimal(100))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hourly_rate"] = MoneyField(label=_("Hourly rate"), currency=currency, required=False)
        self.parts = rows.start(PartForm, self.part_prefix, [], spare=1, currency=currency)

    @property
    def part_prefix(self) -> str:
        """The prefix of the parts' fields."""
        return f"{self.prefix}-part"

    @property
    def is_blank(self) -> bool:
        """Whether neither the line nor a part of it was written into."""
        return super().is_blank and not self.parts.filled

    def is_valid(self) -> bool:
        """Whether the line and all its parts can be used."""
        return all([super().is_valid(), self.parts.is_valid()])

    def draft(self) -> ItemDraft:
        """The line, once valid."""
        told = self.cleaned_data
        return ItemDraft(
            id=told["id"],
            finding=told["finding"],
            action=told["action"],
            labour_code=told["labour_code"],
            estimated_hours=told["estimated_hours"] or Decimal(0),
            actual_hours=told["actual_hours"],
            hourly_rate=told["hourly_rate"] or 0,
            tax_rate=told["tax_rate"],
            parts=[part.draft() for part in self.parts.filled],
        )


def read(data: QueryDict, currency: str) -> Rows[LineForm]:
    """The lines as posted, to be validated."""
    found = rows.read(LineForm, LINE, data, currency=currency)
    for line in found:
        line.parts = rows.read(PartForm, line.part_prefix, data, currency=currency)
    return found


def again(data: QueryDict, currency: str, *, add: str = "", without: str = "") -> Rows[LineForm]:
    """The lines as typed, with one more row (`add` is the prefix of lines or of a line's parts), or without one."""
    found = rows.again(LineForm, LINE, data, spare=int(add == LINE), without=without, currency=currency)
    posted = {f"{LINE}-{number}" for number in rows.numbers(data, LINE)}
    for line in found:
        # A fresh line has room for a part.
        spare = int(add == line.part_prefix or line.prefix not in posted)
        line.parts = rows.again(
            PartForm, line.part_prefix, data, spare=spare, without=without, currency=currency
        )
    return found


def start(items: Iterable[Item], currency: str, *, spare: int = 0) -> Rows[LineForm]:
    """The lines as they are stored, and `spare` empty ones with room for a part."""
    told = [values(item) for item in items]
    empty: dict[str, Any] = {"tax_rate": told[-1]["tax_rate"] if told else USUAL_TAX, "parts": [{}]}
    found = rows.start(LineForm, LINE, [*told, *([empty] * spare)], currency=currency)
    for line in found:
        line.parts = rows.start(PartForm, line.part_prefix, line.initial["parts"], currency=currency)
    found.blank.initial["tax_rate"] = empty["tax_rate"]
    return found


def values(item: Item) -> Mapping[str, Any]:
    """A stored line as initial values."""
    names = ("finding", "action", "labour_code", "estimated_hours", "actual_hours", "hourly_rate", "tax_rate")
    parts = [
        {"name": part.name, "number": part.number, "quantity": part.quantity, "price": part.unit_price}
        for part in item.parts.all()
    ]
    return {"id": item.pk, "parts": parts, **{name: getattr(item, name) for name in names}}
