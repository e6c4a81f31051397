"""The door of billing: the verbs of an invoice's life, and how it is read.

draft → issued → sent, and voided from each: a draft is discarded, an issued one gets a credit note.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from paraph.billing import charges, content, drafts, missing, printing
from paraph.billing.drafts import Words, discard, draft, draft_all, renew, revise
from paraph.billing.errors import Problem
from paraph.billing.issuing import issue, void
from paraph.billing.models import Invoice, Kind, State
from paraph.billing.sending import deliveries, send
from paraph.lib import clock
from paraph.sealing.render import render
from paraph.signoff.approvals import Approval, approvals_of
from paraph.work import orders
from paraph.work.models import Status, WorkOrder

__all__ = [
    "Words",
    "deliveries",
    "discard",
    "draft",
    "draft_all",
    "issue",
    "issued_of",
    "of_order",
    "of_organisation",
    "pdf",
    "problems",
    "renew",
    "revise",
    "send",
    "unbilled",
    "void",
]

ISSUED = Q(number__isnull=False)


def of_order(order: WorkOrder) -> list[Invoice]:
    """All invoices and credit notes of an order, drafts too, oldest first, with their lines; two queries."""
    found = Invoice.objects.filter(order=order).order_by("created_at", "number")
    return list(found.select_related("credits", "credit_note").prefetch_related("lines"))


def issued_of(order: WorkOrder) -> list[Invoice]:
    """Those that were issued: all a customer may ever see."""
    return [one for one in of_order(order) if one.is_issued]


def of_organisation(organisation: UUID) -> QuerySet[Invoice]:
    """All invoices of an organisation, newest first."""
    return Invoice.objects.filter(organisation=organisation).select_related("order__customer")


def unbilled(order: WorkOrder) -> list[Approval]:
    """The approvals of a completed order for which no invoice stands, and something is to be billed."""
    if order.status != Status.COMPLETED:
        return []
    standing = Invoice.objects.filter(order=order, kind=Kind.INVOICE).exclude(state=State.VOIDED)
    billed = set(standing.values_list("signoff", flat=True))
    found = [one for one in approvals_of(order) if one.signoff.pk not in billed]
    now = orders.load(order.pk) if any(one.signoff.of_report for one in found) else order
    return [one for one in found if charges.is_due(one, now)]


def problems(invoice: Invoice) -> list[Problem]:
    """What keeps a draft from being issued; empty for one that may be, or was."""
    if not invoice.is_draft:
        return []
    order = orders.load(invoice.order_id)
    approval = drafts.approval_of(order, invoice.signoff)
    return missing.of(content.of_draft(invoice, order, approval), invoice, order, approval)


def pdf(invoice: Invoice, language: str = "") -> bytes:
    """The document. Issued: the very bytes issued, in the language issued. A draft: as it is now, marked as one.

    Raises `lib.blobs.BlobMissing` and `sealing.errors.RenderFailed`.
    """
    if invoice.is_issued:
        return invoice.read()
    order = orders.load(invoice.order_id)
    told = content.of_draft(invoice, order, drafts.approval_of(order, invoice.signoff))
    spoken = language or invoice.language
    return render("invoice", printing.invoice(told, spoken), at=clock.now(), language=spoken)
