"""The list of orders: search, filters, pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Contact, Customer, Member
from paraph.web.office import reach
from paraph.web.office.doors import page, show
from paraph.work.models import Status, WorkOrder

PAGE = 25
MOST_WORDS = 6  # each is a condition of its own


class FilterForm(forms.Form):
    """What the reader looks for; a value that makes no sense is no filter."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Number, title, object, customer, contact")}
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Every status")), *Status.choices]
    )
    technician = forms.ModelChoiceField(
        label=_("Technician"), required=False, queryset=Member.objects.none(), empty_label=_("Everybody")
    )
    customer = forms.ModelChoiceField(
        label=_("Customer"), required=False, queryset=Customer.objects.none(), empty_label=_("Every customer")
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("technician", reach.members(member)), ("customer", reach.customers(member))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found

    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@page("order.view")
def order_list(request: HttpRequest, member: Member) -> HttpResponse:
    """One page of the orders that fit."""
    form = FilterForm(request.GET, member=member)
    chosen = form.chosen()
    found = search(reach.orders(member), chosen).select_related("customer", "technician__user")
    pages = Paginator(found, PAGE)
    told: dict[str, Any] = {
        "form": form,
        "page": pages.get_page(request.GET.get("page")),
        "query": _query(request.GET),
    }
    return show(
        request, member, "orders.html", section="orders", filtered=bool(chosen), count=pages.count, **told
    )


def search(found: QuerySet[WorkOrder], chosen: dict[str, Any]) -> QuerySet[WorkOrder]:
    """The orders that fit all filters; each word of `q` must be found somewhere."""
    for name in ("status", "technician", "customer"):
        if name in chosen:
            found = found.filter(**{name: chosen[name]})
    for word in chosen.get("q", "").split()[:MOST_WORDS]:
        people = Contact.objects.filter(name__icontains=word).values("customer")
        found = found.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(object_name__icontains=word)
            | Q(customer__name__icontains=word)
            | Q(customer__in=people)
        )
    return found


def _query(asked: QueryDict) -> str:
    """The filters as a query string to put a page number behind."""
    kept = asked.copy()
    kept.pop("page", None)
    for name in [name for name in kept if not kept[name]]:
        kept.pop(name)
    return kept.urlencode() + "&" if kept else ""
