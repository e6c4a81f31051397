"""Pictures and files of a returned paper: what we made is shown, what came is only handed out (line 24)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from paraph.intake import pictures as drawing
from paraph.intake.errors import Refused
from paraph.lib import home
from paraph.lib.blobs import BlobMissing
from paraph.people.models import Member
from paraph.signoff import filing, returns
from paraph.signoff.models import Return
from paraph.web.office import reach
from paraph.web.office.doors import page
from paraph.web.office.files import GONE, PDF, handed_out, original_of
from paraph.web.shared import errors, pictures

READING_DPI = 110  # a printed page to read on a screen
COMPARED = {"printed": "printed_blob", "returned": "returned_blob", "difference": "difference_blob"}


@page("order.view")
def picture(
    request: HttpRequest, member: Member, pk: UUID, returned: UUID, side: str, number: int
) -> HttpResponse:
    """One page: as it was printed, returned, different, filed or uploaded."""
    found = reach.returned(member, pk, returned)
    try:
        page = _picture(found, side, number)
        return pictures.answer(pictures.shown(page) if "small" in request.GET else page)
    except (BlobMissing, Refused):
        return errors.page(request, 503, GONE)


@page("order.view")
def original(request: HttpRequest, member: Member, pk: UUID, returned: UUID, file: UUID) -> HttpResponse:
    """A file byte by byte as it came, to be saved."""
    found = get_object_or_404(returns.files_of(reach.returned(member, pk, returned)), pk=file)
    return original_of(request, found.read, found.name, found.kind)


@page("order.view")
def scan(request: HttpRequest, member: Member, pk: UUID, returned: UUID) -> HttpResponse:
    """The pages as they are filed, as one PDF."""
    found = reach.returned(member, pk, returned)
    if not found.blob:
        raise Http404
    return handed_out(request, found.read, f"{found.party.signoff.order.number}-scan.pdf", PDF)


def _picture(found: Return, side: str, number: int) -> bytes:
    """A JPEG that we made; raises Http404 for a page that is not there."""
    if side in COMPARED:
        compared = found.compared.filter(number=number).first()
        if compared is not None:
            return home.blobs().get(getattr(compared, COMPARED[side]))
        return _printed(found, number) if side == "printed" else _none()
    if side == "scan":
        return get_object_or_404(found.scan, number=number).read()
    kept = returns.pages_of(found).filter(removed=False) if side == "uploaded" else None
    one = kept[number - 1 : number].first() if kept is not None and number else None
    return pictures.shown(one.read(), rotation=one.rotation, most=pictures.LARGE) if one else _none()


def _printed(found: Return, number: int) -> bytes:
    """A page of what was printed for this party, drawn where nothing could be compared with it."""
    paper = filing.sent_to(found)
    if paper is None or not 1 <= number <= paper.pages or paper.party.signoff.order_id != _order(found):
        raise Http404
    return drawing.pictures(paper.read(), dpi=READING_DPI, pages=[number - 1])[0].content


def _order(found: Return) -> UUID:
    return found.party.signoff.order_id


def _none() -> bytes:
    raise Http404
