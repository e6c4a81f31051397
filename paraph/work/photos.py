"""Photos of an order: what the work looks like, from where it is done (S1-29).

The secret: they are evidence beside the order, not part of what it says: adding one makes no new revision. What was
removed is no longer shown; its bytes and the fact stay.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from paraph.evidence import ledger
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.work import drawing
from paraph.work.drawing import Drawn, Undrawable
from paraph.work.field_facts import OrderPhotoAdded, OrderPhotoRemoved
from paraph.work.models import CAPTION_CHARS, Item, Photo, WorkOrder

MOST_PHOTOS = 12  # of one order
MOST_FILE_BYTES = 12 * drawing.MB  # a photo of a large phone camera, as it comes


def add(
    order: WorkOrder,
    content: bytes,
    *,
    by: Member,
    actor: Actor,
    item: Item | None = None,
    caption: str = "",
    taken_at: datetime | None = None,
    again: bool = False,
) -> Photo:
    """Add a photo: a JPEG, PNG or HEIC file, as it came. The same bytes again are once, wherever they were put.

    A photo that was removed stays so when a phone sends it once more (it is returned with its `removed_at`), unless
    somebody means it: `again`. `taken_at` is what the device claims. Takes seconds, outside a transaction. Raises
    `Undrawable` with a sentence (also where there are too many), `access.Forbidden`, ValueError for another's item.
    """
    access.require(by, "order.report")
    if item is not None and item.order_id != order.pk:
        raise ValueError("an item of another order")
    digest = sha256(content).hexdigest()
    earlier = _earlier(order, digest, again=again)
    if earlier is not None:
        return earlier
    _room(order)
    drawn = drawing.draw(content, most_bytes=MOST_FILE_BYTES, most_pages=1, only=drawing.PHOTOS)
    with transaction.atomic():
        WorkOrder.objects.select_for_update().get(pk=order.pk)
        earlier = _earlier(order, digest, again=again)
        if earlier is not None:
            return earlier
        _room(order)
        said = {"item": item, "caption": caption.strip()[:CAPTION_CHARS], "taken_at": taken_at}
        photo = _keep(order, drawn, member=by, author_name=actor.name, **said)
        fact = OrderPhotoAdded(
            photo=str(photo.pk),
            digest=f"sha256:{digest}",
            number=item.number if item else None,
            taken_at=clock.iso(taken_at) if taken_at else None,
            caption=photo.caption,
        )
        ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=actor)
    return photo


@transaction.atomic
def remove(photo: Photo, *, by: Member, actor: Actor) -> Photo:
    """Show it no more; its bytes stay as evidence. Twice is once. Raises `access.Forbidden`."""
    access.require(by, "order.report")
    if not Photo.objects.filter(pk=photo.pk, removed_at=None).update(removed_at=clock.now()):
        return photo
    photo.refresh_from_db()
    fact = OrderPhotoRemoved(
        photo=str(photo.pk), digest=f"sha256:{photo.blob}", number=photo.item.number if photo.item else None
    )
    ledger.append(fact, log=str(photo.order.organisation_id), topic=photo.order.topic, by=actor)
    return photo


def of(order: WorkOrder) -> list[Photo]:
    """The order's photos that were not removed, oldest first, with their lines: one query."""
    return list(order.photos.filter(removed_at=None).select_related("item"))


def _earlier(order: WorkOrder, digest: str, *, again: bool) -> Photo | None:
    found = order.photos.filter(blob=digest).order_by("-added_at")
    here = found.filter(removed_at=None).first()
    return here if here or again else found.first()


def _room(order: WorkOrder) -> None:
    if order.photos.filter(removed_at=None).count() >= MOST_PHOTOS:
        told = _("There are %(most)s photos here already. Remove one first, or describe the rest in words.")
        raise Undrawable(told % {"most": MOST_PHOTOS})


def _keep(order: WorkOrder, drawn: Drawn, **said: Any) -> Photo:
    store, [page] = home.blobs(), drawn.pages
    return Photo.objects.create(
        order=order,
        kind=drawn.kind.value,
        blob=store.put(drawn.content),
        size=len(drawn.content),
        shown=store.put(page.content),
        width=page.width,
        height=page.height,
        added_at=clock.now(),
        **said,
    )
