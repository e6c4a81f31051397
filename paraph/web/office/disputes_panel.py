"""What the order page shows of disputes, and of going for a signature in vain, with what this member may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse

from paraph.people import access
from paraph.people.models import Member
from paraph.signoff.models import Attempt, Dispute
from paraph.web.office import reach
from paraph.web.office.forms.dispute import AttemptForm, ResolveForm, answer_form, is_revised
from paraph.web.shared import disputed
from paraph.work.models import Status, WorkOrder


@dataclass(frozen=True)
class Shown:
    """A dispute on the order page, with the forms of what this member may do."""

    thread: disputed.Thread
    answer: forms.Form | None
    resolve: forms.Form | None

    @property
    def revised(self) -> bool:
        """Whether the order was changed since it was disputed."""
        return is_revised(self.thread.dispute)


def panel(order: WorkOrder, member: Member) -> dict[str, Any]:
    """What the order page shows of disputes."""
    found = list(reach.disputes(member).filter(signoff__order=order).order_by("-resolved_at", "-raised_at"))
    found.sort(key=lambda one: not one.is_open)
    return {"disputed": [shown(one, member) for one in found]}


def shown(
    found: Dispute, member: Member, answer: forms.Form | None = None, resolve: forms.Form | None = None
) -> Shown:
    """One dispute, with forms as typed or fresh ones."""

    def address(photo: UUID, number: int) -> str:
        return reverse("office:dispute_photo", args=[found.signoff.order_id, found.pk, photo, number])

    def original(photo: UUID) -> str:
        return reverse("office:dispute_original", args=[found.signoff.order_id, found.pk, photo])

    may_answer = found.is_open and access.can(member, "dispute.answer")
    may_resolve = found.is_open and access.can(member, "dispute.resolve")
    return Shown(
        disputed.thread(found, address, original),
        answer or (answer_form(found) if may_answer else None),
        resolve or (ResolveForm(found) if may_resolve else None),
    )


def attempts(order: WorkOrder, member: Member) -> dict[str, Any]:
    """What the order page shows: what was recorded, and the form for who may."""
    may = access.can(member, "attempt.record") and order.status != Status.CANCELLED
    found = Attempt.objects.filter(order=order).select_related("by__user")
    return {"attempts": list(found), "attempt": AttemptForm() if may else None}
