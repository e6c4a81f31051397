"""What the customer will see, for managers: the same page, read-only, with a key that cannot sign (S3-09, S3-13)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from paraph.people import access
from paraph.signoff.errors import NotThere
from paraph.signoff.models import SIGNED_VIEWS, View
from paraph.web.portal import pages, to_read
from paraph.web.shared import signed_in, tongue
from paraph.web.shared.acting import reading
from paraph.work import orders
from paraph.work.models import WorkOrder

# What stands below the head of each view.
BODIES = {View.PROGRESS: "portal/progress_lines.html", View.INVOICE: "portal/invoice/sheet.html"}


@reading
def page(request: HttpRequest, order_id: UUID, view: str) -> HttpResponse:
    """One view of an order, for a manager of its organisation; 404 for everybody else (decision 3, S3-20)."""
    order = _find(request, order_id, view)
    tongue.speak(request.GET.get("language", ""), order.organisation.time_zone)
    sheet = pages.live(order, view)
    told: dict[str, Any] = {"sheet": sheet, "shop": order.organisation, "order": order, "preview": True}
    told["asked"] = sheet.asked if view in SIGNED_VIEWS else ""
    told |= {"view": view, "spoken": get_language(), "body": BODIES.get(View(view), "portal/lines.html")}
    return render(request, "portal/preview.html", {**told, **to_read.content(View(view), order, sheet)})


def _find(request: HttpRequest, order_id: UUID, view: str) -> WorkOrder:
    member = signed_in.member_of(request)
    if member is None or not access.can(member, "order.email") or view not in View.values:
        raise NotThere
    if not WorkOrder.objects.filter(pk=order_id, organisation=member.organisation).exists():
        raise NotThere
    return orders.load(order_id)
