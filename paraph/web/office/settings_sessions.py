"""Where one is signed in: each session with its browser, and ending one or all others (security.md line 41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.people import open_sessions
from paraph.people.models import Member, OpenSession
from paraph.web.office.confirm import lately
from paraph.web.office.doors import act
from paraph.web.shared import access_log, browsers, connection

MOST = 30  # shown; *all others* ends those beyond as well


@dataclass(frozen=True)
class Row:
    """One session; `here` is the one that asks."""

    one: OpenSession
    here: bool

    @property
    def browser(self) -> str:
        """In words."""
        return browsers.words(self.one.agent)

    @property
    def source(self) -> Any:
        """Who says that the address is this one."""
        return connection.SOURCES.get(self.one.address_source, "")


def rows(request: HttpRequest, member: Member) -> list[Row]:
    """The member's sessions, this one first, then those used last."""
    key = request.session.session_key
    found = [Row(one, one.session_id == key) for one in open_sessions.of(member.user)[:MOST]]
    return sorted(found, key=lambda row: not row.here)


@act(early=True)
@lately
def end(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """End one that is not this one."""
    found = open_sessions.end(member.user, pk, but=request.session.session_key or "")
    if found is not None:
        access_log.came_in(request, "session ended", f"user {member.user_id}")
        told = _("%(browser)s is signed out.") % {"browser": browsers.words(found.agent)}
        messages.success(request, told)
    return redirect("office:account")


@act(early=True)
@lately
def end_others(request: HttpRequest, member: Member) -> HttpResponse:
    """End all but this one."""
    ended = open_sessions.end_all(member.user, but=request.session.session_key or "")
    access_log.came_in(request, "other sessions ended", f"user {member.user_id}")
    told = ngettext("%(n)s other session is ended.", "%(n)s other sessions are ended.", ended) % {"n": ended}
    messages.success(request, told)
    return redirect("office:account")
