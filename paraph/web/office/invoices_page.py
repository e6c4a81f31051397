"""The page of one invoice: what it says, what it lacks, what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from paraph.billing import invoices, printing, profiles
from paraph.billing.errors import BillingError
from paraph.billing.models import Invoice, Kind, State
from paraph.people import access
from paraph.people.models import Member
from paraph.web.office.doors import actor, form, show
from paraph.web.office.forms.invoices import SendForm, VoidForm, WordsForm
from paraph.web.shared import bill
from paraph.work.models import WorkOrder

# Where a problem is mended, and by whom.
RIGHTS = {
    "seller": "settings.edit",
    "organisation": "settings.edit",
    "buyer": "customer.edit",
    "customer": "customer.edit",
}


def find(member: Member, pk: UUID) -> Invoice:
    """One of the organisation's invoices, with what its page names; Http404 for any other."""
    related = (
        "organisation",
        "order__customer",
        "order__organisation",
        "credits",
        "credit_note",
        "prices_checked_by",
    )
    found = Invoice.objects.select_related(*related, "prices_checked_by__user").prefetch_related("lines")
    return get_object_or_404(found, pk=pk, organisation_id=member.organisation_id)


@form("invoice.view")
def invoice(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """One invoice; on POST what a biller says on the draft."""
    found = find(member, pk)
    if request.method != "POST":
        return answer(request, member, found)
    access.require(member, "invoice.edit")
    typed = WordsForm(request.POST, invoice=found)
    if not typed.is_valid():
        return answer(request, member, found, words=typed, status=400)
    try:
        invoices.revise(
            found,
            typed.words,
            expected=typed.cleaned_data["revision"],
            prices_checked=bool(typed.cleaned_data.get("prices_checked")),
            by=member,
            actor=actor(request, member),
        )
    except BillingError as refusal:
        return answer(request, member, find(member, pk), status=refusal.status, refusals=[str(refusal)])
    messages.success(request, _("The draft is saved."))
    return redirect("office:invoice", pk)


def answer(
    request: HttpRequest,
    member: Member,
    found: Invoice,
    *,
    words: WordsForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of an invoice that `find` returned."""
    may = access.can(member, "invoice.edit")
    told: dict[str, Any] = {
        "invoice": found,
        "bill": bill.of(found),
        "lacks": _lacks(found, member),
        "seller": _party(found.seller or profiles.seller(found.organisation)),
        "buyer": _party(found.buyer or profiles.buyer(found.order.customer)),
    }
    if may and found.is_draft:
        told["words"] = words or WordsForm(invoice=found)
    if may and found.is_issued:
        told["send"] = SendForm(customer=found.order.customer)
        told["deliveries"] = invoices.deliveries(found)
    if may and found.state != State.VOIDED and found.kind == Kind.INVOICE:
        told["void"] = VoidForm()
    return show(request, member, "invoices/invoice.html", section="invoices", status=status, **told, **more)


def panel(order: WorkOrder, member: Member) -> dict[str, Any]:
    """What the order's page shows of its invoices; nothing for who may not see them."""
    if not access.can(member, "invoice.view"):
        return {}
    return {"bills": invoices.of_order(order), "unbilled": invoices.unbilled(order), "shows_bills": True}


def _lacks(found: Invoice, member: Member) -> list[tuple[Any, str]]:
    """What is missing, each with the address where this member can mend it and comes back from, or ""."""
    back = "?" + urlencode({"next": reverse("office:invoice", args=[found.pk])})
    addresses = {
        "seller": reverse("office:seller") + back,
        "organisation": reverse("office:settings"),
        "buyer": reverse("office:buyer", args=[found.order.customer_id]) + back,
        "customer": reverse("office:customer", args=[found.order.customer_id]),
        "order": reverse("office:order", args=[found.order_id]),
        "draft": "#words",
        "lines": "#lines",
    }
    return [
        (
            one.sentence,
            addresses[one.place] if access.can(member, RIGHTS.get(one.place, "invoice.view")) else "",
        )
        for one in invoices.problems(found)
    ]


def _party(told: dict[str, str]) -> dict[str, Any]:
    """A party with its address as lines."""
    from django.utils.translation import get_language

    return {**told, "lines": printing.address(told, get_language() or "en")}
