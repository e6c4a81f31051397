"""The actual hours of each line, entered when the work is reported as done (S1-04, S3-06)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from paraph.web.office.forms.amounts import QuantityField
from paraph.work import orders
from paraph.work.models import MAX_HOURS, WorkOrder


class ReportForm(forms.Form):
    """One field a line, filled with what is known already. Left empty, a line has no hours: nothing is invented."""

    use_required_attribute = False
    prefix = "worked"

    def __init__(self, order: WorkOrder, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.items = orders.lines_of(order)
        for item in self.items:
            self.fields[str(item.pk)] = QuantityField(
                label=_("Line %(number)s: %(finding)s") % {"number": item.number, "finding": item.finding},
                required=False,
                high=MAX_HOURS,
                initial=item.actual_hours,
            )

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each line with its field."""
        return [(item, self[str(item.pk)]) for item in self.items]

    @property
    def hours(self) -> dict[Any, Decimal | None]:
        """The hours by item id, once valid; a line that was not on the page keeps what it has."""
        return {
            item.pk: self.cleaned_data[str(item.pk)]
            for item in self.items
            if self.add_prefix(str(item.pk)) in self.data
        }
