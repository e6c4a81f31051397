"""What a biller says: on a draft, when sending, when voiding; and what is entered about both parties."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from paraph.billing import profiles
from paraph.billing.drafts import MAX_REASON, Words
from paraph.billing.models import (
    MOST_PAYMENT_DAYS,
    PREFIX_CHARS,
    BuyerProfile,
    Invoice,
    Kind,
    SellerProfile,
    State,
    Untaxed,
)
from paraph.billing.profiles import BUYER, SELLER_FIELDS, compact
from paraph.billing.sending import MAX_TEXT
from paraph.people.models import LANGUAGES, NAME_CHARS, Contact, Customer


def countries(language: str) -> list[tuple[str, str]]:
    """Codes and names of all countries (ISO 3166-1), by name."""
    return sorted(profiles.countries(language).items(), key=lambda one: one[1])


class FilterForm(forms.Form):
    """What the reader looks for; a value that makes no sense is no filter."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Number, order, customer")}),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Every state")), *State.choices]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Both kinds")), *Kind.choices])
    since = forms.DateField(
        label=_("Issued from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Issued until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def chosen(self) -> dict[str, Any]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class WordsForm(forms.Form):
    """What stands on a draft beside its lines. Only what the draft's lines ask for is asked."""

    language = forms.ChoiceField(label=_("Language of the invoice"), choices=LANGUAGES)
    buyer_order = forms.CharField(label=_("The customer’s order number"), max_length=60, required=False)
    untaxed = forms.ChoiceField(
        label=_("Why lines bear no tax"), required=False, choices=[("", _("Choose")), *Untaxed.choices]
    )
    exemption = forms.CharField(
        label=_("The rule they are exempt by"),
        max_length=300,
        required=False,
        help_text=_("As it has to stand on the invoice."),
    )
    remark = forms.CharField(
        label=_("Words on the invoice"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    prices_checked = forms.BooleanField(
        label=_("I checked the prices the customer did not sign"), required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, invoice: Invoice) -> None:
        start = {name: getattr(invoice, name) for name in vars(Words("en"))}
        start |= {"revision": invoice.revision, "prices_checked": invoice.prices_checked_at is not None}
        super().__init__(data, initial=start)
        self.invoice = invoice
        lines = invoice.lines.all()
        if all(line.tax_rate for line in lines):
            del self.fields["untaxed"], self.fields["exemption"]
        if all(line.price_signed for line in lines):
            del self.fields["prices_checked"]

    @property
    def words(self) -> Words:
        """What was typed; what was not asked stays."""
        names = vars(Words("en"))
        return Words(
            **{name: self.cleaned_data.get(name, getattr(self.invoice, name)) or "" for name in names}
        )


class VoidForm(forms.Form):
    """Why an invoice is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON)
    use_required_attribute = False


class ContactsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the type checker alone
    """Contacts by name and mail address."""

    def label_from_instance(self, obj: Any) -> str:
        """``Jan Jansen · jan@example.org``."""
        return f"{obj.name} · {obj.email}"


class SendForm(forms.Form):
    """Who gets the document, with which words."""

    contacts = ContactsField(
        label=_("To"), queryset=Contact.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("Additional text"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # Made anew with every page, so that the same form sent twice mails once.
    once = forms.UUIDField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        super().__init__(data, initial={"once": uuid.uuid4()})
        field = self.fields["contacts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = customer.contacts.exclude(email="")


class AddressForm(forms.Form):
    """An address in parts."""

    street = forms.CharField(label=_("Street and number"), max_length=NAME_CHARS)
    extra = forms.CharField(label=_("Address, second line"), max_length=NAME_CHARS, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=NAME_CHARS)
    country = forms.ChoiceField(label=_("Country"))
    registration = forms.CharField(
        label=_("Company registration"),
        max_length=60,
        required=False,
        help_text=_("For example the number at the chamber of commerce."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *countries(get_language() or "en")]


class SellerForm(AddressForm):
    """The organisation's invoicing details."""

    tax_number = forms.CharField(
        label=_("Tax number"),
        max_length=40,
        required=False,
        help_text=_("Only where you have no VAT number."),
    )
    iban = forms.CharField(label=_("IBAN"), max_length=50, required=False)
    bic = forms.CharField(label=_("BIC"), max_length=20, required=False)
    payment_note = forms.CharField(
        label=_("How to pay, in words"),
        max_length=500,
        required=False,
        help_text=_("Where there is no IBAN, or something has to be said."),
    )
    payment_days = forms.IntegerField(
        label=_("Days to pay"), min_value=0, max_value=MOST_PAYMENT_DAYS, widget=forms.NumberInput
    )
    invoice_prefix = forms.CharField(
        label=_("Invoice numbers begin with"),
        max_length=PREFIX_CHARS,
        required=False,
        help_text=_("A year keeps the beginning its first number had."),
    )
    credit_prefix = forms.CharField(
        label=_("Credit notes begin with"), max_length=PREFIX_CHARS, required=False
    )

    @classmethod
    def start(cls, profile: SellerProfile) -> dict[str, Any]:
        """The values of a profile."""
        return {name: getattr(profile, name) for name in SELLER_FIELDS}

    def clean_iban(self) -> str:
        """An IBAN whose check digits fit, or none."""
        typed = compact(self.cleaned_data["iban"])
        if typed and not iban.is_valid(typed):
            raise ValidationError(_("This IBAN is not valid: look at it once more."))
        return typed

    def clean_bic(self) -> str:
        """A BIC has eight or eleven characters (ISO 9362)."""
        typed = compact(self.cleaned_data["bic"])
        if typed and (len(typed) not in {8, 11} or not typed.isalnum()):
            raise ValidationError(_("A BIC has 8 or 11 characters."))
        return typed

    def clean(self) -> dict[str, Any]:
        """Invoices and credit notes begin differently."""
        told = super().clean() or self.cleaned_data
        if told.get("invoice_prefix", "a") == told.get("credit_prefix", "b"):
            self.add_error("credit_prefix", _("Invoices and credit notes must begin differently."))
        return told


class BuyerForm(AddressForm):
    """A customer's invoicing details."""

    reference = forms.CharField(
        label=_("Their reference"),
        max_length=60,
        required=False,
        help_text=_("What they want to read on every invoice, for example a department."),
    )

    @classmethod
    def start(cls, profile: BuyerProfile) -> dict[str, Any]:
        """The values of a profile."""
        return {name: getattr(profile, name) for name in BUYER}
