"""*Settings › Order kinds*: what sorts of jobs the organisation does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.people.models import Member
from paraph.web.office import reach, settings_defined
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms import defined
from paraph.web.office.settings_defined import Defined
from paraph.web.shared.views import posted
from paraph.work import defining
from paraph.work.models import OrderKind

LIST = "office:kinds"


@page("settings.edit")
def kind_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All of them, in their order; those archived below."""
    found = [_row(one) for one in reach.order_kinds(member, archived=True).prefetch_related("properties")]
    told: dict[str, Any] = {
        "found": [row for row in found if row.one.archived_at is None],
        "old": [row for row in found if row.one.archived_at],
        "arrange": reverse("office:kinds_arrange"),
    }
    return show(request, member, "kinds.html", section="kinds", **told)


@form("settings.edit")
def kind_new(request: HttpRequest, member: Member) -> HttpResponse:
    """One more."""
    return _edit(request, member, None)


@form("settings.edit")
def kind_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """What one is called."""
    return _edit(request, member, reach.order_kind(member, pk))


@act("settings.edit")
def arrange(request: HttpRequest, member: Member) -> HttpResponse:
    """In which order they are offered."""
    return settings_defined.arranged(request, member, OrderKind, LIST)


@act("settings.edit")
def archive(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """For no new order."""
    return settings_defined.archived(request, member, reach.order_kind(member, pk), LIST)


@act("settings.edit")
def restore(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """For new orders again."""
    return settings_defined.restored(request, member, reach.order_kind(member, pk), LIST)


@act("settings.edit")
def delete(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Gone, where no order has it."""
    return settings_defined.deleted(request, member, reach.order_kind(member, pk), LIST)


def _row(one: OrderKind) -> Defined:
    count = len(one.properties.all())
    about = ngettext("%(n)s property of its own", "%(n)s properties of its own", count) % {"n": count}
    return Defined(one, one.name, about if count else "", reverse("office:kind", args=[one.pk]))


def _edit(request: HttpRequest, member: Member, kind: OrderKind | None) -> HttpResponse:
    sheet = defined.KindForm(posted(request), member=member, kind=kind)
    if sheet.is_valid():
        name = sheet.cleaned_data["name"]
        defining.put_kind(
            kind, name=name, names=defined.names_of(sheet), by=member, actor=actor(request, member)
        )
        messages.success(request, _("%(name)s is stored.") % {"name": name})
        return redirect(LIST)
    told = {"sheet": sheet, "found": kind, "is_used": kind is not None and defining.is_used(kind)}
    return show(request, member, "kind.html", section="kinds", status=400 if sheet.errors else 200, **told)
