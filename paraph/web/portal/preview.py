"""What the customer will see, for managers: the same page, read-only, with a key that cannot sign (S3-09, S3-13)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from paraph.people import access
from paraph.people.models import User
from paraph.signoff.errors import NotThere
from paraph.signoff.models import View
from paraph.web.portal import pages
from paraph.web.shared import tongue
from paraph.web.shared.acting import reading
from paraph.work import orders
from paraph.work.models import WorkOrder


@reading
def page(request: HttpRequest, order_id: UUID, view: str) -> HttpResponse:
    """One view of an order, for a manager of its organisation; 404 for everybody else (decision 3, S3-20)."""
    order = _find(request, order_id, view)
    tongue.speak(request.GET.get("language", ""), order.organisation.time_zone)
    told = {"sheet": pages.live(order, view), "shop": order.organisation, "order": order, "preview": True}
    return render(request, "portal/preview.html", {**told, "view": view, "spoken": get_language()})


def _find(request: HttpRequest, order_id: UUID, view: str) -> WorkOrder:
    member = access.membership(request.user) if isinstance(request.user, User) else None
    if member is None or not access.can(member, "order.email") or view not in View.values:
        raise NotThere
    if not WorkOrder.objects.filter(pk=order_id, organisation=member.organisation).exists():
        raise NotThere
    return orders.load(order_id)
