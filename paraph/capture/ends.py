"""How a capture comes to its end, or is put off: each with its fact, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from paraph.capture import receiving
from paraph.capture.facts import CaptureHeld, CaptureRefused
from paraph.capture.models import Capture, State
from paraph.evidence.facts import Fact
from paraph.lib import clock
from paraph.lib.actor import SYSTEM, Actor


def append_end(capture: Capture, state: str, fact: Fact, *, by: Actor, **values: Any) -> None:
    """Bring a capture to another state, with its fact, inside the caller's transaction."""
    for name, value in values.items():
        setattr(capture, name, value)
    capture.state, capture.due_at, capture.leased_until = state, None, None
    capture.save(update_fields=["state", "due_at", "leased_until", *values])
    receiving.append(capture, fact, by)


@transaction.atomic
def hold(capture: Capture, reason: str) -> None:
    """Let it wait for a manager; `reason` is a code."""
    fact = CaptureHeld(capture=str(capture.pk), number=capture.number, reason=reason)
    append_end(capture, State.HELD, fact, by=SYSTEM, reasons=[reason])


@transaction.atomic
def refuse(capture: Capture, reason: str) -> None:
    """It is not what the phone sealed; it is kept as evidence of that."""
    fact = CaptureRefused(
        capture=str(capture.pk),
        device=str(capture.device_id),
        number=capture.number,
        reason=reason,
        phone=capture.device.name,
    )
    append_end(capture, State.REFUSED, fact, by=SYSTEM, reasons=[reason])


def put_off(capture: Capture, wait: timedelta, reason: str) -> None:
    """Try again after `wait`; `reason` says why, "" for nothing that a person could mend."""
    Capture.objects.filter(pk=capture.pk).update(
        due_at=clock.now() + wait, leased_until=None, reasons=[reason] if reason else []
    )
