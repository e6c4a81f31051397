"""The technician takes the phone back by a passkey instead of the code, where there is network (S1-31)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from paraph.people import limits, passkeys
from paraph.people.models import Member
from paraph.web.field import doors
from paraph.web.shared import access_log

STATE = "field_unlock"


@doors.act
def ask(request: HttpRequest, member: Member) -> HttpResponse:
    """What the browser needs to ask for one of this member's passkeys."""
    limits.count(limits.CODE_ACCOUNT, f"unlock {member.pk}")
    options, request.session[STATE] = passkeys.begin_asking(member.user)
    return doors.answer(options)


@doors.act
def prove(request: HttpRequest, member: Member) -> HttpResponse:
    """Whether the passkey that answered is this member's; a question is asked once."""
    state = request.session.pop(STATE, None)
    answer = doors.asked(request).get("credential")
    try:
        if not isinstance(state, dict) or not isinstance(answer, str):
            raise passkeys.BadPasskey
        passkeys.asked(state, answer, user=member.user)
    except passkeys.BadPasskey:
        access_log.refused(request, "unlock failed", f"member {member.pk}")
        return doors.refuse("bad-passkey", _("This passkey is not yours. Use the code."), 400)
    return doors.answer({})
