"""The document of one invoice, for the customer who was invited to read it (S3-34)."""

from __future__ import annotations

import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from paraph.billing import invoices
from paraph.lib.blobs import BlobMissing
from paraph.people import limits
from paraph.signoff.models import Invitation
from paraph.web.portal import door, files, invoice
from paraph.web.shared import errors
from paraph.web.shared.acting import reading

log = logging.getLogger(__name__)


@reading
@door.guest
def document(request: HttpRequest, invitation: Invitation, invoice_id: UUID) -> HttpResponse:
    """One issued document, byte for byte."""
    found = invoice.find(invitation, invoice_id)
    limits.count(limits.PORTAL, f"print:{door.counted_as(request, invitation)}")
    try:
        paper = invoices.pdf(found)
    except BlobMissing as problem:
        log.error("no document of invoice %s", found.pk, exc_info=problem)
        return errors.page(request, 503, _("The document cannot be read right now. Nothing is lost."))
    return files.file(paper, files.PDF, f"{found.number}.pdf")
