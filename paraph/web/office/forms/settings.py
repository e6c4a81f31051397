"""Settings of the organisation, of a member's access, and of one's own account."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from paraph.people import access
from paraph.people.models import LANGUAGES, MOST_LINK_HOURS, MOST_PAPER_DAYS, NAME_CHARS, Organisation, Role
from paraph.web.shared import accent as accents

HOURS_A_DAY = 24
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class OrganisationForm(forms.Form):
    """Everything a manager sets for all. `days` is stored as hours."""

    # Shown under headings of their own.
    apart = frozenset({"paper", "paper_days", "second_factor"})

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    vat_number = forms.CharField(label=_("VAT number"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    email = forms.EmailField(label=_("Mail address"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    accent = forms.CharField(
        label=_("Accent colour"),
        required=False,
        max_length=7,
        help_text=_("Your mark on pages and in letters, for example #1f3f8c."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES, help_text=_("For whoever has not chosen one.")
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        help_text=_("As region and city, for example Europe/Brussels."),
        widget=forms.TextInput(attrs={"list": "zones", "autocapitalize": "off", "spellcheck": "false"}),
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        help_text=_("Three letters, for example EUR. Orders that exist keep theirs."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    days = forms.IntegerField(
        label=_("Days a signing link is valid"),
        min_value=1,
        max_value=MOST_LINK_HOURS // HOURS_A_DAY,
        help_text=_("1 to 180. The sender can say otherwise each time."),
    )
    paper = forms.BooleanField(
        label=_("Offer Download & sign"),
        required=False,
        help_text=_(
            "Customers may print, stamp or sign by hand, and upload the pages. Who may not or will not sign on the "
            "screen can always do so."
        ),
    )
    paper_days = forms.IntegerField(
        label=_("Days more for paper"),
        min_value=1,
        max_value=MOST_PAPER_DAYS,
        help_text=_("1 to 90. A link lives so much longer once its customer downloaded the paper."),
    )
    second_factor = forms.BooleanField(
        label=_("Everybody needs a second factor"),
        required=False,
        help_text=_(
            "Who has none sets one up before anything else: a passkey, or an authenticator app. Single sign-on counts."
        ),
    )

    def clean_accent(self) -> str:
        """A colour that can be seen on white paper, or none."""
        colour = str(self.cleaned_data["accent"]).strip().lower()
        if colour and not COLOUR.fullmatch(colour):
            raise forms.ValidationError(_now("Write the colour as # and six digits or letters a to f."))
        if colour and accents.contrast(colour, accents.WHITE) < accents.SEEN:
            better = accents.darker(colour)
            raise forms.ValidationError(
                _now("This colour is hard to see on white. %(better)s is the same one, dark enough.")
                % {"better": better}
            )
        return colour

    def clean_time_zone(self) -> str:
        """A zone of the IANA database."""
        zone = str(self.cleaned_data["time_zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_now("There is no such time zone. Choose one from the list."))
        return zone

    def clean_currency(self) -> str:
        """A currency of ISO 4217."""
        currency = str(self.cleaned_data["currency"]).strip().upper()
        if currency not in list_currencies():
            raise forms.ValidationError(_now("There is no such currency. Write its three letters."))
        return currency

    @staticmethod
    def start(organisation: Organisation) -> dict[str, Any]:
        """The values as stored."""
        told = {name: getattr(organisation, name, "") for name in OrganisationForm.base_fields}
        return told | {"days": organisation.link_hours // HOURS_A_DAY}

    @property
    def wanted(self) -> dict[str, Any]:
        """The values as they are stored."""
        told = dict(self.cleaned_data)
        return told | {"link_hours": told.pop("days") * HOURS_A_DAY}


class AccessForm(forms.Form):
    """What a member is and may: the role, and a tick for each right that can be taken away (S0-20)."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, *args: Any, without: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for right, (label, help_text) in access.TOGGLES.items():
            self.fields[_field(right)] = forms.BooleanField(
                label=label, help_text=help_text, required=False, initial=right not in set(without)
            )

    @property
    def toggles(self) -> list[tuple[forms.BoundField, str]]:
        """Each tick with the roles that carry the right."""
        roles = dict(Role.choices)
        return [
            (
                self[_field(right)],
                ", ".join(str(roles[role]) for role in Role if role in access.RIGHTS[right]),
            )
            for right in access.TOGGLES
        ]

    @property
    def without(self) -> list[str]:
        """The rights that are switched off."""
        return [right for right in access.TOGGLES if not self.cleaned_data[_field(right)]]


class InviteForm(AccessForm):
    """Whom to invite, and as what."""

    field_order = ("name", "email", "language", "role")

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    email = forms.EmailField(label=_("Mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class AccountForm(forms.Form):
    """How somebody is called, and which language they read."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_CHARS, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


def _field(right: str) -> str:
    return "may_" + right.replace(".", "_")
