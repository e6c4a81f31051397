"""What must hold before work is called done, and before that is taken back.

The secret: work asks whoever registered, without knowing them. `signoff` registers the customer's consent (S1-04) and
that nothing is disputed (S0-34), `billing` that no invoice is out. Where nobody registered, nobody can say yes: then
the answer is no (decision 11).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from paraph.work.models import WorkOrder

# Why a line still needs consent: nobody decided, decided but not signed, or changed after it was signed for.
Reason = Literal["undecided", "unsigned", "changed"]


@dataclass(frozen=True)
class Missing:
    """A line that still needs the customer's consent. `item` is its id as text."""

    item: str
    number: int
    finding: str
    reason: Reason


Check = Callable[["WorkOrder"], Sequence[Missing]]
# Returns a sentence for people when the report may not be taken back, else "".
Objection = Callable[["WorkOrder"], str]
# The same for calling an order done.
Obstacle = Callable[["WorkOrder"], str]

_checks: list[Check] = []
_objections: list[Objection] = []
_obstacles: list[Obstacle] = []


class StaleOrder(Exception):
    """Somebody else changed the order since it was read."""


class ReportRefused(Exception):
    """The order cannot be reported as done, or that cannot be taken back; the text says why."""

    status = 409


class ApprovalMissing(ReportRefused):
    """Lines still need the customer's consent (S1-04). `missing` is empty when nobody could tell which."""

    def __init__(self, missing: Sequence[Missing] = ()) -> None:
        super().__init__(", ".join(str(one.number) for one in missing))
        self.missing = tuple(missing)

    def __str__(self) -> str:
        if not self.missing:
            return _("It cannot be checked whether every approval is there, so the work cannot be reported.")
        numbers = ", ".join(str(one.number) for one in self.missing)
        return ngettext(
            "Line %(numbers)s still needs the customer’s consent.",
            "Lines %(numbers)s still need the customer’s consent.",
            len(self.missing),
        ) % {"numbers": numbers}


def register(check: Check) -> None:
    """Ask `check` before an order is completed; called once by an app that is ready. The same again is nothing."""
    if check not in _checks:
        _checks.append(check)


def register_objection(objection: Objection) -> None:
    """Ask `objection` before a report is taken back; the same again is nothing."""
    if objection not in _objections:
        _objections.append(objection)


def register_obstacle(obstacle: Obstacle) -> None:
    """Ask `obstacle` before an order is completed, beside the checks of its lines; the same again is nothing."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


def missing(order: WorkOrder) -> list[Missing]:
    """The lines that keep an order from being completed; raises `ApprovalMissing` where nobody can tell."""
    if not _checks:
        raise ApprovalMissing
    return [one for check in _checks for one in check(order)]


def require_approval(order: WorkOrder) -> None:
    """Raise `ApprovalMissing` unless every required approval is there (S1-04), `ReportRefused` for an obstacle.

    Hold the order's row.
    """
    for obstacle in _obstacles:
        sentence = obstacle(order)
        if sentence:
            raise ReportRefused(sentence)
    found = missing(order)
    if found:
        raise ApprovalMissing(found)


def require_no_objection(order: WorkOrder) -> None:
    """Raise `ReportRefused` when the report may not be taken back, or when nobody can tell. Hold the order's row."""
    if not _objections:
        raise ReportRefused(_("It cannot be checked whether an invoice is out, so this cannot be undone."))
    for objection in _objections:
        sentence = objection(order)
        if sentence:
            raise ReportRefused(sentence)
