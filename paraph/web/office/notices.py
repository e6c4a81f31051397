"""What the member was told in the app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from paraph.automation import notices
from paraph.lib import clock
from paraph.people.models import Member
from paraph.web.office.doors import act, page, show
from paraph.web.office.leaves import Leaves
from paraph.web.shared.views import same_site_path

PAGE = 30


@page()
def notice_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All notices, newest first."""
    found = Leaves(notices.of(member), PAGE).get_page(request.GET.get("page"))
    return show(request, member, "notices.html", section="notices", page=found, query="")


@act()
def read_all(request: HttpRequest, member: Member) -> HttpResponse:
    """Mark all as read."""
    notices.mark_read(member)
    return redirect("office:notices")


@act()
def read_one(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    """Mark one as read, and go back to where the reader was."""
    get_object_or_404(notices.of(member), pk=pk)
    notices.of(member).filter(pk=pk, read_at=None).update(read_at=clock.now())
    return redirect(same_site_path(request.POST.get("next", "/notices/")))
