"""Photos in a dispute: what the damage looks like, from both sides (S0-34).

The secret: a file is drawn anew (`work.drawing`) before anything is locked, and who sends it is asked for again behind
the lock.
"""

from __future__ import annotations

from hashlib import sha256

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import disputes
from paraph.signoff.dispute_facts import PhotoAdded
from paraph.signoff.errors import OnlyToRead, Unusable
from paraph.signoff.models import Ask, Dispute, DisputePhoto, Invitation, PhotoCopy
from paraph.work import drawing
from paraph.work.drawing import Drawn, Undrawable

MOST_PHOTOS = 20  # in one dispute, of both sides together
MOST_BYTES = 100 << 20  # of them, as they came
MOST_FILE_BYTES = 25 << 20  # a photo of a large phone camera has about 12 MB
MOST_PAGES = 10  # of a PDF or TIFF


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
    held = found.photos.aggregate(size=Sum("size"))["size"] or 0
    if found.photos.count() >= MOST_PHOTOS or held + len(content) > MOST_BYTES:
        raise Unusable("photos", _("There are many files here already. Describe the rest in words."))


def _draw(content: bytes) -> Drawn:
    try:
        return drawing.draw(content, most_bytes=MOST_FILE_BYTES, most_pages=MOST_PAGES)
    except Undrawable as refusal:
        raise Unusable("photos", str(refusal)) from refusal


def _keep(found: Dispute, drawn: Drawn, by: Actor) -> DisputePhoto:
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
        kind=drawn.kind.value,
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
