"""How long the outbox keeps what a message said: its body is wiped when its days are over, the row stays."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from paraph.delivery.models import Delivery, State
from paraph.lib import clock

# Rows in one statement: a writer in between waits no longer than for a page.
PIECE = 200


def wipe() -> int:
    """Wipe the bodies of messages that were sent, or given up, PARAPH_KEEP_MAIL_DAYS ago; return how many."""
    now = clock.now()
    before = now - timedelta(days=settings.PARAPH_KEEP_MAIL_DAYS)
    over = Delivery.objects.filter(
        Q(state=State.SENT, sent_at__lt=before) | ~Q(state=State.SENT), wiped_at=None, created_at__lt=before
    ).exclude(state=State.QUEUED)
    wiped = 0
    while chosen := list(over.order_by("created_at").values_list("pk", flat=True)[:PIECE]):
        wiped += Delivery.objects.filter(pk__in=chosen).update(body=b"", wiped_at=now)
    return wiped
