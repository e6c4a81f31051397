"""*Settings › Checklist*: what a technician confirms before the customer is asked to sign (S1-17)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office import reach, settings_defined, settings_lists
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms.lists import PointSheet
from paraph.web.office.settings_defined import Defined
from paraph.web.shared.views import posted
from paraph.work import checklists, lists
from paraph.work.models import ChecklistPoint

LIST = "office:checklist"


@page("settings.edit")
def point_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All points, in the order in which they are read; those archived below."""
    found = [_row(one) for one in reach.checklist_points(member)]
    told: dict[str, Any] = {
        "found": [row for row in found if row.one.archived_at is None],
        "old": [row for row in found if row.one.archived_at],
        "arrange": reverse("office:checklist_arrange"),
        "built_in": checklists.built_in(get_language() or "en").text,
    }
    return show(request, member, "checklist.html", section="checklist", **told)


@form("settings.edit")
def point_new(request: HttpRequest, member: Member) -> HttpResponse:
    """One more."""
    return _edit(request, member, None)


@form("settings.edit")
def point_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change one; what was confirmed keeps its words."""
    return _edit(request, member, reach.checklist_point(member, pk))


@act("settings.edit")
def arrange(request: HttpRequest, member: Member) -> HttpResponse:
    """In which order they are read."""
    return settings_defined.arranged(request, member, ChecklistPoint, LIST)


@act("settings.edit")
def archive(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Asked no more."""
    return settings_defined.archived(request, member, reach.checklist_point(member, pk), LIST)


@act("settings.edit")
def restore(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Asked again."""
    return settings_defined.restored(request, member, reach.checklist_point(member, pk), LIST)


def _row(one: ChecklistPoint) -> Defined:
    language = get_language() or "en"
    about = str(one.kind.names.get(language) or one.kind.name) if one.kind else _("every order")
    title = str(one.texts.get(language) or one.text)
    return Defined(one, title, about, reverse("office:checklist_point", args=[one.pk]))


def _edit(request: HttpRequest, member: Member, found: ChecklistPoint | None) -> HttpResponse:
    sheet = PointSheet(posted(request), member=member, found=found)
    by = actor(request, member)
    return settings_lists.edited(
        request,
        member,
        "checklist_point.html",
        sheet,
        lambda told: lists.put_point(found, **told, by=member, actor=by),
        LIST,
        section="checklist",
        found=found,
        called=lambda told: told["text"],
    )
