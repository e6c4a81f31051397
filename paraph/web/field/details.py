"""What the customer confirms before they sign, with all a phone needs to ask it without network (S0-26, S0-27)."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from paraph.people.models import LANGUAGES
from paraph.signoff import confirmed
from paraph.signoff.models import UNFINISHED, Signature
from paraph.web.shared import property_fields
from paraph.work import masks, properties, property_words
from paraph.work.models import Property, PropertyType, WorkOrder


def describe(order: WorkOrder) -> dict[str, Any]:
    """``{"details", "places"}``: what to confirm, and the ids of all properties in the order in which they are told.

    Of each detail what is asked, in every language, what may stand there, and `told`: what the order says of it, but
    for the value (`properties.tell`). There are none once somebody has signed the report: they are fixed then.
    """
    fields = confirmed.fields(None, order)
    if fields and _is_signed(order):
        fields = []
    known = [*(one.definition for one in confirmed.held(order)), *(one.definition for one in fields)]
    places = sorted({(one.position, str(one.pk)) for one in known})
    return {
        "details": [_detail(one.definition, one.value) for one in fields],
        "places": [pk for _position, pk in places],
    }


def _is_signed(order: WorkOrder) -> bool:
    open_report = {"signoff__of_report": True, "signoff__state__in": UNFINISHED}
    return Signature.objects.filter(signoff__order=order, **open_report).exists()


def _detail(of: Property, value: str) -> dict[str, Any]:
    told = properties.tell(of, "")
    return {
        "property": str(of.pk),
        "type": str(of.type),
        "value": value,
        "required": of.required,
        "label": _by_language(of, property_fields.label),
        "help": _by_language(of, property_fields.help_text),
        "unit": of.unit,
        "pattern": of.pattern,
        "example": masks.example(of.pattern) if of.type == PropertyType.PO_NUMBER and of.pattern else "",
        "options": [
            {
                "key": one["key"],
                "words": {code: property_words.option(one, code) for code, _name in LANGUAGES},
                "labels": {"": one["label"], **one["labels"]},
            }
            for one in of.options
        ],
        "told": {key: one for key, one in told.items() if key not in {"value", "labels"}},
    }


def _by_language(of: Property, words: Any) -> dict[str, str]:
    found = {}
    for code, _name in LANGUAGES:
        with translation.override(code):
            found[code] = words(of, code)
    return found
