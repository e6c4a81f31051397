"""A person's word about a paper that came back: accepted, or returned with what is needed (decision 4)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from paraph.signoff.errors import Unusable
from paraph.signoff.models import Return
from paraph.signoff.models.returns import NAME_CHARS
from paraph.signoff.verification import MAX_SENTENCE

TOO_LONG = _("This is too long: at most 2,000 characters.")


class Word(forms.Form):
    """What both have in common."""

    use_required_attribute = False
    # The field that a refusal of the verb belongs to.
    said = "sentence"

    def refuse(self, problem: Unusable) -> None:
        """Show a refusal of the core beside its field."""
        self.add_error(self.said, str(problem))


class AcceptForm(Word):
    """Who signed, as far as it can be read, and a remark for the record."""

    said = "remark"
    signer_name = forms.CharField(
        label=_("Name on the paper"),
        help_text=_("If you can read it."),
        max_length=NAME_CHARS,
        required=False,
    )
    signer_role = forms.CharField(label=_("Role on the paper"), max_length=NAME_CHARS, required=False)
    remark = forms.CharField(
        label=_("Remark for the record"),
        max_length=MAX_SENTENCE,
        required=False,
        error_messages={"max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @classmethod
    def about(cls, returned: Return, typed: object = None) -> AcceptForm:
        """The form; a name that the customer gave is not asked for again."""
        form = cls(typed)  # type: ignore[arg-type]
        if returned.signer_name:
            del form.fields["signer_name"], form.fields["signer_role"]
        return form


class BackForm(Word):
    """What the customer should do."""

    sentence = forms.CharField(
        label=_("What should the customer do?"),
        help_text=_("They read this sentence in a mail, and can upload again at once."),
        max_length=MAX_SENTENCE,
        error_messages={
            "required": _("Say what is needed: the customer reads this sentence."),
            "max_length": TOO_LONG,
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
