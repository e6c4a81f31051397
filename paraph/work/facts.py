"""What can be recorded about work orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from paraph.evidence.facts import BOTH, STAFF, Fact, private
from paraph.work.models import Status


@dataclass(frozen=True, kw_only=True)
class OrderOpened(Fact):
    """A work order was made."""

    kind = "order.opened"
    audience = STAFF
    sentence = _("%(by)s opened order %(number)s.")

    number: str


@dataclass(frozen=True, kw_only=True)
class OrderRevised(Fact):
    """The shop changed an order; `changes` names each changed field as {path, before, after}.

    Names and addresses of people are left out: the customer, site and contacts stand there by their ids.
    """

    kind = "order.revised"
    audience = STAFF
    sentence = _("%(by)s changed the order (revision %(revision)s).")

    revision: int
    changes: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class OrderStatusChanged(Fact):
    """The order's status changed, by a person or by a rule."""

    kind = "order.status_changed"
    audience = STAFF
    sentence = _("The order is now: %(after)s.")

    before: str
    after: str

    def values(self) -> dict[str, Any]:
        """The status in the reader's words."""
        return {"before": Status(self.before).label, "after": Status(self.after).label}


@dataclass(frozen=True, kw_only=True)
class OrderReported(Fact):
    """The work is done and reported; the order is completed (S1-04). `hours` are the actual ones, by item id."""

    kind = "order.reported"
    audience = BOTH
    sentence = _("%(by)s reported the work as done.")

    before: str
    hours: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class OrderReopened(Fact):
    """The report was taken back: the work is not done after all."""

    kind = "order.reopened"
    audience = BOTH
    sentence = _("%(by)s took back the report: the work goes on.")

    after: str


@dataclass(frozen=True, kw_only=True)
class CommentAdded(Fact):
    """Somebody of either side commented. The text is personal: kept beside the record, and shown in the thread alone.

    So a deleted comment is read nowhere, while the record still holds what was said (R9).
    """

    kind = "comment.added"
    audience = BOTH
    sentence = _("%(by)s commented on %(line)s.")

    comment: str
    number: int | None
    text: str = private()

    def values(self) -> dict[str, Any]:
        """The line in words."""
        return {"line": line_name(self.number)}


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(Fact):
    """A manager deleted a comment (S3-32); the fact that it was there stays."""

    kind = "comment.deleted"
    audience = BOTH
    sentence = _("%(by)s deleted a comment on %(line)s.")

    comment: str
    number: int | None

    def values(self) -> dict[str, Any]:
        """The line in words."""
        return {"line": line_name(self.number)}


def line_name(number: int | None) -> Any:
    """*line 3*, or *the order*, in the reader's language."""
    return _("the order") if number is None else _("line %(number)s") % {"number": number}
