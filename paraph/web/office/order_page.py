"""The order page: everything about one order, in one scroll (look.md)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.automation import notices
from paraph.lib import figures
from paraph.people.models import Member
from paraph.web.office import next_step, overview, reach
from paraph.web.office.doors import page, show
from paraph.web.office.overview import Line
from paraph.work import orders


@page("order.view")
def order_page(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """One order."""
    order = orders.load(reach.order(member, pk).pk)
    seen = overview.of(order, member, get_language() or "en")
    told: dict[str, Any] = {
        "order": order,
        "seen": seen,
        "step": next_step.of(seen),
        "totals": totals(seen.content["sums"]),
        "hours": hours(seen.lines),
        "news": notices.unread(member).filter(order=order),
    }
    return show(request, member, "order.html", section="orders", **told)


def totals(sums: dict[str, Any]) -> list[tuple[str, int, str]]:
    """The rows of the totals: (label, minor units, kind)."""
    language = get_language() or "en"
    everything = sums["all"]
    rows = [(_("Total without tax"), everything["net"], "plain")]
    rows += [
        (_("Tax %(rate)s") % {"rate": figures.percent(tax["rate"], language)}, tax["tax"], "plain")
        for tax in everything["taxes"]
    ]
    rows.append((_("Total"), everything["gross"], "sum"))
    if sums["approved"]["gross"]:
        rows.append((_("Approved, not yet signed for"), sums["approved"]["gross"], "plain"))
    if sums["authorised"]["gross"]:
        rows.append((_("Signed for"), sums["authorised"]["gross"], "good"))
    return rows


def hours(lines: list[Line]) -> dict[str, Any]:
    """Estimated against actual hours (S3-06): sums, and how many lines have actual hours at all."""
    known = [line.actual_hours for line in lines if line.actual_hours is not None]
    return {
        "estimated": sum((Decimal(line.told["labour"]["hours"]) for line in lines), Decimal(0)),
        "actual": sum(known, Decimal(0)) if known else None,
        "known": len(known),
        "lines": len(lines),
    }
