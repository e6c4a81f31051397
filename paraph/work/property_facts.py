"""What can be recorded about an organisation's own properties, and what its orders say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact, private
from paraph.work import property_words

# What can have happened to a kind of order or a property, as the sentence says it.
CHANGES = {
    "made": _("was added"),
    "changed": _("was changed"),
    "moved": _("has another place"),
    "archived": _("was archived"),
    "restored": _("is used again"),
    "deleted": _("was deleted"),
}


def changes_in_words(what: list[dict[str, Any]]) -> str:
    """Changed values, as a part of a sentence in the reader's language; each {before, after} of `describe`."""
    language = get_language() or "en"
    return "; ".join(property_words.change(one["before"], one["after"], language) for one in what)


@dataclass(frozen=True, kw_only=True)
class PropertyChanged(Fact):
    """Properties of an order have other values: the shop changed them, or a customer's were written back.

    `what` holds the values before and after, which may say something about people.
    """

    kind = "property.changed"
    audience = STAFF
    sentence = _("%(by)s changed the order (revision %(revision)s). %(what)s.")

    revision: int
    properties: list[str]
    what: list[dict[str, Any]] = private()  # noqa: RUF009 - a field of its own, as `dataclasses.field` is

    def values(self) -> dict[str, Any]:
        """Each property with its old and new value."""
        return {"what": changes_in_words(self.what)}


@dataclass(frozen=True, kw_only=True)
class PropertyDefined(Fact):
    """A manager made or changed a property of orders (S0-09, S0-12). `editable`: customers confirm it."""

    kind = "property.defined"
    audience = STAFF
    sentence = _("%(by)s: the property %(name)s %(change)s.")

    property: str
    name: str
    change: str
    fields: list[str]
    required: bool
    editable: bool

    def values(self) -> dict[str, Any]:
        """The change in words."""
        return {"change": CHANGES.get(self.change, self.change)}


@dataclass(frozen=True, kw_only=True)
class OrderKindDefined(Fact):
    """A manager made or changed a kind of order."""

    kind = "order_kind.defined"
    audience = STAFF
    sentence = _("%(by)s: the kind of order %(name)s %(change)s.")

    order_kind: str
    name: str
    change: str

    def values(self) -> dict[str, Any]:
        """The change in words."""
        return {"change": CHANGES.get(self.change, self.change)}
