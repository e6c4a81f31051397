"""Customers, with the people who can be asked and the places where work is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people.models import Customer, Member
from paraph.web.office import contacts, reach, site_area
from paraph.web.office.doors import actor, form, page, show
from paraph.web.office.forms import customer as sheets
from paraph.web.office.leaves import Leaves
from paraph.work.models import WorkOrder

PAGE = 30


@page("order.view")
def customer_list(request: HttpRequest, member: Member) -> HttpResponse:
    """All customers, or those whose name or contact fits."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]  # PostgreSQL takes no NUL
    found = reach.customers(member)
    if asked:
        people = Q(contacts__name__icontains=asked) | Q(contacts__email__icontains=asked)
        found = found.filter(
            pk__in=reach.customers(member).filter(Q(name__icontains=asked) | people).values("pk")
        )
    pages = Leaves(found.prefetch_related("contacts").order_by("name", "pk"), PAGE).get_page(
        request.GET.get("page")
    )
    _count_orders(pages.object_list)
    told: dict[str, Any] = {"page": pages, "q": asked, "query": f"q={asked}&" if asked else ""}
    return show(request, member, "customers.html", section="customers", **told)


@form("customer.edit")
def customer_new(request: HttpRequest, member: Member) -> HttpResponse:
    """A customer from nothing."""
    return _edit(request, member, Customer(organisation_id=member.organisation_id))


@form("customer.edit")
def customer_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Change a customer."""
    return _edit(request, member, reach.customer(member, pk))


def _count_orders(customers: Iterable[Customer]) -> None:
    """Say how many orders each of these has: of one page, not of all customers there are."""
    chosen = list(customers)
    counted = WorkOrder.objects.filter(customer__in=chosen).order_by().values_list("customer")
    told = dict(counted.annotate(Count("pk")))
    for one in chosen:
        one.order_count = told.get(one.pk, 0)  # type: ignore[attr-defined]


def _edit(request: HttpRequest, member: Member, customer: Customer) -> HttpResponse:
    known, status = bool(customer.name), 200
    if request.method != "POST":
        sheet = sheets.start(customer)
    elif {"add", "remove"} & set(request.POST):
        sheet = sheets.again(customer, request.POST)
    else:
        sheet = sheets.read(customer, request.POST)
        if sheet.is_valid():
            with transaction.atomic():
                stored = sheet.save(by=member, actor=actor(request, member))
            messages.success(request, _("%(name)s is stored.") % {"name": stored.name})
            return redirect("office:customer", stored.pk)
        status = 400
    told: dict[str, Any] = {
        "sheet": sheet,
        "customer": reach.customer(member, customer.pk) if known else None,
        "people": contacts.had(customer) if known else [],
        "sites": [{"site": one, "said": site_area.said(one)} for one in customer.sites.all()]
        if known
        else [],
    }
    return show(request, member, "customer_edit.html", section="customers", status=status, **told)
