"""Fields of forms for an organisation's own properties: the same for the office and the customer (S0-09, S0-26)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.work import masks, property_values, property_words
from paraph.work.models import Property, PropertyType

PREFIX = "property-"


class PropertyField(forms.CharField):
    """One property as typed; its value is what `property_values` stores. `kept` is what is stored already.

    With `lenient`, what is stored may stay, even if it could not be entered today: an option that is gone.
    """

    def __init__(
        self, of: Property, *, kept: str = "", required: bool = False, lenient: bool = False
    ) -> None:
        self.of, self.language = of, get_language() or "en"
        self.kept = kept if lenient else ""
        super().__init__(
            label=label(of, self.language),
            help_text=help_text(of, self.language),
            required=required,
            initial=property_values.as_typed(of, kept, self.language),
            widget=_widget(of, self.language, self.kept),
        )

    def clean(self, value: Any) -> str:
        """What was typed, as it is stored; "" for nothing."""
        typed = str(value or "")
        if self.kept and typed == self.initial:
            return self.kept
        try:
            found = property_values.normalise(self.of, typed, self.language)
        except property_values.Unfit as problem:
            raise ValidationError(str(problem)) from problem
        if self.required and not found:
            raise ValidationError(_("This is needed before you can go on."))
        return found


def name(of: Property) -> str:
    """What the field of a property is called in a form."""
    return f"{PREFIX}{of.pk}"


def values(cleaned: dict[str, Any], found: Iterable[Property]) -> dict[str, str]:
    """The values of a valid form by property id."""
    return {str(one.pk): cleaned[name(one)] for one in found if name(one) in cleaned}


def label(of: Property, language: str) -> str:
    """What the field of a property is called, with the unit of a number."""
    title = property_words.title(of, language)
    return f"{title} ({of.unit})" if of.type == PropertyType.NUMBER and of.unit else title


def help_text(of: Property, language: str) -> str:
    """What stands under it: the organisation's own words, and an example of its pattern. In the active language."""
    told = str(of.help_texts.get(language) or of.help_text)
    if of.type == PropertyType.PO_NUMBER and of.pattern:
        shape = _("For example %(example)s.") % {"example": masks.example(of.pattern)}
        return f"{told} {shape}".strip()
    return told


def _widget(of: Property, language: str, kept: str) -> forms.Widget:
    if of.type == PropertyType.NUMBER:
        return forms.TextInput(attrs={"inputmode": "decimal", "class": "figure", "autocomplete": "off"})
    if of.type == PropertyType.DATE:
        return forms.DateInput(attrs={"type": "date"})
    if of.type == PropertyType.CHOICE:
        known = [(one["key"], property_words.option(one, language)) for one in of.options]
        gone = [(kept, kept)] if kept and kept not in dict(known) else []
        return forms.Select(choices=[("", _("Choose …")), *known, *gone])
    if of.type == PropertyType.YES_NO:
        return forms.RadioSelect(choices=[(property_values.YES, _("yes")), (property_values.NO, _("no"))])
    attrs = {"maxlength": property_values.TEXT_CHARS, "autocomplete": "off"}
    return forms.TextInput(attrs=attrs)
