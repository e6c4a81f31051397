"""The phone as a device: enrolled by the member who signed in on it; and signing out of it."""

from __future__ import annotations

from django.contrib import auth
from django.http import HttpRequest, HttpResponse

from paraph.people import devices, limits
from paraph.people.models import Member
from paraph.web.field import doors
from paraph.web.shared import access_log


@doors.act
def enrol(request: HttpRequest, member: Member) -> HttpResponse:
    """Enrol the phone that holds this key; the same one again is the same phone."""
    limits.count(limits.ENROL, str(member.pk))
    told = doors.asked(request)
    name, key, proof = (str(told.get(one, "")) for one in ("name", "key", "proof"))
    agent = request.headers.get("User-Agent", "")
    try:
        device = devices.enrol(
            member, name=name, public_key=key, proof=proof, agent=agent, actor=doors.actor(request, member)
        )
    except devices.BadDevice as problem:
        return doors.refuse("bad-device", problem, problem.status)
    access_log.came_in(request, "phone enrolled", f"device {device.pk} by member {member.pk}")
    return doors.answer({"device": str(device.pk)}, 201)


@doors.act
def sign_out(request: HttpRequest, member: Member) -> HttpResponse:
    """End the session; the phone then forgets what it knows of orders and people."""
    access_log.came_in(request, "signed out", f"user {member.user_id}")
    auth.logout(request)
    return doors.answer({})
