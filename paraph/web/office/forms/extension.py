"""How much longer a link shall live (X-08)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from paraph.signoff.invitations import DEFAULT_HOURS, TOO_LONG

WEEK = 7 * 24
NEVER = "never"
CHOICES = [
    (str(DEFAULT_HOURS), _("48 hours longer")),
    (str(WEEK), _("a week longer")),
    (str(30 * 24), _("30 days longer")),
    (NEVER, _("without an end date")),
]


class ExtensionForm(forms.Form):
    """One choice; the verb has the last word."""

    hours = forms.ChoiceField(
        choices=CHOICES, error_messages={"invalid_choice": TOO_LONG, "required": TOO_LONG}
    )

    @property
    def hours_more(self) -> int | None:
        """Hours, once valid; None for no end date."""
        chosen = str(self.cleaned_data["hours"])
        return None if chosen == NEVER else int(chosen)
