"""A message that came back: found again, marked, told. Unknown, forged and repeated reports change nothing.

The secret: a report is believed when it was sent to an address that only we can make, or quotes the Message-ID of one
of our messages, which nobody but its recipient has seen.
"""

from __future__ import annotations

import logging
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from paraph.delivery import envelope, report
from paraph.delivery.headers import one_line
from paraph.delivery.models import ERROR_CHARS, Delivery, State, Tally
from paraph.delivery.outbox import Told
from paraph.delivery.report import Failure, Report
from paraph.lib import clock

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of something that a mail server brought."""

    RECORDED = "recorded"
    REPEATED = "repeated"  # it was known that this message did not arrive
    UNKNOWN = "unknown"  # about no message of ours
    FORGED = "forged"  # an address that looks like ours and is not
    NOT_FAILED = "not_failed"  # a delay or a success
    NO_REPORT = "no_report"  # a reply, an out-of-office note, anything else


SENTENCES = {
    Outcome.RECORDED: "recorded: a message of ours could not be delivered",
    Outcome.REPEATED: "ignored: it was known already that this message did not arrive",
    Outcome.UNKNOWN: "ignored: this is about no message of ours",
    Outcome.FORGED: "ignored: the address it came to was not made here",
    Outcome.NOT_FAILED: "ignored: a delay or a success, no failure",
    Outcome.NO_REPORT: "ignored: no report about a delivery",
}


@transaction.atomic
def take(raw: bytes, *, recipient: str = "", on_dead: Told | None = None) -> Outcome:
    """Take a message that a mail server delivered to our address for returned mail; count what became of it.

    `recipient` is the envelope's, where the mail server tells it. `on_dead` is told of the message in the same
    transaction, as by `outbox.deliver_due`. Raises nothing for what a message holds.
    """
    outcome = _judge(raw, recipient, on_dead)
    Tally.objects.bulk_create([Tally(name=outcome)], ignore_conflicts=True)
    Tally.objects.filter(name=outcome).update(count=F("count") + 1)
    logger.info("returned mail: %s", SENTENCES[outcome])
    return outcome


def _judge(raw: bytes, recipient: str, on_dead: Told | None) -> Outcome:
    told = report.read(raw)
    if told is None:
        return Outcome.NO_REPORT
    try:
        delivery = _find(told, recipient)
    except envelope.Forged:
        return Outcome.FORGED
    if delivery is None:
        return Outcome.UNKNOWN
    if not told.failures:
        return Outcome.NOT_FAILED
    return _mark(delivery, told.failure_of(delivery.to), on_dead)


def _find(told: Report, recipient: str) -> Delivery | None:
    pk = envelope.named([recipient, *told.addressed])
    quoted = Delivery.objects.filter(message_id=told.message_id).first() if told.message_id else None
    if pk is None:
        return quoted
    if quoted is not None and quoted.pk != pk:
        raise envelope.Forged("it quotes another message of ours")
    return Delivery.objects.filter(pk=pk).first()


def _mark(delivery: Delivery, failure: Failure, on_dead: Told | None) -> Outcome:
    """Mark it as not delivered, once. A message that is about to be tried again came back from an earlier try."""
    words = f"returned: {failure.said or failure.status or 'the mail server gave no reason'}"
    wiped = {"body": b"", "wiped_at": clock.now()} if delivery.secret else {}
    known = Delivery.objects.filter(pk=delivery.pk, state__in=(State.SENT, State.QUEUED))
    marked = known.update(
        state=State.DEAD,
        status=failure.status,
        last_error=one_line(words, ERROR_CHARS),
        leased_until=None,
        **wiped,
    )
    if not marked:
        return Outcome.REPEATED
    if on_dead is not None:
        delivery.refresh_from_db()
        on_dead(delivery)
    return Outcome.RECORDED
