"""Photos in a dispute: what the damage looks like, from both sides (S0-34).

The secret: a file is drawn anew in a child process with limits (`intake`), before anything is locked; only the drawing
is ever shown. The bytes as they came are kept for evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from paraph.intake import pictures, taking
from paraph.intake.errors import Reason, Refused
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import disputes
from paraph.signoff.dispute_facts import PhotoAdded
from paraph.signoff.errors import OnlyToRead, Unusable
from paraph.signoff.models import Ask, Dispute, DisputePhoto, Invitation, PhotoCopy

MOST_PHOTOS = 20  # in one dispute, of both sides together
MOST_BYTES = 100 << 20  # of them, as they came
MOST_FILE_BYTES = 25 << 20  # a photo of a large phone camera has about 12 MB
MOST_PAGES = 10  # of a PDF or TIFF
SHOWN_DPI = 110  # as wide as a large screen
SENTENCES: dict[Reason, Any] = {
    Reason.EMPTY: _("The file is empty. Choose it again."),
    Reason.TOO_LARGE: _("The file is larger than 25 MB. Send a smaller one."),
    Reason.UNKNOWN_KIND: _("Send a picture (JPEG, PNG, HEIC, TIFF) or a PDF."),
    Reason.ENCRYPTED: _("The PDF is locked with a password. Save it without one."),
    Reason.TOO_MANY_PAGES: _("The file has more than 10 pages. Send only those that show it."),
}
UNREADABLE = _("This file could not be read. Take a photo of it, and send that.")


@dataclass(frozen=True)
class _Drawn:
    kind: str
    content: bytes
    pages: list[pictures.Picture]


def add_by_customer(dispute: Dispute, invitation: Invitation, content: bytes, *, by: Actor) -> DisputePhoto:
    """The customer's side adds a file; the same again is once. Raises as `disputes.add`, `Unusable` for the file."""
    if invitation.party.ask == Ask.VIEW:
        raise OnlyToRead
    with transaction.atomic():
        _room(disputes.of_request(dispute, invitation), content)
    drawn = _draw(content)
    with transaction.atomic():
        return _keep(disputes.of_request(dispute, invitation), drawn, by)


def add_by_shop(dispute: Dispute, content: bytes, *, by: Member, actor: Actor) -> DisputePhoto:
    """The shop adds a file. Raises as `disputes.answer`, `Unusable` for the file."""
    access.require(by, "dispute.answer")
    with transaction.atomic():
        _room(disputes.held(dispute), content)
    drawn = _draw(content)
    with transaction.atomic():
        return _keep(disputes.held(dispute), drawn, actor)


def _room(found: Dispute, content: bytes) -> None:
    """Raise `Unusable` where one more file is one too many."""
    if len(content) > MOST_FILE_BYTES:
        raise Unusable("photos", SENTENCES[Reason.TOO_LARGE])
    held = found.photos.aggregate(size=Sum("size"))["size"] or 0
    if found.photos.count() >= MOST_PHOTOS or held + len(content) > MOST_BYTES:
        raise Unusable("photos", _("There are many files here already. Describe the rest in words."))


def _draw(content: bytes) -> _Drawn:
    try:
        taken = taking.take_in(content)
        if taken.pages > MOST_PAGES:
            raise Refused(Reason.TOO_MANY_PAGES)
        return _Drawn(taken.kind.value, content, pictures.pictures(taken.pdf, dpi=SHOWN_DPI))
    except Refused as refusal:
        raise Unusable("photos", SENTENCES.get(refusal.reason, UNREADABLE)) from refusal


def _keep(found: Dispute, drawn: _Drawn, by: Actor) -> DisputePhoto:
    digest = sha256(drawn.content).hexdigest()
    earlier = found.photos.filter(blob=digest).first()
    if earlier is not None:
        return earlier
    _room(found, drawn.content)
    store = home.blobs()
    photo = DisputePhoto.objects.create(
        dispute=found,
        author_kind=by.kind,
        author_name=by.name,
        kind=drawn.kind,
        blob=store.put(drawn.content),
        size=len(drawn.content),
        at=clock.now(),
    )
    for one in drawn.pages:
        PhotoCopy.objects.create(
            photo=photo, page=one.page, blob=store.put(one.content), width=one.width, height=one.height
        )
    fact = PhotoAdded(
        dispute=str(found.pk), photo=str(photo.pk), digest=f"sha256:{digest}", pages=len(drawn.pages)
    )
    disputes.record(found, fact, by)
    return photo
