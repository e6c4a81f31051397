"""Emailing an order: which view, who, in which order, for how long, with which words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import LANGUAGES, Contact, Customer
from paraph.signoff.invitations import DEFAULT_HOURS, MAX_HOURS, MAX_TEXT
from paraph.signoff.models import SIGNED_VIEWS, Ask, Rule, View
from paraph.web.office.forms import rows

NOBODY = ""
ROLES = [
    (Ask.AUTHORISE, _("Decides and signs")),
    (Ask.VIEW, _("Gets a copy to read")),
    (NOBODY, _("Not asked")),
]
HOURS, DAYS, NEVER = "hours", "days", "never"
UNITS = [(HOURS, _("hours")), (DAYS, _("days")), (NEVER, _("no end date"))]
IN_HOURS = {HOURS: 1, DAYS: 24}
NOT_ISSUED = _("No invoice is issued for this order yet. Issue it first.")


class ValidityForm(forms.Form):
    """For how long, and in which language. Once valid, `hours` is the number of hours, None for no end date (X-08)."""

    lasts = forms.IntegerField(
        label=_("Valid for"),
        min_value=1,
        required=False,
        initial=DEFAULT_HOURS,
        help_text=_("48 hours unless you say otherwise; at most 180 days, or no end date."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS, initial=HOURS, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Each contact’s own")), *LANGUAGES], required=False
    )

    def clean(self) -> dict[str, Any]:
        """Count in hours; without a unit they are hours already."""
        told: dict[str, Any] = super().clean() or {}
        unit, lasts = told.get("unit") or HOURS, told.get("lasts")
        told["hours"] = None
        if unit == NEVER or "unit" in self.errors:
            return told
        if lasts is None:
            if "lasts" not in self.errors:
                self.add_error("lasts", _("Say for how long, or choose no end date."))
        elif lasts * IN_HOURS[unit] > MAX_HOURS:
            self.add_error("lasts", _("Choose a validity between 1 hour and 180 days."))
        else:
            told["hours"] = lasts * IN_HOURS[unit]
        return told


class EmailForm(ValidityForm):
    """One role a contact, in the order of signing; contacts without a mail address can only be handed a link.

    `chosen` maps contacts to what is asked of them, in order; `issued` says whether there is an invoice to send.
    """

    text = forms.CharField(
        label=_("Additional text"),
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in the message above the link, in your own words."),
    )
    rule = forms.ChoiceField(
        label=_("Who must sign"), choices=Rule.choices, required=False, widget=forms.RadioSelect
    )
    view = forms.ChoiceField(label=_("View"), choices=View.choices)

    use_required_attribute = False

    def __init__(
        self, *args: Any, customer: Customer, chosen: dict[Any, str], issued: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.issued = issued
        asked = list(chosen)
        found = list(customer.contacts.all())
        found.sort(key=lambda one: asked.index(one.pk) if one.pk in asked else len(asked))
        self.contacts = sorted(found, key=self._place) if self.is_bound else found
        for contact in self.contacts:
            self.fields[f"ask-{contact.pk}"] = forms.ChoiceField(
                label=contact.name,
                choices=ROLES,
                required=False,
                disabled=not contact.email,
                initial=chosen.get(contact.pk, NOBODY) if contact.email else NOBODY,
            )

    @classmethod
    def moved(cls, data: QueryDict, *, customer: Customer, issued: bool) -> EmailForm:
        """What was typed so far, not judged, with the contact named by the button `up` or `down` one place further."""
        typed = cls(data, customer=customer, chosen={}, issued=issued).contacts
        keys = [str(one.pk) for one in typed]
        for button, by in (("up", -1), ("down", 1)):
            key = data.get(button, "")
            if key in keys and 0 <= keys.index(key) + by < len(keys):
                at = keys.index(key)
                typed[at], typed[at + by] = typed[at + by], typed[at]
        chosen = {one.pk: data.get(f"ask-{one.pk}", NOBODY) for one in typed}
        return cls(initial=rows.typed(cls, "", data), customer=customer, chosen=chosen, issued=issued)

    def clean_view(self) -> str:
        """An invoice can be sent when there is one."""
        view: str = self.cleaned_data["view"]
        if view == View.INVOICE and not self.issued:
            raise forms.ValidationError(NOT_ISSUED)
        return view

    def clean(self) -> dict[str, Any]:
        """What is only read needs a reader; what is signed is judged by `requests.ask`."""
        told = super().clean()
        if told.get("view") and told["view"] not in SIGNED_VIEWS and not self.asks:
            self.add_error(None, _("Choose at least one contact who gets it."))
        return told

    @property
    def is_ordered(self) -> bool:
        """Whether there is an order of signing to choose: more than one can be mailed."""
        return sum(1 for one in self.contacts if one.email) > 1

    @property
    def recipients(self) -> list[tuple[Contact, Any]]:
        """The contacts with the field that asks for their role."""
        return [(contact, self[f"ask-{contact.pk}"]) for contact in self.contacts]

    @property
    def asks(self) -> list[tuple[Contact, str]]:
        """Who is asked for what, in order, once valid."""
        told = ((contact, self.cleaned_data.get(f"ask-{contact.pk}")) for contact in self.contacts)
        return [(contact, ask) for contact, ask in told if ask]

    def _place(self, contact: Contact) -> int:
        """Where the page had put a contact; one it did not know comes last."""
        told = str(self.data.get(f"at-{contact.pk}", ""))
        return int(told) if told.isdecimal() and len(told) <= 4 else 10_000


class LinkForm(ValidityForm):
    """A link to copy by hand."""

    contact = forms.ModelChoiceField(label=_("For"), queryset=Contact.objects.none(), empty_label=None)
    view = forms.ChoiceField(label=_("View"), choices=View.choices, initial=View.ESTIMATE)
    field_order = ("contact", "view", "language", "lasts", "unit")
    # Made anew with every page, so that loading the answer again makes no second link.
    once = forms.UUIDField(widget=forms.HiddenInput)

    use_required_attribute = False
    prefix = "link"

    def __init__(self, *args: Any, customer: Customer, views: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, view = self.fields["contact"], self.fields["view"]
        assert isinstance(field, forms.ModelChoiceField)
        assert isinstance(view, forms.ChoiceField)
        field.queryset = customer.contacts.all()
        view.choices = [(value, label) for value, label in View.choices if value in views]
