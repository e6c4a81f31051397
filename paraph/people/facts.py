"""What can be recorded about people and their access."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Fact):
    """A member was made, given another role, or switched off."""

    kind = "access.changed"
    audience = STAFF
    sentence = _("%(by)s changed the access of a member: %(role)s.")

    member: str
    role: str
    active: bool
