"""The service report: what was done, for the customer to accept (S1-06, S1-18).

The secret: it tells the hours that were worked, so it cannot be asked for before they are recorded; and while it waits
for its signature, the work is not called done (S1-04).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from paraph.signoff import policies
from paraph.signoff.errors import HoursMissing, Undecided
from paraph.signoff.models import Choice, SignOff, State, View
from paraph.signoff.standing import standing
from paraph.work import checklists, orders, photos
from paraph.work.field_facts import point_text
from paraph.work.models import Item, Photo, WorkOrder


def lines_of(order: WorkOrder) -> list[Item]:
    """The lines a report tells: all but those the customer rejected before the work."""
    told = standing(order, View.REPORT)
    return [one for one in orders.lines_of(order) if str(one.pk) in told]


def require_hours(order: WorkOrder) -> None:
    """Raise `HoursMissing` while the hours of a line that takes labour are not recorded. 0 is an answer."""
    lacking = [one.number for one in lines_of(order) if one.estimated_hours and one.actual_hours is None]
    if lacking:
        raise HoursMissing(lacking)


def require_decided(content: dict[str, Any]) -> None:
    """Raise `Undecided` while a line of a report, as `subjects.present` tells it, is neither accepted nor refused."""
    pending = [one["number"] for one in content["items"] if one["decision"] == Choice.PENDING]
    if pending:
        raise Undecided(pending)


def shows_prices(order: WorkOrder) -> bool:
    """Whether the report of this order has prices in it."""
    return bool(policies.of(order).prices)


def beside(order: WorkOrder) -> dict[str, list[dict[str, Any]]]:
    """What a report shows beside the lines: photos and confirmed checklist, each only where there is any.

    photos [{digest, item (id or None), caption}], oldest first; checklist [{key, texts {language: text}}], the points
    that were confirmed for the order as it is now, without texts for the built-in one (S1-17, S1-29).
    """
    pictures = [
        {
            "digest": f"sha256:{one.blob}",
            "item": str(one.item_id) if one.item_id else None,
            "caption": one.caption,
        }
        for one in photos.of(order)
    ]
    found = checklists.confirmed(order)
    points = [{"key": one["key"], "texts": one["texts"]} for one in found.points] if found else []
    return {key: value for key, value in (("photos", pictures), ("checklist", points)) if value}


def point(one: Mapping[str, Any], language: str) -> str:
    """A confirmed point in a language; in another one where it was not written in that."""
    texts = one["texts"]
    return point_text({**one, "text": next(iter(texts.values()), "")}, language)


def said(place: int, number: int | None, caption: str) -> str:
    """What is said of a photo in the active language: its place from 1, its line, its caption."""
    words = [_("Photo %(place)s") % {"place": place}]
    if number is not None:
        words.append(_("line %(number)s") % {"number": number})
    return " · ".join([*words, *([caption] if caption else [])])


def picture_name(place: int) -> str:
    """What the document calls the picture of its photo with this place, from 1."""
    return f"photo-{place}.jpg"


def pictures(order: WorkOrder, content: Mapping[str, Any]) -> dict[str, bytes]:
    """The photos of a report, drawn anew, by the names the document has for them; raises `lib.blobs.BlobMissing`.

    One that was removed since is shown all the same: it was in what was signed.
    """
    told = [one["digest"].removeprefix("sha256:") for one in content.get("photos", ())]
    found = {one.blob: one for one in Photo.objects.filter(order=order, blob__in=told)} if told else {}
    return {picture_name(place): found[blob].read_shown() for place, blob in enumerate(told, start=1)}


def photo(signoff: SignOff, digest: str) -> Photo | None:
    """A photo of the order by the digest of its bytes (hexadecimal): one that is shown now, or was frozen here."""
    found = Photo.objects.filter(order=signoff.order_id, blob=digest).order_by("-added_at").first()
    if found is None or found.removed_at is None:
        return found
    frozen = (one.facts.get("photos", ()) for one in signoff.snapshots.all())
    return found if any(f"sha256:{digest}" == one["digest"] for told in frozen for one in told) else None


def is_awaited(order: WorkOrder) -> bool:
    """Whether a service report of the order waits for its signature."""
    waits = (State.OPEN, State.DISPUTED)
    return SignOff.objects.filter(order=order, of_report=True, state__in=waits).exists()


def obstacle(order: WorkOrder) -> str:
    """A sentence when an order may not be called done, else ""; see `work.guards`."""
    if not is_awaited(order):
        return ""
    return _("The service report waits for the customer’s signature: it must be signed or withdrawn first.")
