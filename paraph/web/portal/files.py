"""Files a customer takes home. Names by RFC 6266, never from what a user typed alone; no file can run (line 24)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.lib.blobs import BlobMissing
from paraph.lib.keyfile import KeyFileMissing
from paraph.people import limits
from paraph.sealing.errors import SealingError
from paraph.signoff import completion, progress, receipts
from paraph.signoff.errors import NotThere
from paraph.signoff.models import Invitation, Signature, SignOff, State, View
from paraph.web.portal import door, invoice
from paraph.web.portal.receipt import own
from paraph.web.shared import errors
from paraph.web.shared.acting import reading
from paraph.work import orders
from paraph.work.models import WorkOrder

log = logging.getLogger(__name__)
PDF, JSON = "application/pdf", "application/json"
UNSAFE = re.compile(r"[^\w.-]+")


@reading
@door.guest
def print_pdf(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The *Print* link: the document of this view and of no other (S3-34 … S3-36)."""
    limits.count(limits.PORTAL, f"print:{door.counted_as(request, invitation)}")
    order = orders.load(invitation.party.signoff.order_id)
    try:
        content = DOCUMENTS[View(invitation.view)](invitation, order, get_language() or "en")
    except (SealingError, BlobMissing) as problem:
        return unavailable(request, invitation.party.signoff, problem)
    return file(content, PDF, f"{order.number}-{invitation.view}.pdf")


def _signed(invitation: Invitation, order: WorkOrder, language: str) -> bytes:
    """With a signature block while lines are pending, with the signature once given."""
    signoff = invitation.party.signoff
    shown = None if signoff.state == State.SEALED and not _may_read_sealed(invitation) else signoff
    return completion.printed(order, invitation.view, language, signoff=shown)


def _progress(invitation: Invitation, order: WorkOrder, language: str) -> bytes:
    return progress.printed(order, language)


def _invoice(invitation: Invitation, order: WorkOrder, language: str) -> bytes:
    return invoice.printed(order)


# A view without an entry has no document: a new one must say which it may show.
DOCUMENTS: dict[View, Callable[[Invitation, WorkOrder, str], bytes]] = {
    View.ESTIMATE: _signed,
    View.AUTHORISATION: _signed,
    View.REPORT: _signed,
    View.PROGRESS: _progress,
    View.INVOICE: _invoice,
}


@reading
@door.guest
@door.to_sign
def sealed(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The sealed copy, once there is one."""
    signoff = invitation.party.signoff
    if not signoff.is_sealed or not _may_read_sealed(invitation):
        raise NotThere
    try:
        content = signoff.sealed_copy.read()
    except BlobMissing as problem:
        return unavailable(request, signoff, problem)
    return file(content, PDF, f"{signoff.order.number}-sealed.pdf")


@reading
@door.guest
@door.to_sign
def receipt(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The receipt of this party's own signature, for `evidence.verify`."""
    signature = _own(invitation)
    try:
        content = receipts.receipt(signature)
    except KeyFileMissing as problem:
        return unavailable(request, invitation.party.signoff, problem)
    return file(content, JSON, f"receipt-{receipts.code(signature)}.json")


@reading
@door.guest
@door.to_sign
def record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The record this party agreed to, byte by byte as it was signed."""
    signature = _own(invitation)
    return file(signature.record_bytes, JSON, f"record-{receipts.code(signature)}.json")


def file(content: bytes, mime: str, name: str) -> HttpResponse:
    """A download that no browser runs, whatever is in it (security.md line 24)."""
    disposition = content_disposition_header(as_attachment=True, filename=UNSAFE.sub("-", name).strip("-."))
    return HttpResponse(
        content,
        content_type=mime,
        headers={
            "Content-Disposition": disposition or "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _own(invitation: Invitation) -> Signature:
    signature = own(invitation)
    if signature is None:
        raise NotThere
    return signature


def _may_read_sealed(invitation: Invitation) -> bool:
    """A sealed estimate shows prices, so it is not for who was invited to the work authorisation (S3-04)."""
    if invitation.view == View.ESTIMATE:
        return True
    views = invitation.party.signoff.signatures.values_list("snapshot__view", flat=True)
    return View.ESTIMATE not in views


def unavailable(request: HttpRequest, signoff: SignOff, problem: Exception) -> HttpResponse:
    """The page for a document that cannot be made or found right now."""
    log.error("no document of sign-off %s", signoff.pk, exc_info=problem)
    told = _(
        "The document cannot be made right now. Your decisions and signature are safe; try again in a minute."
    )
    return errors.page(request, 503, told)
