"""*Settings › Parts list*: what technicians pick from, typed or read from a file, and as a file (S1-18, S1-37)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from babel.numbers import get_currency_precision
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.lib import clock
from paraph.people.models import Member
from paraph.web.office import reach, settings_defined, settings_lists
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.files import attached
from paraph.web.office.forms.lists import PartSheet, UploadSheet
from paraph.web.shared.views import posted
from paraph.work import lists, part_csv
from paraph.work.models import CatalogPart

LIST = "office:parts"
CSV = "text/csv; charset=utf-8"


@page("settings.edit")
def part_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All of them, a page at a time, and the way to read a file."""
    return _list(request, member, UploadSheet())


@form("settings.edit")
def part_new(request: HttpRequest, member: Member) -> HttpResponse:
    """One more."""
    return _edit(request, member, None)


@form("settings.edit")
def part_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change one; orders keep what they say."""
    return _edit(request, member, reach.catalog_part(member, pk))


@act("settings.edit")
def archive(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Offered no more."""
    return settings_defined.archived(request, member, reach.catalog_part(member, pk), LIST)


@act("settings.edit")
def restore(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Offered again."""
    return settings_defined.restored(request, member, reach.catalog_part(member, pk), LIST)


@act("settings.edit")
def read(request: HttpRequest, member: Member) -> HttpResponse:
    """Put the parts of a file on the list; where a line is wrong, say which and why, and store nothing."""
    sheet = UploadSheet(request.POST, request.FILES)
    if not sheet.is_valid():
        return _list(request, member, sheet, status=400)
    content, digits = sheet.content(), get_currency_precision(member.organisation.currency)
    try:
        rows = part_csv.read(content, language=get_language() or "en", digits=digits)
        digest, only = sha256(content).hexdigest(), sheet.cleaned_data["only"]
        done = lists.read_parts(rows, digest=digest, only=only, by=member, actor=actor(request, member))
    except part_csv.Unreadable as problem:
        return _list(request, member, sheet, problems=problem.problems, status=400)
    except lists.Unlisted as problem:
        return _list(request, member, sheet, problems=[str(problem)], status=problem.status)
    told = _("The list is read: %(made)s new, %(changed)s changed, %(archived)s archived.")
    messages.success(request, told % {"made": done.made, "changed": done.changed, "archived": done.archived})
    return redirect(LIST)


@page("settings.edit")
def parts_csv(request: HttpRequest, member: Member) -> HttpResponse:
    """Those on offer as CSV, which reads as the list it was (security.md line 30)."""
    digits = get_currency_precision(member.organisation.currency)
    content = part_csv.write(lists.parts_of(member.organisation), digits=digits)
    return attached(content, f"parts-{clock.now():%Y-%m-%d}.csv", CSV)


def _list(
    request: HttpRequest, member: Member, sheet: UploadSheet, *, status: int = 200, **told: Any
) -> HttpResponse:
    told |= settings_lists.page_of(request, reach.catalog_parts(member), "number", "name")
    told |= {"sheet": sheet, "currency": member.organisation.currency}
    return show(request, member, "parts.html", section="parts", status=status, **told)


def _edit(request: HttpRequest, member: Member, found: CatalogPart | None) -> HttpResponse:
    sheet = PartSheet(posted(request), member=member, found=found)
    by = actor(request, member)
    return settings_lists.edited(
        request,
        member,
        "part.html",
        sheet,
        lambda told: lists.put_part(found, **told, by=member, actor=by),
        LIST,
        section="parts",
        found=found,
        called=lambda told: told["number"],
    )
