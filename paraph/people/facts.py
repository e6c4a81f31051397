"""What can be recorded about people and their access."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import STAFF, Fact, private
from paraph.people import access
from paraph.people.models import Organisation, Role

# What can have happened to somebody's access, as the sentence says it.
CHANGES = {
    "": _("has other access"),
    "invited": _("was invited"),
    "invited_again": _("was invited again"),
    "withdrawn": _("is no longer invited"),
    "joined": _("was let in"),
    "changed": _("has other access"),
    "off": _("was switched off"),
    "on": _("was switched on again"),
    "factors_forgotten": _("must set up a second factor anew"),
}


@dataclass(frozen=True, kw_only=True)
class AccessChanged(Fact):
    """Somebody was invited, let in, given another role or other rights, or switched off. `member` is empty before.

    `without`: rights of the role that they do not have (S0-20).
    """

    kind = "access.changed"
    audience = STAFF
    sentence = _("%(by)s: %(who)s %(change)s (%(role)s).")

    member: str
    role: str
    active: bool
    change: str = ""
    without: list[str] = field(default_factory=list)
    who: str = private(default="")

    def values(self) -> dict[str, Any]:
        """Role and change in words; what they may not stands beside the role."""
        missing = [str(access.TOGGLES[right][0]) for right in self.without if right in access.TOGGLES]
        role = str(dict(Role.choices).get(self.role, self.role))
        told = (
            _("%(role)s, not: %(rights)s") % {"role": role, "rights": ", ".join(missing)} if missing else role
        )
        return {
            "role": told,
            "change": CHANGES.get(self.change, self.change),
            "who": self.who or _("a member"),
        }


@dataclass(frozen=True, kw_only=True)
class ContactAccessChanged(Fact):
    """A customer's contact may sign electronically from now on, or only on paper (S0-20)."""

    kind = "contact.access_changed"
    audience = STAFF
    sentence = _("%(by)s: %(who)s %(change)s.")

    contact: str
    may_e_sign: bool
    who: str = private(default="")

    def values(self) -> dict[str, Any]:
        """What they may, in words."""
        return {
            "change": _("may sign electronically") if self.may_e_sign else _("signs on paper only"),
            "who": self.who or _("a contact"),
        }


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Fact):
    """A manager changed settings of the organisation; each with its value before and after."""

    kind = "organisation.changed"
    audience = STAFF
    sentence = _("%(by)s changed the settings of the organisation: %(changes)s.")

    changes: list[dict[str, Any]]

    def values(self) -> dict[str, Any]:
        """The names of what changed."""
        fields = {one.name: str(one.verbose_name) for one in Organisation._meta.fields}
        return {"changes": ", ".join(fields.get(one["field"], one["field"]) for one in self.changes)}


@dataclass(frozen=True, kw_only=True)
class DeviceEnrolled(Fact):
    """A technician's phone was enrolled: what it seals is from it (S1-27)."""

    kind = "device.enrolled"
    audience = STAFF
    sentence = _("%(by)s enrolled the phone %(name)s.")

    device: str
    member: str
    name: str = private()


@dataclass(frozen=True, kw_only=True)
class DeviceRenamed(Fact):
    """A phone has another name."""

    kind = "device.renamed"
    audience = STAFF
    sentence = _("%(by)s named a phone %(name)s.")

    device: str
    name: str = private()


@dataclass(frozen=True, kw_only=True)
class DeviceRevoked(Fact):
    """A phone is let in no more (security.md line 41)."""

    kind = "device.revoked"
    audience = STAFF
    sentence = _("%(by)s revoked the phone %(name)s.")

    device: str
    name: str = private()


SHAPES = {"circle": _("a circle"), "polygon": _("an outline"), "": _("none")}


@dataclass(frozen=True, kw_only=True)
class SiteAreaChanged(Fact):
    """Somebody changed where a site is (S1-26). `shape`: circle, polygon, "" for none; the area itself is personal."""

    kind = "site.area_changed"
    audience = STAFF
    sentence = _("%(by)s changed the area of %(site)s: %(shape)s.")

    site: str
    area_version: int
    shape: str
    name: str = private(default="")
    before: dict[str, Any] = private()  # noqa: RUF009
    after: dict[str, Any] = private()  # noqa: RUF009

    def values(self) -> dict[str, Any]:
        """The site's name, and the shape in words."""
        return {"site": self.name or _("a site"), "shape": SHAPES.get(self.shape, self.shape)}
