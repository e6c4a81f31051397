"""What can be recorded about properties that a customer confirms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, Fact, private
from paraph.work.property_facts import changes_in_words


@dataclass(frozen=True, kw_only=True)
class PropertyConfirmed(Fact):
    """The customer confirmed or changed properties before signing (S0-03, S0-26); each with the value before."""

    kind = "property.confirmed"
    audience = BOTH
    sentence = _("%(by)s confirmed: %(what)s.")

    signoff: str
    properties: list[str]
    what: list[dict[str, Any]] = private()  # noqa: RUF009 - a field of its own, as `dataclasses.field` is

    def values(self) -> dict[str, Any]:
        """Each property with its value, and the one before where it was another."""
        return {"what": changes_in_words(self.what)}
