"""What the order form offers while somebody types: parts of the list and labour codes, with what they fill in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language

from paraph.lib import figures
from paraph.people.models import Member
from paraph.web.office import reach, settings_lists
from paraph.web.office.doors import page
from paraph.web.office.forms import amounts
from paraph.work.models import CatalogPart, LabourCode

MOST = 20  # a list to choose from, not to read


@page("order.edit")
def picks(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    """Up to `MOST` that fit `q`: {"found": [{"value", "label", "fields": {name: text}}]}.

    Prices are the organisation's; for an order in another `currency` none is offered.
    """
    asked, currency = settings_lists.asked_for(request), member.organisation.currency
    priced = request.GET.get("currency", currency) == currency
    if kind == "parts":
        parts = settings_lists.fitting(reach.catalog_parts(member), asked, "number", "name")
        found = [_part(one, currency, priced=priced) for one in parts.filter(archived_at=None)[:MOST]]
    elif kind == "labour":
        codes = settings_lists.fitting(reach.labour_codes(member), asked, "code", "name")
        found = [_code(one, currency, priced=priced) for one in codes.filter(archived_at=None)[:MOST]]
    else:
        raise Http404
    return JsonResponse({"found": found}, headers={"Content-Security-Policy": "default-src 'none'; sandbox"})


def _part(one: CatalogPart, currency: str, *, priced: bool) -> dict[str, Any]:
    fields = {"name": one.name, "number": one.number}
    return _pick(one.number, one.name, fields, "price", one.unit_price if priced else None, currency)


def _code(one: LabourCode, currency: str, *, priced: bool) -> dict[str, Any]:
    fields = {"labour_code": one.code}
    return _pick(one.code, one.name, fields, "hourly_rate", one.hourly_rate if priced else None, currency)


def _pick(
    value: str, name: str, fields: dict[str, str], price: str, minor: int | None, currency: str
) -> dict[str, Any]:
    label = name
    if minor is not None:
        digits = get_currency_precision(currency)
        fields[price] = amounts.write(Decimal(minor).scaleb(-digits), digits, least=digits)
        label = f"{name} · {figures.money(minor, currency, get_language() or 'en')}"
    return {"value": value, "label": label, "fields": fields}
