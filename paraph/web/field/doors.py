"""Who is let in: the app asks in JSON and is answered in JSON, also when it is refused.

A refusal is ``{"reason", "sentence"}``: 401 while nobody is signed in surely enough, 403 without the right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.web.field.shell import CLOSED
from paraph.web.shared import access_log, acting, connection, signed_in, tongue

RIGHT = "signature.capture"
MAX_BODY_BYTES = 64 * 1024  # of what is asked beside captures
P = ParamSpec("P")
FieldView = Callable[Concatenate[HttpRequest, Member, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def read(view: FieldView[P]) -> View[P]:
    """Something to read for a member who may let customers sign."""
    return acting.reading(_behind(view))


def act(view: FieldView[P]) -> View[P]:
    """An act of such a member; its consequences follow at once."""
    return acting.acting(_behind(view))


def answer(told: dict[str, Any], status: int = 200) -> HttpResponse:
    """JSON for the app."""
    return JsonResponse(told, status=status, headers=CLOSED)


def refuse(reason: str, sentence: object, status: int) -> HttpResponse:
    """A refusal in words."""
    return answer({"reason": reason, "sentence": str(sentence)}, status)


def asked(request: HttpRequest) -> dict[str, Any]:
    """The JSON object a request brings; an empty one for anything else."""
    try:
        body = request.body
        told = json.loads(body) if len(body) <= MAX_BODY_BYTES else {}
    except (ValueError, RecursionError, RawPostDataException):  # the last: a form with files was read already
        return {}
    return told if isinstance(told, dict) else {}


def actor(request: HttpRequest, member: Member) -> Actor:
    """The member as the record names them, with what the web saw of the connection."""
    return member.actor.seen_from(*connection.seen(request))


def _behind(view: FieldView[P]) -> View[P]:
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        member = signed_in.member_of(request)
        if member is None or signed_in.owes_factor(request, member):
            return refuse("signed-out", _("Sign in to go on."), 401)
        signed_in.in_use(request, member.user)
        if not access.can(member, RIGHT):
            access_log.refused(request, "refused", f"member {member.pk} ({member.role}) may not {RIGHT}")
            return refuse("not-allowed", _("Your role does not include this. Ask a manager."), 403)
        acting.touched(request, member.organisation_id)
        tongue.speak("", zone=member.organisation.time_zone)
        return view(request, member, *args, **kwargs)

    return update_wrapper(guarded, view)
