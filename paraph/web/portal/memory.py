"""A page as it was rendered last, answered again while nothing it shows has changed.

The secret: everything that happens to an order is a fact in the ledger, so the index of its newest entry, with the few
values that change without a fact, says whether a page is still true. Prices, decisions, signatures and revocations
therefore never wait; a name corrected on another page may show for `LONGEST` seconds. Each answer carries its reader's
own CSRF token. (Rendering takes ten times as long as all the rest of a request; benchmarks/ measures it.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.lib.compiled import Compiled
from paraph.signoff.models import Invitation, View
from paraph.web.portal import door, packed

LONGEST = 60
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[^"]+(?=")')
# Django's masked token, always as long.
TOKEN_CHARS = 64
# What a page depends on besides the order's facts: the key's own life, and names that change without a fact.
WATCHED = (
    "revoked_at",
    "expires_at",
    "language",
    "party__ask",
    "party__contact__name",
    "party__contact__may_e_sign",
    "party__signoff__state",
    "party__signoff__seal_fault",
    "party__signoff__order__revision",
    "party__signoff__order__customer__name",
    "party__signoff__order__customer__address",
    "party__signoff__order__organisation__name",
    "party__signoff__order__organisation__address",
    "party__signoff__order__organisation__accent",
    "party__signoff__order__organisation__time_zone",
    "party__signoff__order__organisation__paper",
)
# An invoice lives beside the order: what happens to it need not be a fact of the order.
AFRESH = frozenset({View.INVOICE})
Page = Callable[..., HttpResponseBase]


class Personal(HttpResponse):
    """A page that shows what this very session did, and is never remembered."""


def remembered(view: Page) -> Page:
    """Answer a whole page from memory where nothing changed since it was rendered. Outside `door.guest`."""

    @wraps(view)
    def wrapped(request: HttpRequest, invitation_id: UUID, **kwargs: Any) -> HttpResponseBase:
        key = _key(request, invitation_id)
        if key is None:
            return view(request, invitation_id=invitation_id, **kwargs)
        found = cache.get(key)
        if found is not None and (found[0] is None or clock.now() < found[0]):
            return _again(request, *found[1:])
        response = view(request, invitation_id=invitation_id, **kwargs)
        if isinstance(response, Personal):
            return response
        if isinstance(response, HttpResponse) and response.status_code == 200:
            expires_at = Invitation.objects.values_list("expires_at", flat=True).get(pk=invitation_id)
            pieces = TOKEN.split(response.content)
            told = (expires_at, pieces, packed.pack(pieces, TOKEN_CHARS), get_language())
            cache.set(key, told, LONGEST)
        return response

    return wrapped


def _again(request: HttpRequest, pieces: list[bytes], small: list[bytes], language: str) -> HttpResponse:
    token = get_token(request).encode()
    content, headers = token.join(pieces), {"Content-Language": language}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content = packed.join(small, token, content)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return HttpResponse(content, headers=headers)


def _key(request: HttpRequest, invitation_id: UUID) -> str | None:
    """What the page depends on; None where it must be made afresh: a part for htmx, a message to show once."""
    if request.method != "GET" or "HX-Request" in request.headers or "_messages" in request.session:
        return None
    if not door.is_in(request, invitation_id):
        return None
    place = _place(invitation_id)
    if place is None or place[2] in AFRESH:
        return None
    rows = WATCHES.rows(invitation_id, *place[:2])
    if not rows:
        return None
    language = door.language_of(request, invitation_id)
    return f"page:{invitation_id}:{hash((request.get_full_path(), language, *rows[0]))}"


@lru_cache(maxsize=4096)
def _place(invitation_id: UUID) -> tuple[UUID, str, str] | None:
    """Ledger and topic of an invitation's order, and its view; they never change."""
    found = Invitation.objects.filter(pk=invitation_id).select_related("party__signoff__order").first()
    if found is None:
        return None
    signoff = found.party.signoff
    return signoff.organisation_id, signoff.order.topic, found.view


def _watched(invitation_id: UUID, log: UUID, topic: str) -> QuerySet[Invitation, Any]:
    entries = Entry.objects.filter(log=log, topic=topic).order_by("-index").values("index")
    return (
        Invitation.objects.filter(pk=invitation_id)
        .order_by()
        .annotate(newest=Subquery(entries[:1]))
        .values_list("newest", *WATCHED)
    )


WATCHES = Compiled(_watched, UUID(int=1), UUID(int=2), "topic")
