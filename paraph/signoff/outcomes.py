"""What came of going for a signature, where there is none: recorded, and nothing approved by it (X-13).

The secret: an outcome is a note with a time and a name, never a status. What the customer did themselves (signed,
declined, disputed) is not for the shop to record.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import subjects
from paraph.signoff.dispute_facts import AttemptRecorded
from paraph.signoff.errors import Closed, Unusable
from paraph.signoff.models import Attempt, Outcome
from paraph.work.models import TEXT_CHARS, Status, WorkOrder

# A phone's clock may be a little ahead of ours.
AHEAD = timedelta(minutes=5)


@transaction.atomic
def record(order: WorkOrder, *, outcome: str, reason: str, at: datetime, by: Member, actor: Actor) -> Attempt:
    """Record that somebody went for a signature in vain. Raises `access.Forbidden`, `Unusable`, `Closed`.

    `at` is when that was, as the member says: after the order was made, and not to come. The same again is once.
    """
    access.require(by, "attempt.record")
    subjects.hold(order.pk)
    order.refresh_from_db(fields=["status"])
    if order.status == Status.CANCELLED:
        raise Closed
    reason = _checked(order, outcome, reason, at)
    found, new = Attempt.objects.get_or_create(
        order=order, outcome=outcome, reason=reason, at=at, by=by, defaults={"recorded_at": clock.now()}
    )
    if new:
        fact = AttemptRecorded(attempt=str(found.pk), outcome=outcome, at=clock.iso(at), reason=reason)
        ledger.append(fact, log=str(order.organisation_id), topic=order.topic, by=actor)
    return found


def _checked(order: WorkOrder, outcome: str, reason: str, at: datetime) -> str:
    reason = reason.strip()
    if outcome not in Outcome.values:
        raise Unusable("outcome", _("Choose what happened."))
    if not reason:
        raise Unusable("reason", _("Say in a few words what happened: both sides read it."))
    if len(reason) > TEXT_CHARS:
        raise Unusable("reason", _("This is too long: at most 4,000 characters."))
    if at > clock.now() + AHEAD:
        raise Unusable("at", _("This time is still to come."))
    if at < order.created_at - AHEAD:
        raise Unusable("at", _("This is before the order was made."))
    return reason
