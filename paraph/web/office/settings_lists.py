"""What the pages of parts and labour codes have in common: a list to search in, one entry, and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office.doors import show
from paraph.web.office.leaves import Leaves
from paraph.work.lists import Unlisted

PAGE = 50
# Makes or changes one, of what the sheet says.
Put = Callable[[dict[str, Any]], object]


def page_of(request: HttpRequest, found: QuerySet[Any], *names: str) -> dict[str, Any]:
    """One page of a list, or of those where a column contains what is looked for; archived ones where asked."""
    asked = asked_for(request)
    old = "archived" in request.GET
    found = found.exclude(archived_at=None) if old else found.filter(archived_at=None)
    leaf = Leaves(fitting(found, asked, *names), PAGE).get_page(request.GET.get("page"))
    query = (f"q={asked}&" if asked else "") + ("archived=1&" if old else "")
    return {"page": leaf, "q": asked, "old": old, "query": query}


def asked_for(request: HttpRequest) -> str:
    """What somebody looks for."""
    return request.GET.get("q", "").replace("\0", "").strip()[:100]  # PostgreSQL takes no NUL


def fitting(found: QuerySet[Any], asked: str, *names: str) -> QuerySet[Any]:
    """Those where one of these columns contains what is looked for."""
    wanted = Q()
    for name in names:
        wanted |= Q(**{f"{name}__icontains": asked})
    return found.filter(wanted) if asked else found


def edited(
    request: HttpRequest, member: Member, template: str, sheet: Any, put: Put, page: str, **told: Any
) -> HttpResponse:
    """The page of one entry; stored once it is right, and refused with what was typed where it cannot be."""
    if sheet.is_valid() and _is_put(sheet, put):
        messages.success(request, _("%(name)s is stored.") % {"name": told.pop("called")(sheet.said())})
        return redirect(page)
    told.pop("called", None)
    return show(request, member, template, status=400 if sheet.errors else 200, sheet=sheet, **told)


def _is_put(sheet: forms.Form, put: Put) -> bool:
    try:
        put(sheet.said())  # type: ignore[attr-defined]
    except Unlisted as problem:
        sheet.add_error(None, str(problem))
        return False
    return True
