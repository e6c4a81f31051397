"""*Live*: where every open order stands now, and how much of it is done today (S1-15, S1-30).

The secret: the page asks again every few seconds and says what it has seen; where nothing changed the answer is empty,
so that neither a screen reader nor a keyboard's place on the page is disturbed. Whose orders are shown stands in the
address, so it outlives each look, a pause and a bookmark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from paraph.lib import canonical, clock
from paraph.people.models import Member
from paraph.web.office import reach
from paraph.web.office.doors import page, show
from paraph.work.models import Status, WorkOrder

SHOWN = 5  # orders of each state, the newest; the list of orders has the rest
# In the order of the work; cancelled orders are nobody's work any more.
LANES = (
    Status.OPEN,
    Status.NEEDS_SIGNATURE,
    Status.PARTLY_APPROVED,
    Status.NEEDS_VERIFICATION,
    Status.DISPUTED,
    Status.APPROVED,
)


@dataclass(frozen=True)
class Lane:
    """One state: how many orders, and the newest of them."""

    status: str
    count: int
    orders: list[WorkOrder]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.orders)


@dataclass(frozen=True)
class Board:
    """All states; completed means today."""

    lanes: list[Lane]

    @property
    def done(self) -> int:
        """Completed today."""
        return self.lanes[-1].count

    @property
    def all(self) -> int:
        """Those, and every order that is still open."""
        return sum(lane.count for lane in self.lanes)

    @property
    def rate(self) -> int | None:
        """Per cent of them that are done; None where there is nothing to do."""
        return round(100 * self.done / self.all) if self.all else None

    @property
    def digest(self) -> str:
        """The same as long as nothing of it changed."""
        told = [
            [lane.status, lane.count, [[str(one.pk), one.revision] for one in lane.orders]]
            for lane in self.lanes
        ]
        return canonical.digest(told).removeprefix(canonical.PREFIX)[:16]


class WhoseForm(forms.Form):
    """Whose orders; somebody who does not work here is nobody in particular."""

    technician = forms.ModelChoiceField(
        label=_("Technician"), required=False, queryset=Member.objects.none(), empty_label=_("Everybody")
    )

    def __init__(self, *args: Any, member: Member) -> None:
        super().__init__(*args)
        field = self.fields["technician"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = reach.members(member)

    @property
    def chosen(self) -> Member | None:
        """The technician, or None for everybody."""
        self.is_valid()
        found: Member | None = self.cleaned_data.get("technician")
        return found


@page("order.view")
def live(request: HttpRequest, member: Member) -> HttpResponse:
    """The board; with ``?seen=`` only the board, and nothing (204) while it says what was seen."""
    form = WhoseForm(request.GET, member=member)
    technician = form.chosen
    board = board_of(member, technician)
    kept = urlencode({"technician": str(technician.pk)}) if technician else ""
    told: dict[str, Any] = {"board": board, "paused": "paused" in request.GET, "kept": kept}
    seen = request.GET.get("seen")
    if seen is None:
        return show(request, member, "live.html", section="orders", form=form, **told)
    if seen == board.digest:
        return HttpResponse(status=204)
    return render(request, "office/live_board.html", told)


def board_of(member: Member, technician: Member | None = None) -> Board:
    """Read it, of one technician's orders or of all: a constant number of queries, each of few rows from one index,
    however many orders there are."""
    found = reach.orders(member)
    if technician is not None:
        found = found.filter(technician=technician)
    counted = dict(found.filter(status__in=LANES).order_by().values_list("status").annotate(n=Count("*")))
    newest = {status: _keys(found.filter(status=status)[:SHOWN]) for status in LANES}
    # Without their status, so that the database begins with today and not with all that was ever completed.
    today = found.filter(reported_at__gte=_midnight()).order_by("-reported_at").values_list("pk", "status")
    done = [pk for pk, status in today if status == Status.COMPLETED]
    shown = {**newest, Status.COMPLETED: done[:SHOWN]}
    wanted = [pk for pks in shown.values() for pk in pks]
    # By their keys alone, which were found through the member: SQLite would rather walk all that could be theirs.
    told = WorkOrder.objects.order_by().select_related("customer", "site", "technician__user").in_bulk(wanted)
    counts = {**counted, Status.COMPLETED: len(done)}
    return Board(
        [
            Lane(str(status), counts.get(status, 0), [told[pk] for pk in pks if pk in told])
            for status, pks in shown.items()
        ]
    )


def _keys(found: QuerySet[WorkOrder]) -> list[UUID]:
    """Which these are, without joining anything to all that could be."""
    return list(found.values_list("pk", flat=True))


def _midnight() -> datetime:
    """When the reader's day began."""
    return (
        clock.now()
        .astimezone(timezone.get_current_timezone())
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
