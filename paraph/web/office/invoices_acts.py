"""What is done with invoices: draft by hand, renew, issue, send, void; and their files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paraph.billing import invoices
from paraph.billing.errors import BillingError
from paraph.billing.models import Kind
from paraph.lib.blobs import BlobMissing
from paraph.people import limits
from paraph.people.models import Member
from paraph.sealing.errors import RenderFailed
from paraph.signoff.approvals import approvals_of
from paraph.signoff.errors import SignOffError
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, page
from paraph.web.office.files import PDF, attached
from paraph.web.office.forms.invoices import SendForm, VoidForm
from paraph.web.office.invoices_page import answer, find
from paraph.web.shared import errors

log = logging.getLogger(__name__)
XML = "application/xml"


@act("invoice.edit")
def draft(request: HttpRequest, member: Member, pk: UUID, signoff: UUID) -> HttpResponse:
    """Make the draft for one approval, where the rule did not, or an earlier invoice was voided."""
    order = reach.order(member, pk)
    approval = next((one for one in approvals_of(order) if one.signoff.pk == signoff), None)
    if approval is None:
        raise Http404
    try:
        made = invoices.draft(approval, by=actor(request, member))
    except BillingError as refusal:
        messages.error(request, str(refusal))
        return redirect("office:order", pk)
    return redirect("office:invoice", made.pk)


@act("invoice.edit")
def renew(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take over what is approved, and what it costs, now."""
    found = find(member, pk)
    return _tried(
        request,
        pk,
        lambda: invoices.renew(found, by=member, actor=actor(request, member)),
        _("The draft says what is approved now."),
    )


@act("invoice.edit")
def issue(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Give the draft its number, as it was seen: `revision` says which one that was."""
    found, seen = find(member, pk), request.POST.get("revision", "")
    expected = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    return _tried(
        request,
        pk,
        lambda: invoices.issue(found, by=member, actor=actor(request, member), expected=expected),
        _("The invoice is issued. It can be sent now."),
    )


@act("invoice.edit")
def send(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Mail the document."""
    found = find(member, pk)
    typed = SendForm(request.POST, customer=found.order.customer)
    if not typed.is_valid():
        return answer(request, member, found, status=400, refusals=[_("Choose who gets it.")])
    limits.count(limits.MAIL, str(member.organisation_id))
    told = typed.cleaned_data
    try:
        sent = invoices.send(
            found,
            told["contacts"],
            once=told["once"],
            text=told["text"],
            by=member,
            actor=actor(request, member),
        )
    except SignOffError as refusal:
        messages.error(request, str(refusal))
    except BlobMissing as problem:
        return _unavailable(request, pk, problem)
    else:
        words = ngettext(
            "%(count)s message is on its way.", "%(count)s messages are on their way.", len(sent)
        )
        messages.success(request, words % {"count": len(sent)})
    return redirect("office:invoice", pk)


@act("invoice.edit")
def void(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take an invoice back by a credit note, or throw a draft away."""
    found = find(member, pk)
    typed = VoidForm(request.POST)
    if not typed.is_valid():
        return answer(request, member, found, status=400, refusals=[_("Say why it is voided.")])
    try:
        made = invoices.void(found, typed.cleaned_data["reason"], by=member, actor=actor(request, member))
    except BillingError as refusal:
        messages.error(request, str(refusal))
        return redirect("office:invoice", pk)
    except RenderFailed as problem:
        return _unavailable(request, pk, problem)
    if made.kind == Kind.CREDIT:
        messages.success(
            request, _("The invoice is voided by credit note %(number)s.") % {"number": made.number}
        )
        return redirect("office:invoice", made.pk)
    messages.success(request, _("The draft is discarded."))
    return redirect("office:order", found.order_id)


@page("invoice.view")
def document(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """The document as issued; of a draft, as it would be."""
    found = find(member, pk)
    try:
        paper = invoices.pdf(found, "" if found.is_issued else get_language() or "en")
    except (BlobMissing, RenderFailed) as problem:
        return _unavailable(request, pk, problem)
    return attached(paper, f"{found.number or f'draft-{found.order.number}'}.pdf", PDF)


@page("invoice.view")
def e_invoice(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """The XML that stands in the document."""
    found = find(member, pk)
    if not found.is_issued:
        raise Http404
    try:
        return attached(found.read_xml(), f"{found.number}.xml", XML)
    except BlobMissing as problem:
        return _unavailable(request, pk, problem)


def _tried(request: HttpRequest, pk: UUID, verb: Callable[[], object], done: str) -> HttpResponse:
    """Do it, and say how it went on the invoice's page."""
    try:
        verb()
    except BillingError as refusal:
        messages.error(request, str(refusal))
    except RenderFailed as problem:
        return _unavailable(request, pk, problem)
    else:
        messages.success(request, done)
    return redirect("office:invoice", pk)


def _unavailable(request: HttpRequest, pk: UUID, problem: Exception) -> HttpResponse:
    log.error("no document of invoice %s", pk, exc_info=problem)
    return errors.page(request, 503, _("The document cannot be made right now. Nothing is lost."))
