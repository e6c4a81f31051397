"""Asking for a signature: which view, who, for how long, with which words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from paraph.people.models import LANGUAGES, Contact, Customer
from paraph.signoff.invitations import DEFAULT_HOURS, MAX_HOURS, MAX_TEXT
from paraph.signoff.models import Ask, View

NOBODY = ""
ROLES = [
    (Ask.AUTHORISE, _("Decides and signs")),
    (Ask.VIEW, _("Gets a copy to read")),
    (NOBODY, _("Not asked")),
]


class ValidityForm(forms.Form):
    """For how long, and in which language."""

    hours = forms.IntegerField(
        label=_("Valid for, in hours"),
        min_value=1,
        max_value=MAX_HOURS,
        initial=DEFAULT_HOURS,
        help_text=_("48 hours unless you say otherwise; at most 180 days."),
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Each contact’s own")), *LANGUAGES], required=False
    )


class EmailForm(ValidityForm):
    """One role a contact; contacts without a mail address can only be handed a link."""

    text = forms.CharField(
        label=_("Additional text"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in the message above the link, in your own words."),
    )
    view = forms.ChoiceField(choices=View.choices)

    use_required_attribute = False

    def __init__(self, *args: Any, customer: Customer, chosen: dict[Any, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contacts = list(customer.contacts.all())
        for contact in self.contacts:
            self.fields[f"ask-{contact.pk}"] = forms.ChoiceField(
                label=contact.name,
                choices=ROLES,
                required=False,
                disabled=not contact.email,
                initial=chosen.get(contact.pk, NOBODY) if contact.email else NOBODY,
            )

    @property
    def recipients(self) -> list[tuple[Contact, Any]]:
        """The contacts with the field that asks for their role."""
        return [(contact, self[f"ask-{contact.pk}"]) for contact in self.contacts]

    @property
    def asks(self) -> list[tuple[Contact, str]]:
        """Who is asked for what, once valid."""
        told = ((contact, self.cleaned_data[f"ask-{contact.pk}"]) for contact in self.contacts)
        return [(contact, ask) for contact, ask in told if ask]


class LinkForm(ValidityForm):
    """A signing link to copy by hand."""

    contact = forms.ModelChoiceField(label=_("For"), queryset=Contact.objects.none(), empty_label=None)
    view = forms.ChoiceField(label=_("View"), choices=View.choices, initial=View.ESTIMATE)
    field_order = ("contact", "view", "hours", "language")
    # Made anew with every page, so that loading the answer again makes no second link.
    once = forms.UUIDField(widget=forms.HiddenInput)

    use_required_attribute = False
    prefix = "link"

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = customer.contacts.all()
