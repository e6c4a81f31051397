"""*Settings › Properties*: the organisation's own fields on its orders, and which the customer confirms (S0-12)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office import reach, settings_defined
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms import defined
from paraph.web.office.forms.defined import PropertySheet
from paraph.web.office.settings_defined import Defined
from paraph.web.shared.property_fields import PropertyField
from paraph.work import defining, property_words
from paraph.work.models import Property

LIST = "office:properties"
# Buttons of the page that are no saving: an option more or less, the preview.
STEPS = {"add", "remove", "look"}


@page("settings.edit")
def property_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All of them, in the order in which orders show them; those archived below."""
    found = [_row(one) for one in reach.properties(member, archived=True).prefetch_related("kinds")]
    told: dict[str, Any] = {
        "found": [row for row in found if row.one.archived_at is None],
        "old": [row for row in found if row.one.archived_at],
        "arrange": reverse("office:properties_arrange"),
    }
    return show(request, member, "properties.html", section="properties", **told)


@form("settings.edit")
def property_new(request: HttpRequest, member: Member) -> HttpResponse:
    """One more."""
    return _edit(request, member, None)


@form("settings.edit")
def property_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change one; orders that have it say its new name."""
    return _edit(request, member, reach.property(member, pk))


@act("settings.edit")
def arrange(request: HttpRequest, member: Member) -> HttpResponse:
    """In which order they stand on orders."""
    return settings_defined.arranged(request, member, Property, LIST)


@act("settings.edit")
def archive(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """On no more orders."""
    return settings_defined.archived(request, member, reach.property(member, pk), LIST)


@act("settings.edit")
def restore(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """On orders again."""
    return settings_defined.restored(request, member, reach.property(member, pk), LIST)


@act("settings.edit")
def delete(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Gone, where no order ever said anything of it."""
    return settings_defined.deleted(request, member, reach.property(member, pk), LIST)


def _row(one: Property) -> Defined:
    language = get_language() or "en"
    kinds = ", ".join(str(kind.names.get(language) or kind.name) for kind in one.kinds.all())
    kind = str(one.get_type_display())
    about = [f"{kind} ({one.unit})" if one.unit else kind, kinds or _("every order")]
    marks = [
        word
        for word, there in ((_("Required"), one.required), (_("Customer confirms"), one.editable))
        if there
    ]
    title = property_words.title(one, language)
    return Defined(one, title, " · ".join(about), reverse("office:property", args=[one.pk]), marks)


def _edit(request: HttpRequest, member: Member, found: Property | None) -> HttpResponse:
    sheet, saving = _sheet(request, member, found), _is_saving(request)
    if saving and sheet.is_valid():
        try:
            stored = defining.put_property(found, sheet.draft(), by=member, actor=actor(request, member))
        except defining.Undefinable as problem:
            sheet.refuse(problem)
        else:
            messages.success(request, _("%(name)s is stored.") % {"name": stored.name})
            return redirect(LIST)
    told: dict[str, Any] = {
        "sheet": sheet,
        "found": found,
        "preview": _preview(request, sheet, member, found),
    }
    told["is_used"] = found is not None and defining.is_used(found)
    return show(request, member, "property.html", section="properties", status=400 if saving else 200, **told)


def _sheet(request: HttpRequest, member: Member, found: Property | None) -> PropertySheet:
    if request.method != "POST":
        return defined.start(member, found)
    return (defined.read if _is_saving(request) else defined.again)(member, found, request.POST)


def _is_saving(request: HttpRequest) -> bool:
    return request.method == "POST" and not STEPS & set(request.POST)


def _preview(
    request: HttpRequest, sheet: PropertySheet, member: Member, found: Property | None
) -> forms.Form | None:
    """The field as the customer or the office will see it; None where it cannot be made yet."""
    one = found
    if request.method == "POST":
        typed = defined.read(member, found, request.POST)
        if not typed.is_valid():
            return None
        try:
            one = defining.imagine(typed.draft(), member.organisation)
        except defining.Undefinable:
            return None
    if one is None:
        return None
    shown = forms.Form(prefix="preview")
    shown.fields["field"] = PropertyField(one, required=one.required)
    return shown
