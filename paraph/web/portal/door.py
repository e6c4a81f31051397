"""The door: which invitations let this session in, and in which language each is read.

The secret: a session holds ids of invitations, never a key; the row is asked at every request, so that revoking ends
an open session at once (security.md line 8). "Not yours" and "not there" are one answer (line 2).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from paraph.lib.actor import Actor
from paraph.signoff import invitations, requests
from paraph.signoff.errors import LinkEnded, LinkUnknown, NotThere
from paraph.signoff.models import SIGNED_VIEWS, Ask, Invitation, View
from paraph.web.shared import acting, connection, errors, tongue

IDS = "portal"
LANGUAGES = "portal_languages"
# A person with more links than this opens an old one again from its message.
MAX_INVITATIONS = 20
P = ParamSpec("P")


def let_in(request: HttpRequest, invitation: Invitation) -> None:
    """Remember that this session came in by this invitation, under a new session id (security.md line 11)."""
    request.session.cycle_key()
    new = str(invitation.pk)
    kept = [new, *(one for one in request.session.get(IDS, []) if one != new)][:MAX_INVITATIONS]
    request.session[IDS] = kept
    chosen = request.session.get(LANGUAGES, {})
    request.session[LANGUAGES] = {one: chosen[one] for one in kept if one in chosen}


def choose_language(request: HttpRequest, invitation: Invitation, language: str) -> None:
    """Read this invitation in another language from now on; an unknown one changes nothing."""
    if language in tongue.KNOWN:
        chosen = {**request.session.get(LANGUAGES, {}), str(invitation.pk): language}
        request.session[LANGUAGES] = chosen


def is_in(request: HttpRequest, invitation_id: UUID) -> bool:
    """Whether this session came in by this invitation."""
    return str(invitation_id) in request.session.get(IDS, ())


def language_of(request: HttpRequest, invitation_id: UUID) -> str:
    """The language chosen for this invitation in this session, or ""."""
    chosen: dict[str, str] = request.session.get(LANGUAGES, {})
    return chosen.get(str(invitation_id), "")


def visitor(request: HttpRequest, invitation_id: UUID) -> Invitation:
    """The invitation this session came in by, whether or not it has ended; raises `LinkUnknown` for any other."""
    if not is_in(request, invitation_id):
        raise LinkUnknown
    invitation = invitations.find(invitation_id)
    if invitation is None:
        raise LinkUnknown
    speak(request, invitation)
    return invitation


def speak(request: HttpRequest, invitation: Invitation) -> None:
    """Answer in the invitation's language, or the one chosen for it, with times in the shop's zone."""
    language = language_of(request, invitation.pk) or invitation.language
    organisation = invitation.party.signoff.order.organisation
    tongue.speak(language, organisation.time_zone)
    acting.touched(request, organisation.log)


def actor(request: HttpRequest, invitation: Invitation) -> Actor:
    """The invited contact as the record names them, seen from this connection."""
    return invitation.party.contact.actor.seen_from(*connection.seen(request))


def counted_as(request: HttpRequest, invitation: Invitation) -> str:
    """The key of rate limits: one link from one address, so that nobody stops a customer by hammering their link."""
    return f"{invitation.pk}:{connection.caller(request)}"


def about(invitation: Invitation) -> dict[str, Any]:
    """Who asks whom about what: for pages that stand before the order (look.md 1)."""
    order = invitation.party.signoff.order
    return {
        "invitation": invitation,
        "order": order,
        "shop": order.organisation,
        "kind": View(invitation.view).label,
        "contact": invitation.party.contact,
        "signs": invitation.party.ask == Ask.AUTHORISE,
        "first": requests.waits_for(invitation.party),
    }


def guest(
    view: Callable[Concatenate[HttpRequest, Invitation, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give a view the invitation behind `invitation_id`; an ended one gets the page that offers a new link."""

    @wraps(view)
    def wrapped(request: HttpRequest, invitation_id: UUID, **kwargs: Any) -> HttpResponseBase:
        invitation = visitor(request, invitation_id)
        try:
            invitations.check(invitation)
        except LinkEnded as ended:
            ask = reverse("portal:renewal", args=[invitation_id])
            return errors.page(request, ended.status, str(ended), ask_again=ask, **about(invitation))
        return view(request, invitation, **kwargs)  # type: ignore[call-arg]

    return wrapped


def to_sign(
    view: Callable[Concatenate[HttpRequest, Invitation, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Invitation, P], HttpResponseBase]:
    """Behind `guest`: what belongs to deciding and signing does not exist for a view that is only read (S3-03)."""

    @wraps(view)
    def wrapped(
        request: HttpRequest, invitation: Invitation, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if invitation.view not in SIGNED_VIEWS:
            raise NotThere
        return view(request, invitation, *args, **kwargs)

    return wrapped
