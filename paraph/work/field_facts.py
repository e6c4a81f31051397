"""What can be recorded about the work as it is done: photos, and the checklist before the customer signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, STAFF, Fact, private
from paraph.work.facts import line_name

# The point of an organisation that has none of its own (S1-17); its key is in the record, so it is never renamed.
INSTALLED = "installed"
INSTALLED_TEXT = _("All components are installed and work to the manufacturer’s specification.")


def point_text(point: dict[str, Any], language: str) -> str:
    """What a point said, in a language; where it has no such words, as it was read."""
    if point["key"] == INSTALLED:
        return str(INSTALLED_TEXT)
    return str(point["texts"].get(language) or point["text"])


@dataclass(frozen=True, kw_only=True)
class OrderPhotoAdded(Fact):
    """A member added a photo of the work; `digest` is that of its bytes as they came, `taken_at` the device's claim."""

    kind = "order_photo.added"
    audience = STAFF
    sentence = _("%(by)s added a photo to %(line)s.")

    photo: str
    digest: str
    number: int | None
    taken_at: str | None
    caption: str = private(default="")

    def values(self) -> dict[str, Any]:
        """The line in words."""
        return {"line": line_name(self.number)}


@dataclass(frozen=True, kw_only=True)
class OrderPhotoRemoved(Fact):
    """A member removed a photo: it is shown no more, its bytes are kept."""

    kind = "order_photo.removed"
    audience = STAFF
    sentence = _("%(by)s removed a photo from %(line)s.")

    photo: str
    digest: str
    number: int | None

    def values(self) -> dict[str, Any]:
        """The line in words."""
        return {"line": line_name(self.number)}


@dataclass(frozen=True, kw_only=True)
class ChecklistConfirmed(Fact):
    """A technician confirmed every point of the checklist before the customer signed (S1-17).

    `points` are {key, text, texts}: the text as it was read in `language`, and what the point says in other languages.
    """

    kind = "checklist.confirmed"
    audience = BOTH
    sentence = _("%(by)s confirmed: %(what)s.")

    confirmation: str
    revision: int
    language: str
    points: list[dict[str, Any]]

    def values(self) -> dict[str, Any]:
        """The points, in the reader's language where they were written in it."""
        language = get_language() or "en"
        return {"what": "; ".join(point_text(one, language).rstrip(".") for one in self.points)}
