"""A customer with contacts and sites."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.lib.actor import Actor
from paraph.people import contacts
from paraph.people.models import LANGUAGES, NAME_CHARS, Contact, Customer, Member, Site
from paraph.web.office.forms import rows
from paraph.web.office.forms.rows import Row, Rows

CONTACT, SITE = "contact", "site"
EITHER, ON_PAPER = "either", "paper"


class CustomerForm(forms.Form):
    """The customer's own fields."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    vat_number = forms.CharField(label=_("VAT number"), max_length=40, required=False)


class ContactForm(Row):
    """A person who can be asked."""

    defaults = {"language": "", "id": "", "signs": ""}

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    title = forms.CharField(label=_("Role"), max_length=NAME_CHARS, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    signs = forms.ChoiceField(
        label=_("Signs"),
        choices=[(EITHER, _("On the screen or on paper")), (ON_PAPER, _("On paper only"))],
        required=False,
    )


class SiteForm(Row):
    """A place where work is done."""

    defaults = {"id": ""}

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CustomerSheet:
    """The whole page."""

    def __init__(
        self, customer: Customer, form: CustomerForm, contacts: Rows[ContactForm], sites: Rows[SiteForm]
    ) -> None:
        self.customer, self.form, self.contacts, self.sites = customer, form, contacts, sites

    def is_valid(self) -> bool:
        """Judge all parts, so that all errors show at once."""
        return all([self.form.is_valid(), self.contacts.is_valid(), self.sites.is_valid()])

    @property
    def faults(self) -> rows.Faults:
        """Everything that is wrong, for the summary."""
        return rows.Faults([self.form, *self.contacts, *self.sites])

    def save(self, *, by: Member, actor: Actor) -> Customer:
        """Store what was typed. Somebody who stands in an order stays, even when their row was emptied."""
        for name, value in self.form.cleaned_data.items():
            setattr(self.customer, name, value)
        self.customer.save()
        _store(self.customer.sites, self.sites)
        for contact, told in _store(self.customer.contacts, self.contacts, but=("signs",)):
            if told["signs"]:
                contacts.allow_e_sign(contact, told["signs"] == EITHER, by=by, actor=actor)
        return self.customer


def start(customer: Customer) -> CustomerSheet:
    """The sheet as stored, with room for one contact when there is none."""
    new = not customer.name
    people = [] if new else [_person(one) for one in customer.contacts.all()]
    sites = [] if new else [_values(one, SiteForm) for one in customer.sites.all()]
    return CustomerSheet(
        customer,
        CustomerForm(initial=_values(customer, CustomerForm)),
        rows.start(ContactForm, CONTACT, people, spare=int(not people)),
        rows.start(SiteForm, SITE, sites),
    )


def read(customer: Customer, data: QueryDict) -> CustomerSheet:
    """The sheet as posted."""
    people, sites = rows.read(ContactForm, CONTACT, data), rows.read(SiteForm, SITE, data)
    return CustomerSheet(customer, CustomerForm(data), people, sites)


def again(customer: Customer, data: QueryDict) -> CustomerSheet:
    """The sheet as typed so far, with a row more or less."""
    add, without = data.get("add", ""), data.get("remove", "")
    return CustomerSheet(
        customer,
        CustomerForm(initial=rows.typed(CustomerForm, "", data)),
        rows.again(ContactForm, CONTACT, data, spare=int(add == CONTACT), without=without),
        rows.again(SiteForm, SITE, data, spare=int(add == SITE), without=without),
    )


def _values(one: Customer | Contact | Site, form: type[forms.Form]) -> dict[str, Any]:
    return {name: getattr(one, name, "") for name in form.base_fields}


def _person(one: Contact) -> dict[str, Any]:
    return _values(one, ContactForm) | {"signs": EITHER if one.may_e_sign else ON_PAPER}


def _store(stored: Any, typed: Rows[Any], but: Container[str] = ()) -> list[tuple[Any, dict[str, Any]]]:
    """Write rows into a customer's contacts or sites, fields in `but` aside; return each with what was typed.

    An id that is not theirs makes a new one.
    """
    known, done = {one.pk: one for one in stored.all()}, []
    for row in typed.filled:
        told = dict(row.cleaned_data)
        one = known.get(told.pop("id")) or stored.model(customer=stored.instance)
        typed_here = [name for name in told if name not in but]
        for name in typed_here:
            setattr(one, name, told[name])
        # What this page does not show, as a site's area, may have been changed on another meanwhile.
        one.save(update_fields=None if one._state.adding else typed_here)
        done.append((one, told))
    return done
