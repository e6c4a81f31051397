"""What a technician's phone can reach: the open orders assigned to its member, and nothing of others.

Raises Http404, in one way for *does not exist* and *is somebody else's* (security.md line 1).
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from paraph.people.models import Device, Member
from paraph.signoff.models import CONSENTED, SignOff
from paraph.work.models import Status, WorkOrder

MOST_ORDERS = 60  # of one technician: more than anybody does in a month
# What is done, disputed, waiting for a manager or off is no work for the field.
OPEN = (Status.OPEN, Status.NEEDS_SIGNATURE, Status.PARTLY_APPROVED, Status.APPROVED)


def orders(member: Member) -> QuerySet[WorkOrder]:
    """The member's open orders, the newest first."""
    mine = WorkOrder.objects.filter(
        organisation_id=member.organisation_id, technician=member, status__in=OPEN
    )
    # Accepted by its service report, and nothing was changed since.
    accepted = SignOff.objects.filter(order=OuterRef("pk"), of_report=True, state__in=CONSENTED)
    return mine.exclude(Exists(accepted)).order_by("-revised_at", "-number")


def order(member: Member, pk: UUID) -> WorkOrder:
    """One of them."""
    return get_object_or_404(orders(member), pk=pk)


def device(member: Member, pk: UUID | str) -> Device | None:
    """A phone of this member, whether it is let in or not."""
    try:
        return Device.objects.filter(member=member, pk=UUID(str(pk))).first()
    except ValueError:
        return None
