"""*Settings › Labour codes*: kinds of work with their rates, to pick from (S1-18, S1-37)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from paraph.people.models import Member
from paraph.web.office import reach, settings_defined, settings_lists
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms.lists import CodeSheet
from paraph.web.shared.views import posted
from paraph.work import lists
from paraph.work.models import LabourCode

LIST = "office:labour_codes"


@page("settings.edit")
def code_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All of them, by their codes."""
    told: dict[str, Any] = settings_lists.page_of(request, reach.labour_codes(member), "code", "name")
    told["currency"] = member.organisation.currency
    return show(request, member, "labour_codes.html", section="labour", **told)


@form("settings.edit")
def code_new(request: HttpRequest, member: Member) -> HttpResponse:
    """One more."""
    return _edit(request, member, None)


@form("settings.edit")
def code_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change one; orders keep what they say."""
    return _edit(request, member, reach.labour_code(member, pk))


@act("settings.edit")
def archive(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Offered no more."""
    return settings_defined.archived(request, member, reach.labour_code(member, pk), LIST)


@act("settings.edit")
def restore(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Offered again."""
    return settings_defined.restored(request, member, reach.labour_code(member, pk), LIST)


def _edit(request: HttpRequest, member: Member, found: LabourCode | None) -> HttpResponse:
    sheet = CodeSheet(posted(request), member=member, found=found)
    by = actor(request, member)
    return settings_lists.edited(
        request,
        member,
        "labour_code.html",
        sheet,
        lambda told: lists.put_labour_code(found, **told, by=member, actor=by),
        LIST,
        section="labour",
        found=found,
        called=lambda told: told["code"],
    )
