"""What somebody submits to sign, kept as it came: a refused field never costs what was typed, ticked or drawn."""

from __future__ import annotations

from typing import Any, TypedDict

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.signoff import methods
from paraph.signoff.completion import MAX_NAME
from paraph.signoff.errors import Unusable
from paraph.signoff.models import Invitation

TOO_LONG = _("This is too long: at most 200 characters.")
# Fields as `Unusable` names them, where ours differ.
FIELDS = {"drawn": "strokes"}
# Asked anew at the next review, or never repeated on a page.
NOT_KEPT = frozenset({"consent", "language", "pin", "code", "anyway"})
_MARK = forms.TextInput(attrs={"id": "signature-error"})


class Said(TypedDict):
    """The words of `completion.sign`."""

    name: str
    role: str
    consent: str
    language: str
    method: str
    mark: str


class Submission(forms.Form):
    """Name, role, consent and mark. All problems are told at once; the verb has the last word on each."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=MAX_NAME,
        error_messages={"required": _("Please enter your name."), "max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = forms.CharField(
        label=_("Your role"),
        max_length=MAX_NAME,
        required=False,
        help_text=_("For example owner or fleet manager."),
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    consent = forms.CharField(
        label=_("Statement"),
        max_length=100,
        error_messages={"required": _("Tick the statement to agree with it.")},
    )
    language = forms.CharField(max_length=5, required=False)
    method = forms.CharField(max_length=20, required=False)
    # How they show who they are, where that is asked (S1-09).
    pin = forms.CharField(
        label=_("Your PIN"),
        required=False,
        max_length=40,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    code = forms.CharField(
        label=_("The code from the mail"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    anyway = forms.BooleanField(
        label=_("I cannot show it now. I sign all the same, and the shop checks afterwards."), required=False
    )
    # Both say what is wrong in one place, beside the pad.
    typed = forms.CharField(label=_("Signature"), required=False, strip=False, widget=_MARK)
    strokes = forms.CharField(label=_("Signature"), required=False, strip=False, widget=_MARK)

    # What went wrong beside the fields: no code could be sent.
    problem = ""

    @classmethod
    def fresh(cls, invitation: Invitation) -> Submission:
        """An empty one with what is known about the contact filled in."""
        contact = invitation.party.contact
        return cls(initial={"name": contact.name, "role": contact.title, "method": "typed"})

    def clean(self) -> dict[str, Any]:
        """Check the mark by its method."""
        told: dict[str, Any] = super().clean() or {}
        try:
            methods.check(told.get("method", ""), self.mark)
        except Unusable as problem:
            self.refuse(problem)
        return told

    def refuse(self, problem: Unusable) -> None:
        """Show a refusal of the core beside its field."""
        name = FIELDS.get(problem.field, problem.field)
        self.add_error(name if name in self.fields else None, str(problem))

    @property
    def mark(self) -> str:
        """What the chosen method's field holds."""
        return str(self["strokes" if self["method"].value() == "drawn" else "typed"].value() or "")

    @property
    def mark_problem(self) -> str:
        """What is wrong with the mark, if anything."""
        found = [
            *self.errors.get("typed", ()),
            *self.errors.get("strokes", ()),
            *self.errors.get("method", ()),
        ]
        return str(found[0]) if found else ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything entered, to go along to the next review; the consent is asked anew for what is new."""
        return [(one.name, str(one.value() or "")) for one in self if one.name not in NOT_KEPT]

    @property
    def said(self) -> Said:
        """The words of `completion.sign`."""
        told = self.cleaned_data
        return {
            "name": told["name"],
            "role": told["role"],
            "consent": told["consent"],
            "language": told["language"] or get_language() or "en",
            "method": told["method"],
            "mark": self.mark,
        }
