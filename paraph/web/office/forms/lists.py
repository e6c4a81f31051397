"""Parts, labour codes and points of the checklist as a manager types them, and a parts list as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from paraph.people.models import NAME_CHARS, Member
from paraph.web.office import reach
from paraph.web.office.forms import defined
from paraph.web.office.forms.amounts import MoneyField
from paraph.work import part_csv
from paraph.work.models import (
    CODE_CHARS,
    NUMBER_CHARS,
    POINT_CHARS,
    CatalogPart,
    ChecklistPoint,
    LabourCode,
    OrderKind,
)


class PartSheet(forms.Form):
    """One part."""

    number = forms.CharField(label=_("Part number"), max_length=NUMBER_CHARS)
    name = forms.CharField(label=_("Part"), max_length=NAME_CHARS)
    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, member: Member, found: CatalogPart | None) -> None:
        told = {"number": found.number, "name": found.name, "unit_price": found.unit_price} if found else {}
        super().__init__(data, initial=told)
        self.fields["unit_price"] = _money(_("Unit price"), member)

    def said(self) -> dict[str, Any]:
        """The part, once valid."""
        told = self.cleaned_data
        return {**told, "unit_price": told["unit_price"] or 0}


class CodeSheet(forms.Form):
    """One labour code."""

    code = forms.CharField(label=_("Labour code"), max_length=CODE_CHARS)
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS)
    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, member: Member, found: LabourCode | None) -> None:
        told = {"code": found.code, "name": found.name, "hourly_rate": found.hourly_rate} if found else {}
        super().__init__(data, initial=told)
        self.fields["hourly_rate"] = _money(_("Hourly rate"), member)

    def said(self) -> dict[str, Any]:
        """The labour code, once valid."""
        told = self.cleaned_data
        return {**told, "hourly_rate": told["hourly_rate"] or 0}


class PointSheet(forms.Form):
    """One point of the checklist, in the organisation's own language and in others."""

    text = forms.CharField(label=_("What is confirmed"), max_length=POINT_CHARS)
    kind = forms.ModelChoiceField(
        label=_("Kind of order"),
        queryset=OrderKind.objects.none(),
        required=False,
        empty_label=_("Every order"),
    )
    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, member: Member, found: ChecklistPoint | None) -> None:
        super().__init__(data, initial={"text": found.text, "kind": found.kind_id} if found else {})
        texts = found.texts if found else {}
        defined.in_other_languages(self, "text", _("What is confirmed"), POINT_CHARS, texts, member)
        self.order_fields([name for name in self.fields if name != "kind"])
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ModelChoiceField)
        # One that was archived stays chosen, as it does on orders.
        kind.queryset = reach.order_kinds(member, archived=bool(found and found.kind_id))

    def said(self) -> dict[str, Any]:
        """The point, once valid."""
        told = self.cleaned_data
        return {"text": told["text"], "kind": told["kind"], "texts": defined.others(told, "text")}


class UploadSheet(forms.Form):
    """A parts list as a file."""

    file = forms.FileField(
        label=_("Parts list as CSV"),
        help_text=_(
            "One part a line: number, name, price without tax. A part whose number is on the list already is changed."
        ),
        error_messages={"empty": _("The file is empty. Choose it again.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    only = forms.BooleanField(label=_("Archive the parts that are not in the file"), required=False)
    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="read_%s")

    def content(self) -> bytes:
        """The bytes of the file, once valid: one more than is allowed is enough to know."""
        content: bytes = self.cleaned_data["file"].read(part_csv.MOST_BYTES + 1)
        return content


def _money(label: Any, member: Member) -> MoneyField:
    return MoneyField(
        label=label, currency=member.organisation.currency, required=False, help_text=_("Without tax.")
    )
