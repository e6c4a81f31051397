"""Invoicing details: what invoices say of the organisation, and of one customer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.billing import profiles
from paraph.billing.errors import PrefixTaken
from paraph.people.models import Member
from paraph.web.office import reach
from paraph.web.office.doors import actor, form, show
from paraph.web.office.forms.invoices import BuyerForm, SellerForm
from paraph.web.shared import errors
from paraph.web.shared.views import same_site_path


@form("settings.edit")
def seller(request: HttpRequest, member: Member) -> HttpResponse:
    """The organisation's. The form says whose they are, so that a switch in another window mixes nothing up."""
    shop = member.organisation
    if request.method == "POST" and request.POST.get("organisation") != str(shop.pk):
        response: HttpResponse = errors.page(request, 409)
        return response
    sheet = SellerForm(request.POST or None, initial=SellerForm.start(profiles.seller_profile(shop)))
    if sheet.is_valid():
        try:
            profiles.save_seller(shop, sheet.cleaned_data, by=member, actor=actor(request, member))
        except PrefixTaken as refusal:
            sheet.add_error("credit_prefix", str(refusal))
        else:
            messages.success(request, _("The invoicing details are stored."))
            return _onward(request) or redirect("office:seller")
    status = 400 if sheet.errors else 200
    return show(request, member, "invoices/seller.html", section="invoicing", status=status, sheet=sheet)


@form("customer.edit")
def buyer(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """A customer's."""
    customer = reach.customer(member, pk)
    sheet = BuyerForm(request.POST or None, initial=BuyerForm.start(profiles.buyer_profile(customer)))
    if sheet.is_valid():
        profiles.save_buyer(customer, sheet.cleaned_data, by=member, actor=actor(request, member))
        messages.success(request, _("The invoicing details are stored."))
        return _onward(request) or redirect("office:buyer", pk)
    told = {"sheet": sheet, "customer": customer}
    status = 400 if sheet.errors else 200
    return show(request, member, "invoices/buyer.html", section="customers", status=status, **told)


def _onward(request: HttpRequest) -> HttpResponse | None:
    """Back to the draft that lacked something, where its page led here."""
    wanted = request.GET.get("next", "")
    return redirect(same_site_path(wanted)) if wanted else None
