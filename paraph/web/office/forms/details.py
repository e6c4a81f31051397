"""The organisation's own properties in the order form: those of the chosen kind, and those the order has already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from paraph.people.models import Member
from paraph.signoff import confirmed
from paraph.web.office import reach
from paraph.web.shared import property_fields
from paraph.web.shared.property_fields import PREFIX, PropertyField
from paraph.work import properties
from paraph.work.models import OrderKind, WorkOrder


class DetailsForm(forms.Form):
    """A field for each property. `carried` is what was typed for another kind, so that choosing back loses nothing."""

    use_required_attribute = False

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        member: Member,
        kind: OrderKind | None,
        order: WorkOrder | None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        held = {one.definition.pk: one.value for one in confirmed.held(order)} if order else {}
        self.found = properties.fitting(member.organisation_id, kind.pk if kind else None, held)
        told: Mapping[str, Any] | None = data if typed is None else typed
        for one in self.found:
            field = PropertyField(one, kept=held.get(one.pk, ""), lenient=True)
            name = property_fields.name(one)
            if typed is not None and name in typed:
                self.initial[name] = typed[name]
            self.fields[name] = field
        self.carried = [
            (key, value)
            for key, value in (told or {}).items()
            if key.startswith(PREFIX) and key not in self.fields
        ]

    @property
    def values(self) -> dict[str, str]:
        """The values by property id, once valid; of fields that were not sent nothing is said."""
        sent = [one for one in self.found if property_fields.name(one) in self.data]
        return property_fields.values(self.cleaned_data, sent)

    @property
    def to_confirm(self) -> set[str]:
        """The names of the fields that the customer confirms."""
        return {property_fields.name(one) for one in self.found if one.editable}


def kind_of(member: Member, data: QueryDict) -> OrderKind | None:
    """The kind chosen on the page, if it is the organisation's."""
    try:
        return reach.order_kinds(member, archived=True).filter(pk=UUID(data.get("kind", ""))).first()
    except ValueError:
        return None
