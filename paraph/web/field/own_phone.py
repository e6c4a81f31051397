"""The customer signs on their own phone: a link as a QR code on the technician's screen (S1-24, S1-34)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from paraph.people import devices, limits
from paraph.people.models import Member
from paraph.signoff import own_phone
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import SIGNED_VIEWS, Invitation, View
from paraph.web.field import checking, doors, reach, states
from paraph.web.shared import qr


@doors.act
def show(request: HttpRequest, member: Member) -> HttpResponse:
    """Make the link: `order`, `contact`, `device`, `place` and `at` as an envelope has them, and the `view`."""
    order, contact = checking.meant(request, member)
    limits.count(limits.LINK, f"own phone {member.pk}")
    told = doors.asked(request)
    device = reach.device(member, str(told.get("device")))
    view = told.get("view", View.REPORT)
    try:
        invitation, address = own_phone.hand_over(
            order,
            contact,
            device=device if device and devices.is_let_in(device) else None,
            place=told.get("place"),
            at=told.get("at") if isinstance(told.get("at"), str) else None,
            by=member,
            actor=doors.actor(request, member),
            view=view if view in SIGNED_VIEWS else View.REPORT,
        )
    except SignOffError as problem:
        return doors.refuse(problem.reason, problem, problem.status)
    answer = {"invitation": str(invitation.pk), "address": address, "svg": str(qr.drawing(address))}
    return doors.answer(answer, 201)


@doors.read
def report(request: HttpRequest, member: Member) -> HttpResponse:
    """What became of the report `capture` that goes before the link; the app asks while a customer has the phone.

    ``{"state", "reasons"}`` as `states.describe`; "" while it has not arrived, or where none is named.
    """
    device = reach.device(member, request.GET.get("device", ""))
    found = states.one(device, request.GET.get("capture", "")) if device else None
    told = states.describe(found) if found else {"state": "", "reasons": []}
    return doors.answer(told)


@doors.read
def state(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """How far the customer came with a link this member showed: waiting, opened, signed, ended."""
    mine = Invitation.objects.filter(sent_by=member, in_person=True, on_site__isnull=False)
    return doors.answer({"state": own_phone.state(get_object_or_404(mine, pk=pk))})
