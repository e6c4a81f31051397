"""A kind of order and a property as a manager types them, in the organisation's own language and in others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import LANGUAGES, NAME_CHARS, Member
from paraph.web.office import reach
from paraph.web.office.forms import rows
from paraph.web.office.forms.rows import Row, Rows
from paraph.work.defining import OptionDraft, PropertyDraft, Undefinable
from paraph.work.models import OrderKind, Property, PropertyType

OPTION = "option"
HELP_CHARS = 300
LABEL_CHARS = 120


class KindForm(forms.Form):
    """What a kind of order is called."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, member: Member, kind: OrderKind | None = None) -> None:
        super().__init__(data, initial={"name": kind.name if kind else ""})
        in_other_languages(self, "name", _("Name"), NAME_CHARS, kind.names if kind else {}, member)


class PropertyForm(forms.Form):
    """A property's own fields; its options are rows beside them."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    help_text = forms.CharField(
        label=_("Help below the field"), max_length=HELP_CHARS, required=False, widget=forms.TextInput
    )
    type = forms.ChoiceField(label=_("Type"), choices=PropertyType.choices)
    unit = forms.CharField(
        label=_("Unit, for a number"), max_length=20, required=False, help_text=_("For example t, m³ or h.")
    )
    pattern = forms.CharField(
        label=_("Pattern, for a PO number"),
        max_length=60,
        required=False,
        help_text=_(
            "# is a digit, @ a letter, ? either; {4} or {2,6} says how many; | or. For example 45########|PO-#{4,6}."
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}),
    )
    required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=_("Nothing is signed or printed before it is there, if the customer may change it."),
    )
    editable = forms.BooleanField(
        label=_("Editable on customer signature page"),
        required=False,
        help_text=_("The customer confirms or changes it before signing. All else they can only read."),
    )
    kinds = forms.ModelMultipleChoiceField(
        label=_("For these kinds of order"),
        queryset=OrderKind.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for every order."),
    )
    use_required_attribute = False

    def __init__(self, *args: Any, member: Member, found: Property | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        names, helps = (found.names, found.help_texts) if found else ({}, {})
        in_other_languages(self, "name", _("Name"), NAME_CHARS, names, member)
        in_other_languages(self, "help_text", _("Help below the field"), HELP_CHARS, helps, member)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.ModelMultipleChoiceField)
        kinds.queryset = reach.order_kinds(member)
        if found and found.used:
            self.fields["type"].disabled = True
            self.fields["type"].help_text = _("Orders use this property, so its type stays as it is.")

    @property
    def words(self) -> list[forms.BoundField]:
        """Name and help, in every language."""
        told = [one for one in self if one.name.partition("-")[0] in {"name", "help_text"}]
        return sorted(told, key=lambda one: one.name.startswith("help"))


class OptionForm(Row):
    """One option of a choice."""

    defaults = {"key": ""}

    key = forms.CharField(required=False, max_length=LABEL_CHARS, widget=forms.HiddenInput)
    label = forms.CharField(label=_("Option"), max_length=LABEL_CHARS)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = self.initial.get("labels", {})
        in_other_languages(self, "label", _("Option"), LABEL_CHARS, labels, member)


class PropertySheet:
    """The whole page of a property."""

    def __init__(self, form: PropertyForm, options: Rows[OptionForm]) -> None:
        self.form, self.options = form, options

    def is_valid(self) -> bool:
        """Judge all parts, so that all errors show at once."""
        return all([self.form.is_valid(), self.options.is_valid()])

    @property
    def faults(self) -> rows.Faults:
        """Everything that is wrong, for the summary."""
        return rows.Faults([self.form, *self.options])

    def refuse(self, problem: Undefinable) -> None:
        """Show what the verb refused beside its field."""
        self.form.add_error(problem.field if problem.field in self.form.fields else None, str(problem))

    def draft(self) -> PropertyDraft:
        """The property as typed, once valid."""
        told = self.form.cleaned_data
        names = ("type", "name", "help_text", "unit", "pattern", "required", "editable")
        return PropertyDraft(
            **{name: told[name] for name in names},
            names=others(told, "name"),
            help_texts=others(told, "help_text"),
            options=[
                OptionDraft(one["label"], others(one, "label"), one["key"])
                for one in (row.cleaned_data for row in self.options.filled)
            ],
            kinds=list(told["kinds"]),
        )


def start(member: Member, found: Property | None) -> PropertySheet:
    """The sheet as stored, or an empty one."""
    names = [name for name in PropertyForm.base_fields if name != "kinds"]
    told: dict[str, Any] = {name: getattr(found, name) for name in names} if found else {"type": "text"}
    told["kinds"] = [one.pk for one in found.kinds.all()] if found else []
    options = found.options if found else []
    return PropertySheet(
        PropertyForm(initial=told, member=member, found=found),
        rows.start(OptionForm, OPTION, options, spare=0 if options else 2, member=member),
    )


def read(member: Member, found: Property | None, data: QueryDict) -> PropertySheet:
    """The sheet as posted."""
    form = PropertyForm(data, initial={"type": found.type if found else ""}, member=member, found=found)
    return PropertySheet(form, rows.read(OptionForm, OPTION, data, member=member))


def again(member: Member, found: Property | None, data: QueryDict) -> PropertySheet:
    """The sheet as typed so far, with an option more or less."""
    add, without = data.get("add", ""), data.get("remove", "")
    form = PropertyForm(member=member, found=found)
    for name, field in form.fields.items():
        many = isinstance(field, forms.ModelMultipleChoiceField)
        form.initial[name] = data.getlist(name) if many else data.get(name, "")
    if found and found.used:
        form.initial["type"] = found.type
    made = rows.again(OptionForm, OPTION, data, spare=int(add == OPTION), without=without, member=member)
    for row in made:
        for name in row.fields:
            row.initial[name] = data.get(f"{row.prefix}-{name}", "")
    return PropertySheet(form, made)


def names_of(form: forms.Form) -> dict[str, str]:
    """The names in other languages of a valid form."""
    return others(form.cleaned_data, "name")


def in_other_languages(
    form: forms.Form, name: str, label: Any, chars: int, told: Mapping[str, str], member: Member
) -> None:
    """Optional fields `name-nl`, `name-fr` … for every language but the organisation's own."""
    for code, language in LANGUAGES:
        if code != member.organisation.language:
            form.fields[f"{name}-{code}"] = forms.CharField(
                label=f"{label} · {language}", max_length=chars, required=False, initial=told.get(code, "")
            )


def others(told: Mapping[str, Any], name: str) -> dict[str, str]:
    """What was typed into them, by language; nothing for those left empty."""
    found = {code: str(told.get(f"{name}-{code}", "")).strip() for code, _language in LANGUAGES}
    return {code: text for code, text in found.items() if text}
