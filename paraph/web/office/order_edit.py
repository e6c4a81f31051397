"""Making an order from nothing, and changing one.

Two people may edit at once: who comes second sees what the first one changed, keeps what they typed, and saves again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.signoff import subjects
from paraph.signoff.models import State
from paraph.web.office import meanwhile, reach
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms import order as sheets
from paraph.web.office.forms.order import Sheet
from paraph.work import orders, properties
from paraph.work.models import WorkOrder

# Buttons of the page that are no saving: a row more or less, the customer chosen.
STEPS = {"add", "remove", "choose"}


@form("order.open")
def order_new(request: HttpRequest, member: Member) -> HttpResponse:
    """An order from nothing."""
    sheet = _sheet(request, member)
    if not _is_saving(request) or not sheet.is_valid():
        return _page(request, member, sheet)
    with transaction.atomic():
        order = orders.open_order(member.organisation, sheet.draft(member), by=actor(request, member))
        properties.set_values(order, sheet.details.values, by=actor(request, member))
    messages.success(request, _("%(number)s is made.") % {"number": order.number})
    return redirect("office:order", order.pk)


@form("order.edit")
def order_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change an order."""
    order = orders.load(reach.order(member, pk).pk)
    sheet = _sheet(request, member, order)
    if not _is_saving(request) or not sheet.is_valid():
        return _page(request, member, sheet, order)
    expected = sheet.form.cleaned_data["revision"] or 0
    try:
        with transaction.atomic():
            now = orders.revise(order, sheet.draft(member), expected=expected, by=actor(request, member))
            values = sheet.details.values
            properties.set_values(order, values, expected=now.revision, by=actor(request, member))
    except orders.StaleOrder:
        return _stale(request, member, order, expected)
    messages.success(request, _("%(number)s is saved.") % {"number": order.number})
    return redirect("office:order", order.pk)


@page("order.edit")
def places(request: HttpRequest, member: Member) -> HttpResponse:
    """The contacts and sites of a customer, for the form to put in when another one is chosen."""
    customer = _asked_customer(request, member)
    sheet = sheets.start(member, customer=customer)
    return show(request, member, "order_places.html", sheet=sheet, customer=customer)


@act("order.edit")
def details(request: HttpRequest, member: Member) -> HttpResponse:
    """The properties of the kind just chosen, with what was typed; nothing is stored."""
    order = _asked_order(request, member)
    sheet = sheets.again(member, request.POST, order)
    return show(request, member, "order_details.html", sheet=sheet, order=order)


def _sheet(request: HttpRequest, member: Member, order: WorkOrder | None = None) -> Sheet:
    """The sheet as stored, as typed so far, or as sent to be saved."""
    if request.method != "POST":
        return sheets.start(member, order, customer=_asked_customer(request, member))
    return (sheets.read if _is_saving(request) else sheets.again)(member, request.POST, order)


def _is_saving(request: HttpRequest) -> bool:
    return request.method == "POST" and not STEPS & set(request.POST)


def _stale(request: HttpRequest, member: Member, order: WorkOrder, expected: int) -> HttpResponse:
    """Tell what somebody else changed, keep what was typed and the lines they added, and offer to save again."""
    order = orders.load(order.pk)
    changes = meanwhile.changes(order, since=expected)
    typed = meanwhile.with_new_lines(request.POST, order, changes)
    typed["revision"] = str(order.revision)
    meanwhile.take_over_details(typed, order, since=expected)
    told = {
        "problems": [
            _("Somebody else changed this order while you were typing. What you typed is still here.")
        ]
    }
    sheet = sheets.read(member, typed, order)
    sheet.is_valid()
    return _page(request, member, sheet, order, status=409, meanwhile=changes, **told)


def _page(
    request: HttpRequest,
    member: Member,
    sheet: Sheet,
    order: WorkOrder | None = None,
    *,
    status: int = 0,
    **told: Any,
) -> HttpResponse:
    status = status or (400 if _is_saving(request) else 200)
    if order is not None:
        standing = subjects.standing(order)
        numbers = {str(item.pk): item.number for item in orders.lines_of(order)}
        for line in sheet.lines:
            key = str(line["id"].value() or "")
            line.number, line.standing = numbers.get(key), standing.get(key)
        told["asked"] = order.signoffs.filter(state=State.OPEN).exists()
    return show(
        request, member, "order_edit.html", section="orders", status=status, sheet=sheet, order=order, **told
    )


def _asked_customer(request: HttpRequest, member: Member) -> Any:
    try:
        return reach.customers(member).filter(pk=UUID(request.GET.get("customer", ""))).first()
    except ValueError:
        return None


def _asked_order(request: HttpRequest, member: Member) -> WorkOrder | None:
    """The order whose form asks; None for a new one."""
    try:
        return orders.load(reach.order(member, UUID(request.POST.get("order", ""))).pk)
    except ValueError:
        return None
