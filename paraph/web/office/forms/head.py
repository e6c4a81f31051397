"""The forms of an order's head: for whom, where, about what; and a customer made along with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.people.models import LANGUAGES, NAME_CHARS, Contact, Customer, Member, Site
from paraph.web.office import reach
from paraph.web.office.forms import rows
from paraph.work.models import TEXT_CHARS, OrderKind, WorkOrder


class PlacesForm(forms.Form):
    """What belongs to the chosen customer: who is asked, and where the work is done."""

    contacts = forms.ModelMultipleChoiceField(
        label=_("Contacts"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose contacts of this customer.")},
    )
    site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("No site"),
        error_messages={"invalid_choice": _("Choose a site of this customer.")},
    )

    def __init__(self, *args: Any, customer: Customer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "contacts", customer.contacts.all() if customer else Contact.objects.none())
        _choose(self, "site", customer.sites.all() if customer else Site.objects.none())


class OrderForm(forms.Form):
    """The head of an order. `revision` is what the reader saw: the optimistic lock."""

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        empty_label=_("Choose a customer"),
    )
    title = forms.CharField(label=_("Title"), max_length=NAME_CHARS)
    object_name = forms.CharField(
        label=_("Object"),
        max_length=NAME_CHARS,
        required=False,
        help_text=_("For example the aircraft, well or building."),
    )
    technician = forms.ModelChoiceField(
        label=_("Technician"), queryset=Member.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    kind = forms.ModelChoiceField(
        label=_("Kind of order"), queryset=OrderKind.objects.none(), required=False, empty_label=_("No kind")
    )
    notes = forms.CharField(
        label=_("Notes for the customer"),
        max_length=TEXT_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, *args: Any, member: Member, order: WorkOrder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "customer", reach.customers(member))
        _choose(self, "technician", reach.members(member))
        own = Q(pk=order.kind_id) if order and order.kind_id else Q()
        _choose(self, "kind", reach.order_kinds(member, archived=True).filter(Q(archived_at=None) | own))
        if order is not None and order.signoffs.exists():
            # Their contacts were asked already; another customer would be another order.
            self.fields["customer"].disabled = True
            self.initial["customer"] = order.customer_id


class NewCustomerForm(rows.Row):
    """A customer made along with the order. Blank means that none is made."""

    defaults = {"language": ""}

    name = forms.CharField(label=_("Name of the new customer"), max_length=NAME_CHARS)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    contact = forms.CharField(label=_("Contact"), max_length=NAME_CHARS, required=False)
    email = forms.EmailField(label=_("Mail address of the contact"), required=False)
    language = forms.ChoiceField(label=_("Language of the contact"), choices=LANGUAGES, required=False)
    site = forms.CharField(label=_("Site"), max_length=NAME_CHARS, required=False)

    def clean(self) -> dict[str, Any]:
        """A mail address belongs to somebody."""
        told = super().clean() or {}
        if told.get("email") and not told.get("contact"):
            self.add_error("contact", _("Whose mail address is this? Enter the name."))
        return told

    def make(self, member: Member) -> tuple[Customer, list[Contact], Site | None]:
        """Store the customer, with their first contact and site if given."""
        told = self.cleaned_data
        made = Customer.objects.create(
            organisation_id=member.organisation_id, name=told["name"], address=told["address"]
        )
        contacts, site = [], None
        if told["contact"]:
            language = told["language"] or member.organisation.language
            contacts = [made.contacts.create(name=told["contact"], email=told["email"], language=language)]
        if told["site"]:
            site = made.sites.create(name=told["site"])
        return made, contacts, site


def _choose(form: forms.Form, name: str, found: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = found
