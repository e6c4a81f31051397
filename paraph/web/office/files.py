"""Files for staff: always to be saved, never shown by the browser on this site (security.md line 24)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from paraph.delivery.headers import file_name
from paraph.evidence.bundle import RECEIPT_TYPE
from paraph.intake.kinds import SUFFIXES, Kind
from paraph.lib.blobs import BlobMissing
from paraph.lib.keyfile import KeyFileMissing
from paraph.people.models import Member
from paraph.sealing.errors import RenderFailed
from paraph.signoff import completion, progress, receipts, subjects
from paraph.signoff.models import SIGNED_VIEWS, UNFINISHED, SignOff, State, View
from paraph.web.office import reach
from paraph.web.office.doors import page
from paraph.web.shared import errors
from paraph.work import orders
from paraph.work.models import WorkOrder

PDF, JSON = "application/pdf", "application/json"
# Bytes as they came: no browser is told that it could show them.
ANYTHING = "application/octet-stream"
GONE = gettext_lazy("The stored copy cannot be read. The managers must be told.")
# Made from the order as it is now; an invoice is a document of its own, with a right of its own.
PRINTED = frozenset({*SIGNED_VIEWS, View.PROGRESS})
# Requests whose signatures, if any, are not for what the order says now.
NO_DOCUMENT = (State.WITHDRAWN, State.DECLINED, State.REJECTED, State.SUPERSEDED, State.SHARED)


@page("order.view")
def sealed(request: HttpRequest, member: Member, pk: UUID, signoff: UUID | None = None) -> HttpResponse:
    """The sealed copy: of one sign-off, or the newest."""
    order = reach.order(member, pk)
    found = reach.signoff(member, pk, signoff) if signoff else _newest_sealed(order)
    if found is None or not found.is_sealed:
        raise Http404
    return handed_out(request, found.sealed_copy.read, f"{order.number}-sealed.pdf", PDF)


@page("order.view")
def printed(request: HttpRequest, member: Member, pk: UUID, view: str) -> HttpResponse:
    """The document as *Print* gives it (S3-34 … S3-36)."""
    if view not in PRINTED:
        raise Http404
    order = orders.load(reach.order(member, pk).pk)
    try:
        paper = _paper(order, view, get_language() or "en")
    except (RenderFailed, BlobMissing):
        return errors.page(request, 503, _("The document cannot be made right now. Nothing is lost."))
    return attached(paper, f"{order.number}-{view}.pdf", PDF)


@page("order.view")
def record(request: HttpRequest, member: Member, pk: UUID, signature: UUID) -> HttpResponse:
    """The record the signer agreed to."""
    found = reach.signature(member, pk, signature)
    return attached(found.record_bytes, f"{found.signoff.order.number}-record.json", JSON)


@page("order.view")
def receipt(request: HttpRequest, member: Member, pk: UUID, signature: UUID) -> HttpResponse:
    """The receipt with inclusion proof and checkpoint."""
    found = reach.signature(member, pk, signature)
    try:
        content = receipts.receipt(found)
    except KeyFileMissing:
        return errors.page(request, 503, _("The document cannot be made right now. Nothing is lost."))
    return attached(content, f"{found.signoff.order.number}-receipt.json", RECEIPT_TYPE)


def handed_out(request: HttpRequest, read: Callable[[], bytes], name: str, kind: str) -> HttpResponse:
    """A stored file as a download, or that it cannot be read."""
    try:
        return attached(read(), name, kind)
    except BlobMissing:
        return errors.page(request, 503, GONE)


def original_of(request: HttpRequest, read: Callable[[], bytes], name: str, kind: str) -> HttpResponse:
    """A file of somebody else, byte by byte; `kind` is what `intake` found it to be, and its name ends so.

    A picture that calls itself a page would be opened as one once it is saved.
    """
    plain = file_name(name)
    fits = PurePath(plain.lower()).suffix in SUFFIXES[Kind(kind)]
    return handed_out(request, read, plain if fits else f"{plain}.{kind}", ANYTHING)


def attached(content: bytes, name: str, mime: str) -> HttpResponse:
    """A download: RFC 6266 name, and no right to do anything should a browser show it all the same."""
    response = HttpResponse(content, content_type=mime)
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, file_name(name)) or "attachment"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _paper(order: WorkOrder, view: str, language: str) -> bytes:
    if view == View.PROGRESS:
        return progress.printed(order, language)
    return completion.printed(order, view, language, signoff=_current(order, view))


def _newest_sealed(order: WorkOrder) -> SignOff | None:
    found = order.signoffs.filter(sealed_copy__isnull=False).select_related("sealed_copy")
    return found.order_by("-completed_at").first()


def _current(order: WorkOrder, view: str) -> SignOff | None:
    """The sign-off whose document the order is now: none when lines were changed or added after the signature."""
    same = order.signoffs.filter(of_report=view == View.REPORT).exclude(state__in=NO_DOCUMENT)
    newest = same.select_related("sealed_copy").first()
    if newest is None or newest.state in UNFINISHED:
        return newest
    loose = [
        one
        for one in subjects.standing(order, view).values()
        if not one.authorised and one.choice != "rejected"
    ]
    return None if loose else newest
