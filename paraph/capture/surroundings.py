"""How a captured signature came about: the phone, the place, the clocks, the chain, who the customer showed to be."""

from __future__ import annotations

from typing import Any

from paraph.capture.envelopes import Envelope
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Payload
from paraph.lib import clock
from paraph.people import devices
from paraph.signoff import identity, policies, presence
from paraph.signoff.circumstances import Circumstances
from paraph.signoff.models import Ceremony


def gather(capture: Capture, envelope: Envelope, payload: Payload, ceremony: Ceremony) -> Circumstances:
    """All that surrounds it, and every doubt (decisions 4 and 11). Call it outside a transaction: tries are counted."""
    party, device = ceremony.party, capture.device
    order = party.signoff.order
    policy = policies.of(order)
    checks = identity.checks(
        party.contact, order, payload.checks, arrived_at=capture.received_at, act=capture.pk
    )
    place = presence.judge(payload.place, order.site, payload.acted_at)
    before = _before(capture)
    clocks, doubts = presence.clock_findings(
        payload.clock,
        arrived=capture.received_at,
        previous=before.claimed_at if before else None,
        late_hours=policy.late_hours,
    )
    return Circumstances(
        place=place,
        device={
            "id": str(device.pk),
            "name": device.name,
            "enrolled_at": clock.iso(device.enrolled_at),
            "public_key": devices.pem(device),
            "of": "technician",
        },
        witness={"member": str(device.member_id), "name": device.member.user.name},
        identity=checks,
        clock=clocks,
        capture=_told(capture, envelope),
        doubts=(
            *presence.doubts(place, policy),
            *identity.doubts(checks, policy),
            *doubts,
            *chain_doubts(capture, envelope),
            *(() if devices.is_let_in(device) else ("device_changed",)),
        ),
    )


def chain_doubts(capture: Capture, envelope: Envelope) -> tuple[str, ...]:
    """Whether something this phone sealed is missing before it, or stands twice under its number."""
    sent = Capture.objects.filter(device=capture.device_id).exclude(state=State.REFUSED)
    twice = sent.filter(number=capture.number).exclude(pk=capture.pk).exists()
    before = _before(capture)
    follows = capture.number == 1 if before is None else envelope.previous == before.header_digest
    return (*(() if follows else ("gap",)), *(("number_twice",) if twice else ()))


def _before(capture: Capture) -> Capture | None:
    """The capture before it on the same phone, if it arrived."""
    sent = Capture.objects.filter(device=capture.device_id, number=capture.number - 1)
    return sent.exclude(state=State.REFUSED).order_by("received_at").first()


def _told(capture: Capture, envelope: Envelope) -> dict[str, Any]:
    """The envelope as the record tells it: with the device's public key, anybody checks the signature (R15)."""
    return {
        "id": str(capture.pk),
        "code": envelope.code,
        "number": envelope.number,
        "header": envelope.header.decode(),
        "header_digest": envelope.header_digest,
        "signature": envelope.signature_der,
        "received_at": clock.iso(capture.received_at),
    }
