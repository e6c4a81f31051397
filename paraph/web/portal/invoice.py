"""The customer's invoices of one order, to read and to print (S3-07, S3-34).

Only what was issued: a draft is the shop's own business until it has a number. Whoever was invited to another view, or
to another order, finds nothing here.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from paraph.billing import invoices
from paraph.billing.models import Invoice, State
from paraph.signoff.errors import NotThere
from paraph.signoff.models import Invitation, View
from paraph.web.shared import bill
from paraph.work.models import WorkOrder


def context(invitation: Invitation) -> dict[str, Any]:
    """What `portal/invoice/sheet.html` shows: `bills`, newest first, each with the address of its document.

    An invitation without a key (a preview) has no addresses.
    """
    found = invoices.issued_of(invitation.party.signoff.order)
    known = bool(invitation.key_digest)
    return {
        "bills": [
            {
                "bill": bill.of(one),
                "url": reverse("portal:invoice", args=[invitation.pk, one.pk]) if known else "",
            }
            for one in reversed(found)
        ]
    }


def printed(order: WorkOrder) -> bytes:
    """The document of the newest invoice in force, else the newest issued. Raises `NotThere`, `BlobMissing`."""
    found = invoices.issued_of(order)
    standing = [one for one in found if one.state != State.VOIDED]
    if not found:
        raise NotThere
    return invoices.pdf((standing or found)[-1])


def find(invitation: Invitation, invoice_id: UUID) -> Invoice:
    """The invoice, if this invitation is for invoices of its order and it was issued; raises `NotThere`."""
    if invitation.view != View.INVOICE:
        raise NotThere
    order = invitation.party.signoff.order_id
    found = Invoice.objects.filter(pk=invoice_id, order=order, number__isnull=False).first()
    if found is None:
        raise NotThere
    return found
