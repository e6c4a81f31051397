"""What kinds of order and properties have in common in the settings: their list, their place, their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office.doors import actor
from paraph.work import defining
from paraph.work.models import ChecklistPoint, OrderKind, Property


@dataclass(frozen=True)
class Defined:
    """One row of a list: what it is called, what it is, and where it is changed."""

    one: OrderKind | Property | ChecklistPoint
    title: str
    about: str
    url: str
    marks: Sequence[str] = ()


def arranged(request: HttpRequest, member: Member, model: type[Any], page: str) -> HttpResponse:
    """Store the order of the list: `place` names each row; `up` or `down` one that was moved by a button."""
    places = _ids(request.POST.getlist("place"))
    moved = next((one for name in ("up", "down") for one in _ids([request.POST.get(name, "")])), None)
    if moved in places:
        at = places.index(moved)
        to = max(at - 1, 0) if "up" in request.POST else min(at + 1, len(places) - 1)
        places.insert(to, places.pop(at))
    defining.arrange(model, places, by=member, actor=actor(request, member))
    return redirect(reverse(page) + (f"#row-{moved}" if moved else ""))


def archived(request: HttpRequest, member: Member, found: Any, page: str) -> HttpResponse:
    """Offer it no more."""
    defining.archive(found, by=member, actor=actor(request, member))
    messages.success(request, _("%(name)s is archived. Orders that have it keep it.") % {"name": found.name})
    return redirect(page)


def restored(request: HttpRequest, member: Member, found: Any, page: str) -> HttpResponse:
    """Offer it again."""
    defining.restore(found, by=member, actor=actor(request, member))
    messages.success(request, _("%(name)s is used again.") % {"name": found.name})
    return redirect(page)


def deleted(request: HttpRequest, member: Member, found: Any, page: str) -> HttpResponse:
    """Remove it, where no order ever used it."""
    try:
        defining.delete(found, by=member, actor=actor(request, member))
    except defining.InUse as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
    return redirect(page)


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue  # a value that names nothing moves nothing
    return found
