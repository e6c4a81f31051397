"""The way in: the link's page, its exchange for a session, asking for a new one (security.md, "The access key")."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve

from paraph.lib import clock
from paraph.people import limits
from paraph.people.limits import Limit, TooMany
from paraph.signoff import invitations
from paraph.signoff.errors import LinkEnded
from paraph.signoff.models import Invitation
from paraph.web.portal import door
from paraph.web.shared import connection, errors
from paraph.web.shared.acting import acting, both

# The sender is told once in this time; asking again says the same and sends nothing.
RENEWAL = Limit("renewal", 1, timedelta(minutes=10))
# Pages that can be opened again by their address, to come back to after choosing a language.
PAGES = frozenset({"order", "timeline", "sign", "receipt", "decline", "confirm"})
# What the page of an ended link posts to: its own address, slash or not, so that no page repeats the key (line 7).
ASK_AGAIN = "?renewal"


@both
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows who invites and counts the fetch; POST exchanges the link for a session (S3-02, S3-37).

    A POST to `?renewal` asks for a new link instead; only a genuine link gets that far (decision 2).
    """
    if request.method == "POST":
        return _renewal(request, token) if ASK_AGAIN[1:] in request.GET else _enter(request, token)
    try:
        invitation = invitations.peek(token)
    except LinkEnded as ended:
        return _ended(request, ended, ASK_AGAIN)
    invitations.note_fetch(invitation)
    return _invites(request, invitation)


def _enter(request: HttpRequest, token: str) -> HttpResponse:
    limits.count(limits.LINK, connection.caller(request))
    try:
        found = invitations.peek(token)
        limits.count(limits.LINK, door.counted_as(request, found))
        invitation = invitations.open(token, by=door.actor(request, found))
    except LinkEnded as ended:
        return _ended(request, ended, ASK_AGAIN)
    door.let_in(request, invitation)
    door.speak(request, invitation)
    return redirect("portal:order", invitation.pk)


def _renewal(request: HttpRequest, token: str) -> HttpResponse:
    limits.count(limits.LINK, connection.caller(request))
    try:
        return _invites(request, invitations.peek(token))
    except LinkEnded as ended:
        return _ask_renewal(request, ended.invitation)


@acting
def visit_renewal(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Ask for a new link from an open session whose invitation ended."""
    invitation = door.visitor(request, invitation_id)
    if invitation.is_open(clock.now()):
        return redirect("portal:order", invitation.pk)
    return _ask_renewal(request, invitation)


@acting
@door.guest
def language(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Read this invitation in another language; kept in the session."""
    door.choose_language(request, invitation, request.POST.get("language", ""))
    path = urlsplit(request.POST.get("next", "")).path
    try:
        match = resolve(path)
    except Http404:
        return redirect("portal:order", invitation.pk)
    ours = match.kwargs.get("invitation_id") == invitation.pk and match.url_name in PAGES
    return redirect(path) if ours else redirect("portal:order", invitation.pk)


def _ask_renewal(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    door.speak(request, invitation)
    try:
        limits.count(RENEWAL, str(invitation.pk))
        invitations.ask_renewal(invitation, by=door.actor(request, invitation))
    except TooMany:
        pass  # the sender was told a moment ago; the page says so
    return render(request, "portal/told.html", door.about(invitation))


def _invites(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    door.speak(request, invitation)
    return render(request, "portal/link.html", door.about(invitation))


def _ended(request: HttpRequest, ended: LinkEnded, ask_again: str) -> HttpResponse:
    door.speak(request, ended.invitation)
    return errors.page(request, ended.status, str(ended), ask_again=ask_again, **door.about(ended.invitation))
