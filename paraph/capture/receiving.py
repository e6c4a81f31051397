"""Envelopes come in: each is stored once, as it came, before anything is made of it (I8, F15).

The secret: what is answered as *kept* is stored for good, so the phone may forget it. Whose it is, is said by the
device's signature alone; nobody has to be signed in.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from paraph.capture import envelopes, keys, payloads
from paraph.capture.envelopes import BadEnvelope, Envelope
from paraph.capture.facts import CaptureReceived, CaptureRefused
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Payload
from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock, home
from paraph.lib.actor import Actor
from paraph.lib.keyfile import KeyFileMissing
from paraph.people import devices
from paraph.people.models import Device
from paraph.work.models import WorkOrder

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20
# What a stranger who learned a phone's id (it stands in every record) can fill the store with: so many a day, so large.
MOST_REFUSED = 100
MOST_UNSIGNED_BYTES = 256 * 1024
UNSIGNED = "changed"
# So long a capture waits for the one before it on the same phone, so that they are filed in order.
PATIENCE = timedelta(minutes=2)
PURPOSE = "capture connection"
Seen = tuple[str, str, str]  # address, its source, user agent: `web.shared.connection.seen`


@dataclass(frozen=True)
class Answer:
    """What became of one envelope. `kept`: stored here for good, so the phone may delete its own."""

    id: str
    kept: bool
    state: str
    reasons: tuple[str, ...] = ()


FAULT = "an envelope could not be received; the phone keeps it"
NOTHING_SAID = Answer("", False, State.RECEIVED)


@dataclass(frozen=True)
class Arrived:
    """An envelope that was opened: what stands in it (None: not known yet), or why it is none (`fault`, a code)."""

    envelope: Envelope
    device: Device
    payload: Payload | None = None
    fault: str = ""


def receive(told: Sequence[Any], *, seen: Seen) -> list[Answer]:
    """Store what arrived and answer for each, in the same order. More than `MOST_AT_ONCE` are left to the next call.

    Never raises for what a phone sends: one that finds a fault of ours is answered with no id, so that the phone keeps
    it and sends it again, and holds up no other.
    """
    # All of it is opened first: large ones take a while, in which others may write.
    arrived = [_read(one) for one in told[:MOST_AT_ONCE]]
    with transaction.atomic():
        return [one if isinstance(one, Answer) else _store(one, seen) for one in arrived]


def connection_of(capture: Capture) -> Seen:
    """What the web saw of the connection it came by."""
    address, source, agent = json.loads(home.vault().open(bytes(capture.connection), purpose=PURPOSE))
    return address, source, agent


def opened(envelope: Envelope) -> Payload:
    """What stands in it. Raises `BadEnvelope`, `KeyFileMissing`."""
    return payloads.read(envelopes.open_sealed(envelope, keys.private(envelope.key)))


def append(capture: Capture, fact: Fact, by: Actor) -> None:
    """Record a fact about a capture, with its order where that is known."""
    organisation = capture.organisation_id
    topic = capture.order.topic if capture.order is not None else f"organisation:{organisation}"
    ledger.append(fact, log=str(organisation), topic=topic, by=by)


def _read(told: Any) -> Arrived | Answer:
    try:
        return _arrived(envelopes.read(told))
    except BadEnvelope as bad:
        named = told.get("id") if isinstance(told, dict) else ""
        return Answer(str(named)[:36], False, State.REFUSED, (bad.reason,))
    except Exception:
        log.exception(FAULT)
        return NOTHING_SAID


def _arrived(envelope: Envelope) -> Arrived | Answer:
    device = devices.find(envelope.device)
    if device is None:
        return Answer(str(envelope.id), False, State.REFUSED, ("unknown_device",))
    if not devices.is_signed(device.public_key, envelope.signature, envelope.header):
        return Arrived(envelope, device, fault=UNSIGNED)
    try:
        return Arrived(envelope, device, opened(envelope))
    except BadEnvelope as bad:
        return Arrived(envelope, device, fault=bad.reason)
    except KeyFileMissing:
        return Arrived(envelope, device)  # somebody mends that, and then it is filed


def _store(arrived: Arrived, seen: Seen) -> Answer:
    try:
        with transaction.atomic():
            return _receive(arrived, seen)
    except Exception:
        log.exception(FAULT)
        return NOTHING_SAID


def _receive(arrived: Arrived, seen: Seen) -> Answer:
    envelope, device, fault = arrived.envelope, arrived.device, arrived.fault
    earlier = Capture.objects.filter(pk=envelope.id).first()
    if earlier is not None and bytes(earlier.envelope) == envelope.bytes:
        return _answer(earlier)
    if earlier is not None and (fault == UNSIGNED or earlier.reasons != [UNSIGNED]):
        return Answer(str(envelope.id), False, State.REFUSED, (UNSIGNED,))
    if earlier is not None:
        # A damaged copy came first, from whomever; it makes room for what the phone sealed (I8).
        Capture.objects.filter(pk=earlier.pk).update(id=uuid4())
    if fault == UNSIGNED:
        return _refuse(envelope, device, fault, seen)
    Device.objects.filter(pk=device.pk).update(seen_at=clock.now())
    if fault:
        return _refuse(envelope, device, fault, seen)
    return _keep(envelope, device, arrived.payload, seen)


def _keep(envelope: Envelope, device: Device, payload: Payload | None, seen: Seen) -> Answer:
    now = clock.now()
    before = Capture.objects.filter(device=device, number=envelope.number - 1).exclude(state=State.REFUSED)
    waits = envelope.number > 1 and not before.exists()
    capture = _row(envelope, device, seen)
    capture.due_at = now + PATIENCE if waits else now
    if payload is None:
        capture.reasons = ["key_missing"]
    else:
        capture.act, capture.claimed_at = payload.act, payload.acted_at
        capture.order = WorkOrder.objects.filter(
            pk=payload.order, organisation=device.organisation_id
        ).first()
    capture.save(force_insert=True)
    after = Capture.objects.filter(device=device, number=envelope.number + 1, state=State.RECEIVED)
    after.update(due_at=now)
    fact = CaptureReceived(
        capture=str(capture.pk),
        device=str(device.pk),
        number=capture.number,
        digest=capture.header_digest,
        act=capture.act,
        claimed_at=clock.iso(capture.claimed_at) if capture.claimed_at else None,
        phone=device.name,
    )
    append(capture, fact, device.member.actor.seen_from(*seen))
    return _answer(capture)


def _refuse(envelope: Envelope, device: Device, reason: str, seen: Seen) -> Answer:
    """Keep what is not what the phone sealed, as evidence of that; within bounds, for anybody can send it."""
    lately = Capture.objects.filter(
        device=device, state=State.REFUSED, received_at__gt=clock.now() - timedelta(days=1)
    )
    large = reason == UNSIGNED and len(envelope.sealed) > MOST_UNSIGNED_BYTES
    if large or lately.count() >= MOST_REFUSED:
        return Answer(str(envelope.id), False, State.REFUSED, (reason,))
    capture = _row(envelope, device, seen)
    capture.state, capture.reasons = State.REFUSED, [reason]
    capture.save(force_insert=True)
    fact = CaptureRefused(
        capture=str(capture.pk),
        device=str(device.pk),
        number=capture.number,
        reason=reason,
        phone=device.name,
    )
    append(capture, fact, Actor("client").seen_from(*seen))
    return _answer(capture)


def _row(envelope: Envelope, device: Device, seen: Seen) -> Capture:
    return Capture(
        id=envelope.id,
        organisation_id=device.organisation_id,
        device=device,
        number=envelope.number,
        header_digest=envelope.header_digest,
        envelope=envelope.bytes,
        received_at=clock.now(),
        connection=home.vault().seal(json.dumps(seen).encode(), purpose=PURPOSE),
    )


def _answer(capture: Capture) -> Answer:
    # What no phone of ours signed may be a damaged copy of what it did sign: the phone keeps its own.
    kept = capture.reasons != [UNSIGNED]
    return Answer(str(capture.pk), kept, str(capture.state), tuple(capture.reasons))
