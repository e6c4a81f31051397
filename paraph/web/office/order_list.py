"""The list of orders: search, filters, pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Contact, Customer, Member
from paraph.web.office import reach, waiting
from paraph.web.office.doors import page, show
from paraph.web.office.leaves import Leaves
from paraph.work.models import OrderKind, Status, WorkOrder

PAGE = 25
MOST_WORDS = 6  # each is a condition of its own
MOST_CUSTOMERS = 50  # to choose from; where there are more, the search finds them by name


class FilterForm(forms.Form):
    """What the reader looks for; a value that makes no sense is no filter."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Number, title, object, name")}),
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

    kind = forms.ModelChoiceField(
        label=_("Kind of order"),
        required=False,
        queryset=OrderKind.objects.none(),
        empty_label=_("Every kind"),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = reach.order_kinds(member, archived=True)
        if not kinds.exists():
            del self.fields["kind"]
        offered: list[tuple[str, QuerySet[Any]]] = [("technician", reach.members(member))]
        offered += [("customer", reach.customers(member)), ("kind", kinds)]
        for name, found in offered:
            if name not in self.fields:
                continue
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found
        self._shorten()

    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def _shorten(self) -> None:
        """Offer few customers, or only the one that is chosen: a list of thousands helps nobody."""
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        assert field.queryset is not None
        # Sorted here: the database would sort all of them to find the first fifty.
        offered = sorted(field.queryset.order_by()[: MOST_CUSTOMERS + 1], key=lambda one: one.name.casefold())
        if len(offered) > MOST_CUSTOMERS:
            offered = [one] if (one := self.chosen().get("customer")) else []
        if offered:
            field.widget.choices = [("", field.empty_label), *((one.pk, str(one)) for one in offered)]
        else:
            field.widget = field.hidden_widget()


@page("order.view")
def order_list(request: HttpRequest, member: Member) -> HttpResponse:
    """One page of the orders that fit."""
    form = FilterForm(request.GET, member=member)
    chosen = form.chosen()
    found = waiting.with_request(search(reach.orders(member), chosen))
    found = found.select_related("customer", "technician__user")
    pages = Leaves(found, PAGE)
    told: dict[str, Any] = {
        "form": form,
        "page": pages.get_page(request.GET.get("page")),
        "query": _query(request.GET),
    }
    return show(request, member, "orders.html", section="orders", filtered=bool(chosen), pages=pages, **told)


def search(found: QuerySet[WorkOrder], chosen: dict[str, Any]) -> QuerySet[WorkOrder]:
    """The orders that fit all filters; each word of `q` must be found somewhere."""
    for name in ("status", "technician", "customer", "kind"):
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
