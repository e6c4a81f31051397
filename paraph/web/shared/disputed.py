"""A dispute as both faces show it: what was said first, what was written and shown since, in one order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.http import HttpResponse

from paraph.lib.blobs import BlobMissing
from paraph.signoff.dispute_facts import lines
from paraph.signoff.errors import NotThere
from paraph.signoff.models import Dispute, PhotoCopy

Address = Callable[[UUID, int], str]
Original = Callable[[UUID], str]


@dataclass(frozen=True)
class Said:
    """One thing somebody said or showed. `pictures`: address, width and height of each page;
    `original`: where the bytes as they came are handed out, to staff only."""

    by: str
    at: datetime
    by_shop: bool
    text: str = ""
    pictures: tuple[tuple[str, int, int], ...] = ()
    original: str = ""


@dataclass(frozen=True)
class Thread:
    """A dispute with all that was said, oldest first."""

    dispute: Dispute
    said: list[Said]

    @property
    def about(self) -> str:
        """The lines it is about, in words."""
        return str(lines(self.dispute.numbers))


def thread(dispute: Dispute, address: Address, original: Original | None = None) -> Thread:
    """Read everything of one dispute; `address` makes the one of a page (from 0) of a photo."""
    said = [
        Said(one.author_name, one.at, one.author_kind == "member", one.text) for one in dispute.messages.all()
    ]
    for photo in dispute.photos.prefetch_related("copies"):
        pictures = tuple((address(photo.pk, one.page), one.width, one.height) for one in photo.copies.all())
        by_shop = photo.author_kind == "member"
        whole = original(photo.pk) if original else ""
        said.append(Said(photo.author_name, photo.at, by_shop, pictures=pictures, original=whole))
    first = Said(dispute.party.contact.name, dispute.raised_at, by_shop=False, text=dispute.reason)
    return Thread(dispute, [first, *sorted(said, key=attrgetter("at"))])


def picture(dispute: Dispute, photo: UUID, page: int) -> HttpResponse:
    """One page of a photo of this dispute as it was drawn anew; raises `NotThere` for any other (line 24)."""
    found = PhotoCopy.objects.filter(photo__dispute=dispute, photo=photo, page=page).first()
    if found is None:
        raise NotThere
    try:
        content = found.read()
    except BlobMissing as problem:
        raise NotThere from problem
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="photo-{found.page + 1}.jpg"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )
