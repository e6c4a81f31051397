"""The checklist before capture: what a technician confirms before the customer is asked to sign (S1-17).

The secret: no order is without a point. Where none of the organisation's applies, the built-in one does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.work.field_facts import INSTALLED, INSTALLED_TEXT, ChecklistConfirmed
from paraph.work.models import ChecklistConfirmation, ChecklistPoint, WorkOrder


class NotConfirmed(Exception):
    """Points of the checklist are not confirmed: `missing`; or keys are of no point: `unknown`. Nothing was stored."""

    status = 409

    def __init__(self, missing: Sequence[Point] = (), unknown: Collection[str] = ()) -> None:
        super().__init__(", ".join(one.key for one in missing))
        self.missing, self.unknown = tuple(missing), tuple(sorted(unknown))

    def __str__(self) -> str:
        if not self.missing:
            return _("The checklist was changed meanwhile. Go through it once more.")
        told = ngettext(
            "One point of the checklist is not confirmed: %(points)s",
            "%(n)s points of the checklist are not confirmed: %(points)s",
            len(self.missing),
        )
        return told % {"n": len(self.missing), "points": "; ".join(one.text for one in self.missing)}


@dataclass(frozen=True)
class Point:
    """One point as it is read: its key, its text in a language, and its texts in all of them."""

    key: str
    text: str
    texts: Mapping[str, str]


def of(order: WorkOrder, language: str = "") -> list[Point]:
    """The points to confirm for an order, in their order, in a language (the reader's by default); never none."""
    language = language or translation.get_language() or "en"
    found = ChecklistPoint.objects.filter(
        Q(kind=None) | Q(kind=order.kind_id) if order.kind_id else Q(kind=None),
        organisation=order.organisation_id,
        archived_at=None,
    )
    own = order.organisation.language
    return [_point(one, own, language) for one in found] or [built_in(language)]


def missing(order: WorkOrder, keys: Collection[str], language: str = "") -> list[Point]:
    """The points of an order that are not among these keys."""
    return [one for one in of(order, language) if one.key not in keys]


@transaction.atomic
def confirm(
    order: WorkOrder, keys: Collection[str], *, by: Member, actor: Actor, language: str = ""
) -> ChecklistConfirmation:
    """The technician confirms every point, for the order as it is now. The same again is once.

    `keys` are those of the points that were ticked. One of a point archived since is recorded, too: it was confirmed.
    Raises `NotConfirmed` where a point is missing or a key is of no point of the organisation, `access.Forbidden`.
    """
    access.require(by, "order.report")
    language = language or translation.get_language() or "en"
    order = WorkOrder.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=order.pk)
    points = _confirmed(order, keys, language)
    earlier = confirmed(order)
    if earlier is not None and (earlier.member_id, earlier.points) == (by.pk, points):
        return earlier
    found = ChecklistConfirmation.objects.create(
        order=order,
        revision=order.revision,
        points=points,
        language=language,
        member=by,
        author_name=actor.name,
        at=clock.now(),
    )
    fact = ChecklistConfirmed(
        confirmation=str(found.pk), revision=order.revision, language=language, points=points
    )
    ledger.append(
        fact,
        log=str(order.organisation_id),
        topic=order.topic,
        by=actor,
    )
    return found


def confirmed(order: WorkOrder) -> ChecklistConfirmation | None:
    """The newest confirmation for the order as it is now; None when it was changed since, or never confirmed."""
    return order.checklist_confirmations.filter(revision=order.revision).first()


def _confirmed(order: WorkOrder, keys: Collection[str], language: str) -> list[dict[str, Any]]:
    """What was confirmed, as it is recorded. Raises `NotConfirmed`."""
    wanted = of(order, language)
    lacking = [one for one in wanted if one.key not in keys]
    if lacking:
        raise NotConfirmed(lacking)
    more = set(keys) - {one.key for one in wanted}
    mine = ChecklistPoint.objects.filter(organisation=order.organisation_id)
    own = order.organisation.language
    known = [_point(one, own, language) for one in mine if str(one.pk) in more]
    if INSTALLED in more:
        known.append(built_in(language))
    if len(known) < len(more):
        raise NotConfirmed(unknown=more - {one.key for one in known})
    return [{"key": one.key, "text": one.text, "texts": dict(one.texts)} for one in (*wanted, *known)]


def _point(one: ChecklistPoint, own: str, language: str) -> Point:
    """A point in a language; its text is in the organisation's `own`."""
    texts = {**one.texts, own: one.text}
    return Point(str(one.pk), str(texts.get(language) or one.text), texts)


def built_in(language: str) -> Point:
    """The point of an organisation that has none of its own, in a language."""
    with translation.override(language):
        return Point(INSTALLED, str(INSTALLED_TEXT), {})
