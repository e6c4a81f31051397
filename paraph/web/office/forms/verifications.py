"""A manager's word about a signature in doubt (decision 4)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from paraph.signoff.verifying import MAX_SENTENCE, TOO_LONG


class VerifyForm(forms.Form):
    """A remark, if there is something to say."""

    use_required_attribute = False
    prefix = "verify"

    sentence = forms.CharField(
        label=_("Remark for the record"),
        max_length=MAX_SENTENCE,
        required=False,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RejectForm(forms.Form):
    """Why it is not accepted."""

    use_required_attribute = False
    prefix = "reject"

    sentence = forms.CharField(
        label=_("Why is it not accepted?"),
        help_text=_("The customer reads this sentence. The signature is kept, and you can ask again."),
        max_length=MAX_SENTENCE,
        error_messages={
            "required": _("Say in a sentence why: both sides read it."),
            "max_length": TOO_LONG,
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
