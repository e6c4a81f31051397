"""The notices of a member, for the faces: listed, counted, read."""

from __future__ import annotations

from django.db.models import QuerySet

from paraph.automation.models import Notice
from paraph.lib import clock
from paraph.people.models import Member
from paraph.work.models import WorkOrder


def of(member: Member) -> QuerySet[Notice]:
    """A member's notices, newest first, with all their pages show."""
    return Notice.objects.filter(member=member).select_related("order", "entry__personal")


def unread(member: Member) -> QuerySet[Notice]:
    """Those not read yet."""
    return of(member).filter(read_at=None)


def mark_read(member: Member, order: WorkOrder | None = None) -> int:
    """Mark all notices of a member as read, or those about one order; returns how many were not."""
    chosen = Notice.objects.filter(member=member, read_at=None)
    if order is not None:
        chosen = chosen.filter(order=order)
    return chosen.update(read_at=clock.now())
