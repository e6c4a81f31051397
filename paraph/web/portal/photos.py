"""A photo of a service report, for whoever was asked to accept the work (S1-29)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from paraph.lib.blobs import BlobMissing
from paraph.signoff import reporting
from paraph.signoff.errors import NotThere
from paraph.signoff.models import Invitation, View
from paraph.web.portal import door
from paraph.web.shared import errors, pictures
from paraph.web.shared.acting import reading


@reading
@door.guest
@door.to_sign
def photo(request: HttpRequest, invitation: Invitation, digest: str) -> HttpResponse:
    """The picture drawn anew of the photo whose bytes have this digest; no other view shows photos."""
    found = reporting.photo(invitation.party.signoff, digest) if invitation.view == View.REPORT else None
    if found is None:
        raise NotThere
    try:
        return pictures.answer(pictures.shown(found.read_shown(), most=pictures.LARGE))
    except BlobMissing:
        return errors.page(request, 503)
