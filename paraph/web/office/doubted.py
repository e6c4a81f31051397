"""One signature in doubt as its manager sees it: place, clocks, phone and checks in words, from its record alone.

The secret: how the members of a record read to people (docs/evidence-format.md).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from paraph.lib import clock, figures
from paraph.signoff import presence
from paraph.signoff.field_facts import CHECKS, VERDICTS
from paraph.signoff.models import Verification
from paraph.web.shared import ink

SECOND = timedelta(seconds=1)
STEPS = {
    "begun": gettext_lazy("Begun, the phone says"),
    "reviewed": gettext_lazy("Read, the phone says"),
    "consented": gettext_lazy("Agreed, the phone says"),
    "acted": gettext_lazy("Signed, the phone says"),
}


@dataclass(frozen=True)
class Check:
    """One way in which the customer showed who they are."""

    word: Any
    passed: bool


@dataclass(frozen=True)
class Line:
    """One line as it stood, and what was chosen."""

    number: int
    finding: str
    choice: str


class Doubted:
    """All of the page that comes from the record."""

    def __init__(self, found: Verification) -> None:
        self.record: dict[str, Any] = found.signature.record
        self.place: dict[str, Any] | None = self.record.get("place")

    @property
    def verdict(self) -> str:
        """Inside, outside or not known."""
        return str(VERDICTS[self.place["verdict"]]) if self.place else ""

    @cached_property
    def where(self) -> list[str]:
        """Why it is not known, how far away, how old: what the map shows, in words."""
        if not self.place:
            return []
        why = [str(presence.WHY.get(self.place["why"], self.place["why"]))] if self.place["why"] else []
        return [*why, *self._distance(), *self._age()]

    @property
    def has_map(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.place and (self.place["area"] or self.place["latitude"] is not None))

    @property
    def area(self) -> str:
        """The area for the map, as JSON."""
        return json.dumps(self.place and self.place["area"])

    @property
    def position(self) -> str:
        """The phone for the map, as JSON."""
        if not self.place or self.place["latitude"] is None:
            return "null"
        return json.dumps({name: self.place[name] for name in ("latitude", "longitude", "accuracy_m")})

    @property
    def ink(self) -> dict[str, Any] | None:
        """The drawn mark."""
        return ink.path(self.record["mark"])

    @property
    def lines(self) -> list[Line]:
        """The lines that were decided, by number."""
        findings = {one["id"]: one["finding"] for one in self.record["subject"]["content"]["items"]}
        return [
            Line(
                one["number"],
                findings.get(one["item"], ""),
                "authorised" if one["signed_for"] else one["choice"],
            )
            for one in self.record["decisions"]
        ]

    @property
    def checks(self) -> list[Check]:
        """What was asked to show who signs; that they had a link is said, too."""
        words = {**CHECKS, "link": _("the link that was sent to them")}
        told = self.record["invitation"]["checks"]
        return [Check(words.get(one["kind"], one["kind"]), one["passed"]) for one in told]

    @property
    def times(self) -> list[tuple[Any, datetime | None]]:
        """What the phone claimed, and when it arrived by our clock."""
        told = self.record.get("clock")
        if not told:
            return []
        claimed = [(word, _at(told["claimed"][name])) for name, word in STEPS.items()]
        return [*claimed, (_("Arrived here, by our clock"), _at(told["arrived"]))]

    @property
    def off(self) -> str:
        """How wrong the phone's clock was when it was last compared."""
        told = self.record.get("clock") or {}
        off = told.get("off_s")
        if off is None or abs(off) < presence.OFF.total_seconds():
            return ""
        long = figures.duration(timedelta(seconds=abs(off)), _language())
        words = _("When last compared, the phone’s clock was ahead by %(long)s.")
        if off < 0:
            words = _("When last compared, the phone’s clock was behind by %(long)s.")
        return words % {"long": long}

    def _distance(self) -> list[str]:
        place = self.place or {}
        if place.get("accuracy_m") is None:
            return []
        give = figures.quantity(math.ceil(place["accuracy_m"]), _language())
        if place["distance_m"] is None:
            return [_("the position is known to ± %(give)s m") % {"give": give}]
        words = _("%(far)s m from the centre of the site, ± %(give)s m")
        if place["distance_from"] == "edge":
            words = _("%(far)s m from the edge of the site, ± %(give)s m")
        return [words % {"far": figures.quantity(place["distance_m"], _language()), "give": give}]

    def _age(self) -> list[str]:
        age = (self.place or {}).get("age_s")
        if age is None:
            return []
        seconds = round(age) or 1
        if abs(seconds) > presence.FRESH.total_seconds():
            long = figures.duration(abs(seconds) * SECOND, _language())
            words = _("found %(long)s before the signature") if seconds > 0 else _("found %(long)s after it")
            return [words % {"long": long}]
        words = ngettext("found within %(n)s second", "found within %(n)s seconds", abs(seconds))
        return [words % {"n": abs(seconds)}]


def _language() -> str:
    return get_language() or "en"


def _at(told: str | None) -> datetime | None:
    return clock.parse(told) if told else None
