"""The outbox: a message is a row, written with what it tells about, and sent later, surely, once.

The secret: enqueueing commits or rolls back with the caller. A worker claims a row that is due by compare-and-swap on
its lease, sends it, and marks it. A worker that dies in between leaves the lease to run out; the message then goes
again under the same Message-ID (faults.md I4: at least once, with a stable id).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from paraph.delivery import body, posting
from paraph.delivery.body import Attachment
from paraph.delivery.headers import address, one_line
from paraph.delivery.models import SUBJECT_CHARS, Delivery, State
from paraph.lib import clock, crash
from paraph.lib.literal import Literal

__all__ = ["Attachment", "deliver_due", "enqueue"]

logger = logging.getLogger(__name__)

# Longer than the slowest conversation with a mail server that our time-outs allow.
LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# With the waits above the last try is about three days after the first.
MAX_ATTEMPTS = 21

Told = Callable[[Delivery], None]


def enqueue(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    log: str = "",
    topic: str = "",
    language: str = "en",
    secret: bool = False,
    sender: str = "",
    reply_to: str = "",
) -> Delivery:
    """Want one message sent to one address, with the caller's transaction; return its row.

    The same `key` again returns the first row and changes nothing. `secret` wipes the body when it is no longer
    needed. `sender` is the name shown beside our address. Header texts are brought onto one line; an address that is
    none is found out when sending, so that no caller fails over it.
    """
    sealed, blobs = body.seal(key, text, html, attachments)
    now = clock.now()
    wanted = Delivery(
        key=key,
        log=log,
        topic=topic,
        to=address(to)[:254],
        sender=one_line(sender, SUBJECT_CHARS),
        reply_to=address(reply_to)[:254],
        language=language,
        subject=one_line(subject, SUBJECT_CHARS),
        body=sealed,
        attachments=blobs,
        secret=secret,
        message_id=f"<{uuid.uuid4()}@{urlsplit(settings.PARAPH_ORIGIN).hostname}>",
        due_at=now,
        created_at=now,
    )
    # An insert that gives way to an earlier row, in one statement and without a savepoint.
    Delivery.objects.bulk_create([wanted], ignore_conflicts=True)
    return Delivery.objects.get(key=key)


def deliver_due(limit: int = 50, *, on_dead: Told | None = None) -> int:
    """Send what is due, oldest first, at most `limit` messages; return how many were sent.

    `on_dead` is told of each message given up, in the transaction that gives it up. When the mail server is down, one
    message finds out and the rest wait for the next call.
    """
    sent = 0
    with posting.Post() as post:
        for pk in list(_due(clock.now()).order_by("due_at").values_list("pk", flat=True)[:limit]):
            delivery = _claim(pk)
            if delivery is None:
                continue
            try:
                sent += _deliver(delivery, post, on_dead)
            except posting.ServerDown:
                break
    return sent


def _deliver(delivery: Delivery, post: posting.Post, on_dead: Told | None) -> bool:
    """Send one claimed message and mark the outcome; True when it went. Raises `ServerDown` after marking."""
    if delivery.attempts > MAX_ATTEMPTS:
        # Each try ended the process before it could be marked.
        _fail(delivery, "gave up: no try came to an end", dead=True, on_dead=on_dead)
        return False
    try:
        message = posting.build(delivery)
        crash.point("mail.before_send")
        post.send(message)
    except Exception as problem:
        # Whatever is wrong with one message, the others go out.
        dead = posting.is_permanent(problem) or delivery.attempts >= MAX_ATTEMPTS
        _fail(delivery, posting.reason(problem), posting.status(problem), dead=dead, on_dead=on_dead)
        if isinstance(problem, posting.ServerDown):
            raise
        return False
    crash.point("mail.sent")
    now = clock.now()
    wiped = {"body": b"", "wiped_at": now} if delivery.secret else {}
    _still_ours(delivery).update(state=State.SENT, sent_at=now, leased_until=None, last_error="", **wiped)
    return True


def _due(now: datetime) -> QuerySet[Delivery]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Delivery.objects.filter(free, state=Literal(State.QUEUED), due_at__lte=now)


def _claim(pk: uuid.UUID) -> Delivery | None:
    """Take a message for as long as the lease; None when another worker was faster. The try counts from here."""
    now = clock.now()
    if not _due(now).filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Delivery.objects.get(pk=pk)


def _still_ours(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=delivery.pk, state=State.QUEUED, leased_until=delivery.leased_until)


@transaction.atomic
def _fail(delivery: Delivery, why: str, status: str = "", *, dead: bool, on_dead: Told | None) -> None:
    logger.warning(
        "message %s, try %s: %s%s", delivery.pk, delivery.attempts, why, "; given up" if dead else ""
    )
    wait = min(FIRST_WAIT * 2 ** (delivery.attempts - 1), LONGEST_WAIT)
    now = clock.now()
    changes: dict[str, object] = {"leased_until": None, "last_error": why, "due_at": now + wait}
    if dead:
        changes |= {"state": State.DEAD, "status": status}
        if delivery.secret:
            changes |= {"body": b"", "wiped_at": now}
    if _still_ours(delivery).update(**changes) and dead and on_dead is not None:
        delivery.refresh_from_db()
        on_dead(delivery)
