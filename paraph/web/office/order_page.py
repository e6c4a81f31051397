"""The order page: everything about one order, in one scroll (look.md)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.automation import notices
from paraph.lib import figures
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import in_person
from paraph.signoff.models import CONSENTED
from paraph.web.office import disputes_panel, invoices_page, main_act, next_step, overview, reach, without
from paraph.web.office.doors import page, show
from paraph.web.office.forms import extension
from paraph.web.office.forms.photos import PhotosForm
from paraph.web.office.forms.report import ReportForm
from paraph.work import orders, photos
from paraph.work.models import Status, WorkOrder

# What the app shows its technician (`web.field.reach`): nothing that is over, disputed or being verified.
ON_SITE = (Status.OPEN, Status.NEEDS_SIGNATURE, Status.PARTLY_APPROVED, Status.APPROVED)


@page("order.view")
def order_page(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """One order."""
    return answer(request, member, orders.load(reach.order(member, pk).pk))


def answer(
    request: HttpRequest,
    member: Member,
    order: WorkOrder,
    *,
    form: ReportForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of an order that `orders.load` returned; with the report as typed, where that was refused."""
    seen = overview.of(order, member, get_language() or "en")
    reportable = seen.lines and order.status not in {Status.COMPLETED, Status.CANCELLED}
    may_report = reportable and access.can(member, "order.report")
    disputed = disputes_panel.panel(order, member)
    tried = disputes_panel.attempts(order, member)
    money = invoices_page.panel(order, member)
    bills = money.get("bills", [])
    step = next_step.of(seen, bills, money.get("unbilled", []))
    about = [one.thread.dispute for one in disputed["disputed"]]
    told: dict[str, Any] = {
        "order": order,
        "seen": seen,
        "step": step,
        "acts": main_act.of(seen, step, member, bills=bills, reportable=bool(may_report)),
        "totals": totals(seen.content["sums"]),
        "news": notices.about(member, order),
        **money,
        **disputed,
        "attempt": tried["attempt"],
        "outcomes": without.rows(seen, about, tried["attempts"]),
        "extensions": extension.CHOICES,
        **_photos(order, member),
        "on_site": _is_theirs(order, member) and not _is_accepted(seen),
        "report": form or (ReportForm(order) if may_report else None),
    }
    return show(request, member, "order.html", section="orders", status=status, **{**told, **more})


def _is_theirs(order: WorkOrder, member: Member) -> bool:
    """Whether the app of this member's phone has the order, so that it can be signed there (S1-07)."""
    return (
        order.status in ON_SITE and order.technician_id == member.pk and access.can(member, in_person.RIGHT)
    )


def _is_accepted(seen: overview.Overview) -> bool:
    """Whether its service report is signed: then nothing is left to sign on site."""
    return any(one.signoff.of_report and one.signoff.state in CONSENTED for one in seen.requests)


def _photos(order: WorkOrder, member: Member) -> dict[str, Any]:
    """The photos, and the form to add some where there is room and a right to."""
    found = photos.of(order)
    full = len(found) >= photos.MOST_PHOTOS
    form = PhotosForm(order) if access.can(member, "order.report") and not full else None
    return {"photos": found, "photo_form": form, "full": full}


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
