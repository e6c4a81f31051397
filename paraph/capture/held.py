"""A manager decides about a capture that could not be filed as it came (F15, S1-30).

The secret: both versions are before them, what the customer was shown and what the order says. They let the phone's
version count, try again after mending what was in the way, or discard it with a reason; the capture is kept anyhow.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from paraph.capture import ends, filing, receiving
from paraph.capture.envelopes import BadEnvelope, reread
from paraph.capture.facts import CaptureDiscarded, why
from paraph.capture.filing import Held as Held
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Payload
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.lib.keyfile import KeyFileMissing
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff.errors import SignOffError, Unusable

RIGHT = "signature.verify"
MAX_SENTENCE = 2000


class InTheWay(SignOffError):
    """It still cannot be filed; `held` is the code of why."""

    reason = "in_the_way"
    status = 409

    def __init__(self, held: str) -> None:
        super().__init__(_("It cannot be filed yet: %(why)s.") % {"why": words(held)})
        self.held = held


class NotHeld(SignOffError):
    """Somebody was faster."""

    reason = "not_held"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Somebody has already decided about this."))


def waiting(organisation_id: UUID) -> QuerySet[Capture]:
    """What waits for a manager, the oldest first."""
    related = ("order__customer", "device__member__user")
    return Capture.objects.filter(organisation=organisation_id, state=State.HELD).select_related(*related)


def shown(capture: Capture) -> Payload | None:
    """What stands in it, to compare with the order; None where it cannot be opened."""
    try:
        return receiving.opened(reread(bytes(capture.envelope)))
    except (BadEnvelope, KeyFileMissing):
        return None


def words(reason: str) -> str:
    """Why a capture is held or refused, as it follows *It cannot be filed:*."""
    return str(why(reason))


def take(capture: Capture, *, by: Member, actor: Actor) -> Capture:
    """Let the phone's version count, and file it; what else is in doubt about it still waits to be verified.

    Raises `access.Forbidden`, `NotHeld`, `InTheWay`.
    """
    _require(by, capture)
    now = clock.now()
    free = Capture.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=now), pk=capture.pk, state=State.HELD
    )
    if not free.update(leased_until=now + filing.LEASE, decided_by=by, decided_at=now):
        raise NotHeld
    capture = Capture.objects.select_related(*filing.RELATED).get(pk=capture.pk)
    try:
        filing.file_over(capture)
    except Held as held:
        Capture.objects.filter(pk=capture.pk).update(
            leased_until=None, decided_by=None, decided_at=None, reasons=[held.reason]
        )
        raise InTheWay(held.reason) from held
    capture.refresh_from_db()
    return capture


@transaction.atomic
def discard(capture: Capture, *, sentence: str, by: Member, actor: Actor) -> Capture:
    """Let nothing come of it, and say why. Raises `access.Forbidden`, `Unusable` without a reason, `NotHeld`."""
    _require(by, capture)
    sentence = sentence.strip()
    if not sentence:
        raise Unusable("sentence", _("Say in a sentence why: the technician reads it."))
    if len(sentence) > MAX_SENTENCE:
        raise Unusable("sentence", _("This is too long: at most 2,000 characters."))
    found = Capture.objects.select_for_update(of=("self",)).select_related("order").get(pk=capture.pk)
    if found.state != State.HELD:
        raise NotHeld
    fact = CaptureDiscarded(capture=str(found.pk), number=found.number, remark=sentence)
    ends.append_end(
        found, State.DISCARDED, fact, by=actor, sentence=sentence, decided_by=by, decided_at=clock.now()
    )
    return found


def _require(by: Member, capture: Capture) -> None:
    access.require(by, RIGHT)
    if capture.organisation_id != by.organisation_id:
        raise access.Forbidden(RIGHT)
