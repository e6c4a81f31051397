"""Sealed envelopes come in, whoever is signed in or nobody: the device's key says whose they are (S1-13, S1-35)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from paraph.capture import filing, receiving
from paraph.capture.models import Capture
from paraph.capture.receiving import Answer
from paraph.lib import clock
from paraph.people import devices, limits
from paraph.web.field import doors, states
from paraph.web.shared import acting, connection

MAX_BYTES = 24 * 1024 * 1024
MOST_MARKS = 10_000  # of JSON's structure in one request
MOST_AT_ONCE = 2  # filed before the answer, while the technician looks on; the worker files the rest


# Not a cookie but a signature proves who sends; another site could post nothing that counts.
@csrf_exempt
@acting.acting
def sync(request: HttpRequest) -> HttpResponse:
    """Store what arrived and say of each whether the phone may forget it, and what became of it."""
    seen = connection.seen(request)
    limits.count(limits.SYNC, connection.caller(request))
    told = _told(request)
    if told is None:
        return doors.refuse(
            "too-large", _("More was sent than can be taken at once, so nothing was changed."), 413
        )
    answers = receiving.receive(told, seen=seen)
    kept = [UUID(one.id) for one in answers if one.kept]
    for one in kept[:MOST_AT_ONCE]:  # one by one: of each phone only the first that is left can be filed
        filing.file_now([one])
    found = {
        str(one.pk): one for one in states.known().filter(pk__in=kept).select_related("device__member__user")
    }
    for capture in found.values():
        acting.touched(request, capture.organisation_id)
    return doors.answer(
        {
            "now": clock.iso(clock.now()),
            "device": _device(list(found.values())),
            "answers": {one.id: _answer(one, found) for one in answers if one.id},
        }
    )


def _told(request: HttpRequest) -> Sequence[Any] | None:
    """The envelopes of a request, none for what is no list of them; None when it is too large to be read."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return []
    if not 0 <= length <= MAX_BYTES:
        return None
    # Not `request.body`, whose limit is that of forms.
    sent = request.read(length)
    # Millions of empty lists would take a hundred times their size; envelopes are flat, and their texts are base64.
    if sum(map(sent.count, (b"{", b"[", b","))) > MOST_MARKS:
        return []
    try:
        told = json.loads(sent)
    except (ValueError, RecursionError):
        return []
    found = told.get("envelopes") if isinstance(told, dict) else None
    return found if isinstance(found, list) else []


def _answer(answer: Answer, found: dict[str, Capture]) -> dict[str, Any]:
    stored = found.get(answer.id)
    if stored is not None and "changed" not in answer.reasons:
        return {"kept": True, **states.describe(stored)}
    return {"id": answer.id, "kept": answer.kept, "state": "refused", "reasons": states.words(answer.reasons)}


def _device(found: list[Capture]) -> str:
    """Whether the phone is still let in; told to who showed that they hold its key."""
    if not found:
        return "unknown"
    return "enrolled" if all(devices.is_let_in(one.device) for one in found) else "revoked"
