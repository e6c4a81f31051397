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


def about(member: Member, order: WorkOrder) -> list[Notice]:
    """Those about one order that the member has not read, newest first.

    Read by the order alone: of all a member was ever told, an order has a handful.
    """
    found = Notice.objects.filter(order=order, read_at=None).select_related("order", "entry__personal")
    return [one for one in found.order_by("-id") if one.member_id == member.pk]


def mark_read(member: Member, order: WorkOrder | None = None) -> int:
    """Mark all notices of a member as read, or those about one order; returns how many were not."""
    chosen = Notice.objects.filter(member=member, read_at=None)
    if order is not None:
        chosen = chosen.filter(order=order)
    return chosen.update(read_at=clock.now())
