"""Fingerprint or face on the customer's own phone (S1-24): asked and answered by the script of the page of signing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from paraph.people import limits
from paraph.people.passkeys import BadPasskey
from paraph.signoff import identity, passkeys, ways
from paraph.signoff.errors import Closed
from paraph.signoff.models import Ceremony, IdentityKind, Invitation
from paraph.web.portal import door, proving, signing
from paraph.web.shared.acting import acting


@acting
@door.guest
@door.to_sign
def ask(request: HttpRequest, invitation: Invitation, ceremony_id: UUID) -> HttpResponse:
    """What the browser wants: to make a passkey (`fresh`, or there is none), or to sign with one."""
    ceremony = _ceremony(request, invitation, ceremony_id)
    fresh = request.POST.get("fresh") == "1"
    return _told(passkeys.begin(ceremony, consent=proving.agreed(ceremony), fresh=fresh))


@acting
@door.guest
@door.to_sign
def made(request: HttpRequest, invitation: Invitation, ceremony_id: UUID) -> HttpResponse:
    """Keep the passkey that was made, and ask for its signature."""
    ceremony = _ceremony(request, invitation, ceremony_id)
    answer, by = request.POST.get("credential", ""), door.actor(request, invitation)
    try:
        return _told(passkeys.made(ceremony, answer, consent=proving.agreed(ceremony), by=by))
    except BadPasskey:
        return _told({"passed": False}, status=400)


@acting
@door.guest
@door.to_sign
def proof(request: HttpRequest, invitation: Invitation, ceremony_id: UUID) -> HttpResponse:
    """Judge what the phone signed; passed, it counts for this session."""
    ceremony = _ceremony(request, invitation, ceremony_id)
    found = identity.prove(ceremony, IdentityKind.OWN_PHONE, request.POST.get("credential", ""))
    proving.noted(request, ceremony, found, IdentityKind.OWN_PHONE)
    passed = found is not None and found.passed
    return _told({"passed": passed}, status=200 if passed else 400)


def _ceremony(request: HttpRequest, invitation: Invitation, ceremony_id: UUID) -> Ceremony:
    limits.count(limits.PORTAL, door.counted_as(request, invitation))
    ceremony = signing.ceremony_of(invitation, ceremony_id)
    if ceremony.acted_at:
        raise Closed
    ways.require_e_sign(invitation.party_id)
    return ceremony


def _told(told: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """As JSON that can do nothing where somebody opens it by hand."""
    return JsonResponse(
        told, status=status, headers={"Content-Security-Policy": "default-src 'none'; sandbox"}
    )
