"""The list of invoices, and their file for the books."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from paraph.billing import export, invoices
from paraph.billing.models import Invoice, State
from paraph.lib import clock
from paraph.people.models import Member
from paraph.web.office.doors import page, show
from paraph.web.office.files import attached
from paraph.web.office.forms.invoices import FilterForm
from paraph.web.office.leaves import Leaves

PAGE = 25
MOST_WORDS = 6  # each is a condition of its own
CSV = "text/csv; charset=utf-8"


@page("invoice.view")
def invoice_list(request: HttpRequest, member: Member) -> HttpResponse:
    """One page of the invoices that fit."""
    form = FilterForm(request.GET)
    chosen = form.chosen()
    pages = Leaves(search(invoices.of_organisation(member.organisation_id), chosen), PAGE)
    told: dict[str, Any] = {
        "form": form,
        "pages": pages,
        "page": pages.get_page(request.GET.get("page")),
        "query": _query(request.GET),
        "filtered": bool(chosen),
    }
    return show(request, member, "invoices/list.html", section="invoices", **told)


@page("invoice.view")
def for_the_books(request: HttpRequest, member: Member) -> HttpResponse:
    """What was issued and fits, as CSV, oldest first (security.md line 30)."""
    found = search(invoices.of_organisation(member.organisation_id), FilterForm(request.GET).chosen())
    issued = found.filter(number__isnull=False).select_related("order", "credits")
    content = export.write(issued.order_by("issued_at", "number").iterator(chunk_size=500))
    return attached(content, f"invoices-{clock.now():%Y-%m-%d}.csv", CSV)


def search(found: QuerySet[Invoice], chosen: dict[str, Any]) -> QuerySet[Invoice]:
    """The invoices that fit all filters; each word of `q` must be found somewhere."""
    for name in ("state", "kind"):
        if name in chosen:
            found = found.filter(**{name: chosen[name]})
    if "since" in chosen:
        found = found.filter(issued_on__gte=chosen["since"])
    if "until" in chosen:
        found = found.filter(issued_on__lte=chosen["until"])
    for word in chosen.get("q", "").split()[:MOST_WORDS]:
        found = found.filter(
            Q(number__icontains=word)
            | Q(order__number__icontains=word)
            | Q(order__customer__name__icontains=word)
        )
    return found


def drafts_of(member: Member) -> QuerySet[Invoice]:
    """What is to be invoiced, oldest first: for the first page."""
    found = invoices.of_organisation(member.organisation_id).filter(state=State.DRAFT)
    return found.order_by("created_at")


def _query(asked: QueryDict) -> str:
    """The filters as a query string to put a page number behind."""
    kept = asked.copy()
    kept.pop("page", None)
    for name in [name for name in kept if not kept[name]]:
        kept.pop(name)
    return kept.urlencode() + "&" if kept else ""
