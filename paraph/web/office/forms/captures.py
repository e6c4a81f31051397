"""A manager's word about a capture that could not be filed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from paraph.capture.held import MAX_SENTENCE


class DiscardForm(forms.Form):
    """Why nothing comes of it."""

    use_required_attribute = False
    sentence = forms.CharField(
        label=_("Why is it discarded?"),
        help_text=_("The technician reads it. What came from the phone is kept."),
        max_length=MAX_SENTENCE,
        error_messages={
            "required": _("Say in a sentence why: the technician reads it."),
            "max_length": _("This is too long: at most 2,000 characters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
