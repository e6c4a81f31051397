"""Reporting the work as done, and taking that back (S1-04)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office import order_page, reach
from paraph.web.office.doors import act, actor
from paraph.web.office.forms.report import ReportForm
from paraph.work import orders
from paraph.work.guards import ReportRefused


@act("order.report")
def report(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Store the hours and complete the order; a refusal says which lines lack consent and keeps what was typed."""
    order = orders.load(reach.order(member, pk).pk)
    form = ReportForm(order, request.POST)
    if not form.is_valid():
        return order_page.answer(request, member, order, form=form, status=400)
    try:
        orders.report(order, by=actor(request, member), hours=form.hours)
    except ReportRefused as refusal:
        problems = [str(refusal)]
        return order_page.answer(request, member, order, form=form, problems=problems, status=refusal.status)
    messages.success(request, _("The work on %(number)s is reported as done.") % {"number": order.number})
    return redirect("office:order", pk)


@act("order.report")
def reopen(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take the report back, unless an invoice is out."""
    order = reach.order(member, pk)
    try:
        orders.reopen(order, by=actor(request, member))
    except ReportRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The report is taken back. The hours are kept."))
    return redirect(reverse("office:order", args=[pk]) + "#report")
