"""Nobody was there, or could not sign: recorded on the order page (X-13)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.signoff import outcomes
from paraph.signoff.errors import Unusable
from paraph.web.office import order_page, reach
from paraph.web.office.doors import act, actor
from paraph.web.office.forms.dispute import AttemptForm
from paraph.work import orders


@act("attempt.record")
def record(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Record it, and name what comes next."""
    order = reach.order(member, pk)
    form = AttemptForm(request.POST)
    if form.is_valid():
        try:
            outcomes.record(order, **form.cleaned_data, by=member, actor=actor(request, member))
        except Unusable as problem:
            form.add_error(problem.field, str(problem))
    if form.errors:
        return order_page.answer(request, member, orders.load(order.pk), status=400, attempt=form)
    messages.success(
        request, _("It is recorded. Nothing was approved by it: remind the customer, or go again.")
    )
    return redirect(reverse("office:order", args=[pk]) + "#outcomes")
