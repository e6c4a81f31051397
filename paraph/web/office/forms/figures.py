"""What figures are asked of: a period, and whose orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.insights import periods
from paraph.insights.measures import Scope
from paraph.insights.periods import MOST_DAYS, PRESETS, USUAL, Period
from paraph.people.models import NAME_CHARS, Customer, Member
from paraph.web.office import reach
from paraph.work.models import OrderKind

MOST_CUSTOMERS = 50  # to choose from; where there are more, part of a name is typed
BOUNDS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31))]
WITHOUT_SINCE = timedelta(days=90)


class FiguresForm(forms.Form):
    """The filters as typed. Somebody else's customer, technician or kind is no choice."""

    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=BOUNDS,
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=BOUNDS,
    )
    technician = forms.ModelChoiceField(
        label=_("Technician"), required=False, queryset=Member.objects.none(), empty_label=_("Everybody")
    )
    customer = forms.ModelChoiceField(
        label=_("Customer"), required=False, queryset=Customer.objects.none(), empty_label=_("Every customer")
    )
    named = forms.CharField(label=_("Customer’s name holds"), required=False, max_length=NAME_CHARS)
    kind = forms.ModelChoiceField(
        label=_("Kind of order"),
        required=False,
        queryset=OrderKind.objects.none(),
        empty_label=_("Every kind"),
    )

    def __init__(self, asked: QueryDict, *, member: Member) -> None:
        self.member, self.today = member, periods.today(member.organisation)
        told = asked.copy()
        if not (told.get("since") or told.get("until")):
            name = told.get("period", USUAL)
            usual = periods.preset(name if name in PRESETS else USUAL, self.today)
            told["since"], told["until"] = usual.first.isoformat(), usual.last.isoformat()
        super().__init__(told)
        self._offer("technician", reach.everybody(member))
        kinds = reach.order_kinds(member, archived=True)
        self._offer("kind", kinds)
        customers = reach.customers(member)
        many = customers.order_by()[: MOST_CUSTOMERS + 1].count() > MOST_CUSTOMERS
        self._offer("customer", customers.order_by("name"))
        # A customer that is chosen by a link stays chosen, whatever the page offers to choose from.
        del self.fields["customer" if many and not told.get("customer") else "named"]

    def clean(self) -> dict[str, Any]:
        """Complete the period. A day that is missing is today, or a quarter of a year before the other one."""
        said: dict[str, Any] = super().clean() or {}
        if self.has_error("since") or self.has_error("until"):
            return said
        until = said["until"] or max(self.today, said["since"])
        since = said["since"] or max(until - WITHOUT_SINCE, date(2000, 1, 1))
        if until < since:
            self.add_error("until", _("The period ends before it begins."))
        elif (until - since).days >= MOST_DAYS:
            self.add_error("until", _("This is too long: at most five years."))
        return {**said, "since": since, "until": until}

    @property
    def period(self) -> Period:
        """What was asked for; once it is valid."""
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])

    @property
    def scope(self) -> Scope:
        """Whose figures; once it is valid."""
        said = self.cleaned_data
        chosen = {name: said.get(name) for name in ("technician", "customer", "kind")}
        return Scope(self.member.organisation_id, named=said.get("named", "").strip(), **chosen)

    @property
    def narrowed(self) -> bool:
        """Whether only some of the organisation's orders count."""
        return any(self.cleaned_data.get(name) for name in ("technician", "customer", "named", "kind"))

    def _offer(self, name: str, found: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = found
