"""An order as typed: for whom, about what, and all its lines; one sheet for new orders and for changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import Customer, Member
from paraph.web.office import reach
from paraph.web.office.forms import lines, rows
from paraph.web.office.forms.details import DetailsForm, kind_of
from paraph.web.office.forms.head import NewCustomerForm, OrderForm, PlacesForm
from paraph.web.office.forms.lines import LineForm
from paraph.web.office.forms.rows import Rows
from paraph.work import orders
from paraph.work.models import WorkOrder


class Sheet:
    """The whole page: head, places, perhaps a new customer, properties, and lines."""

    def __init__(
        self,
        form: OrderForm,
        places: PlacesForm,
        new: NewCustomerForm | None,
        lines: Rows[LineForm],
        details: DetailsForm,
    ) -> None:
        self.form, self.places, self.new, self.lines, self.details = form, places, new, lines, details

    def is_valid(self) -> bool:
        """Judge all parts, so that all errors show at once."""
        good = [self.form.is_valid(), self.places.is_valid(), self.lines.is_valid(), self.details.is_valid()]
        if self.new is not None and not self.new.is_blank:
            good.append(self.new.is_valid())
            if self.form.cleaned_data.get("customer"):
                self.form.add_error("customer", _("Choose a customer, or make a new one: not both."))
        elif not self.form.cleaned_data.get("customer"):
            self.form.add_error("customer", _("Choose a customer, or make a new one."))
        return all(good) and self.form.is_valid()

    @property
    def faults(self) -> rows.Faults:
        """Everything that is wrong, for the summary."""
        made = [self.new] if self.new is not None else []
        parts = [part for line in self.lines for part in line.parts]
        return rows.Faults([self.form, *made, self.places, self.details, *self.lines, *parts])

    def draft(self, member: Member) -> orders.OrderDraft:
        """The order as typed, once valid; makes the new customer, so call it inside a transaction."""
        head, places = self.form.cleaned_data, self.places.cleaned_data
        customer, contacts, site = head["customer"], list(places["contacts"]), places["site"]
        if customer is None and self.new is not None:
            customer, contacts, site = self.new.make(member)
        return orders.OrderDraft(
            title=head["title"],
            customer=customer,
            object_name=head["object_name"],
            contacts=contacts,
            site=site,
            technician=head["technician"],
            notes=head["notes"],
            kind=head["kind"],
            items=[line.draft() for line in self.lines.filled],
        )


def start(member: Member, order: WorkOrder | None = None, customer: Customer | None = None) -> Sheet:
    """The sheet nobody has typed into yet: of an order, or empty, perhaps with the customer chosen."""
    if order is None:
        head: dict[str, Any] = {"customer": customer}
        known = list(customer.contacts.all()[:2]) if customer else []
        places: dict[str, Any] = {"contacts": [one.pk for one in known] if len(known) == 1 else []}
        return Sheet(
            OrderForm(initial=head, member=member),
            PlacesForm(initial=places, customer=customer),
            NewCustomerForm(initial={"language": member.organisation.language}, prefix="new"),
            lines.start([], member.organisation.currency, spare=1),
            DetailsForm(member=member, kind=None, order=None),
        )
    names = ("customer", "title", "object_name", "technician", "kind", "notes", "revision")
    head = {name: getattr(order, name) for name in names}
    places = {"contacts": [one.pk for one in order.contacts.all()], "site": order.site}
    return Sheet(
        OrderForm(initial=head, member=member, order=order),
        PlacesForm(initial=places, customer=order.customer),
        None,
        lines.start(orders.lines_of(order), order.currency),
        DetailsForm(member=member, kind=order.kind, order=order),
    )


def read(member: Member, data: QueryDict, order: WorkOrder | None = None) -> Sheet:
    """The sheet as posted, to be validated."""
    return Sheet(
        OrderForm(data, member=member, order=order),
        PlacesForm(data, customer=_customer(member, data, order)),
        None if order else NewCustomerForm(data, prefix="new"),
        lines.read(data, _currency(member, order)),
        DetailsForm(data, member=member, kind=kind_of(member, data), order=order),
    )


def again(member: Member, data: QueryDict, order: WorkOrder | None = None) -> Sheet:
    """The sheet as typed so far and not yet judged, after one of its own buttons: a row more or less, a customer."""
    add, without = data.get("add", ""), data.get("remove", "")
    customer = _customer(member, data, order)
    return Sheet(
        OrderForm(initial=rows.typed(OrderForm, "", data), member=member, order=order),
        PlacesForm(initial=rows.typed(PlacesForm, "", data), customer=customer),
        None if order else NewCustomerForm(initial=rows.typed(NewCustomerForm, "new", data), prefix="new"),
        lines.again(data, _currency(member, order), add=add, without=without),
        DetailsForm(member=member, kind=kind_of(member, data), order=order, typed=data.dict()),
    )


def _customer(member: Member, data: QueryDict, order: WorkOrder | None) -> Customer | None:
    """The customer chosen on the page, if they are the organisation's."""
    if order is not None and order.signoffs.exists():
        return order.customer
    try:
        return reach.customers(member).filter(pk=UUID(data.get("customer", ""))).first()
    except ValueError:
        return None


def _currency(member: Member, order: WorkOrder | None) -> str:
    return order.currency if order else member.organisation.currency
