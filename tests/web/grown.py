"""Many of what comes from the field, around the world of the attacks: for the queries of pages."""

from __future__ import annotations

from uuid import uuid4

from paraph.capture.models import Capture, State
from paraph.lib import clock
from paraph.people.models import Contact, Device
from paraph.signoff.models import (
    ContactPasskey,
    ContactPin,
    IdentityCheck,
    OneTimeCode,
    PasskeyQuestion,
    Policy,
)
from paraph.work.models import OrderKind
from tests.attacks.world import World
from tests.capture.phone import Phone, arrive

MANY = 60


def begin_field(world: World) -> None:
    """One of what pages read apart: an own policy, and a capture that waits for nobody."""
    company = world.shop.organisation
    Policy.objects.bulk_create(Policy(organisation=company, kind=kind) for kind in (None, world.kind))
    _captures(world, 1, State.REFUSED)


def grow_field(world: World) -> None:
    """Phones with what they sent, signatures in doubt, policies, and how contacts show who they are."""
    _phones(world)
    _captures(world, MANY, State.HELD, State.REFUSED, State.DISCARDED)
    _doubts(world)
    _identities(world)
    company = world.shop.organisation
    kinds = OrderKind.objects.filter(organisation=company, policies=None)
    Policy.objects.bulk_create(Policy(organisation=company, kind=kind) for kind in kinds)


def _phones(world: World) -> None:
    """Of one member, as many as never are."""
    shop, now = world.shop, clock.now()
    Device.objects.bulk_create(
        Device(
            organisation=shop.organisation,
            member=shop.tess,
            name=f"Phone {number}",
            public_key=f"{number:088}",
            enrolled_at=now,
            revoked_at=now if number % 3 == 0 else None,
        )
        for number in range(MANY)
    )


def _captures(world: World, count: int, *states: State) -> None:
    """More of the phone that sent one, in these states by turns."""
    shop, one = world.shop, world.capture
    last = one.device.captures.count()
    Capture.objects.bulk_create(
        Capture(
            id=uuid4(),
            organisation=shop.organisation,
            device=one.device,
            number=last + 1 + number,
            header_digest=one.header_digest,
            envelope=one.envelope,
            state=states[number % len(states)],
            reasons=one.reasons,
            act=one.act,
            claimed_at=one.claimed_at,
            order=one.order,
            received_at=one.received_at,
            connection=one.connection,
            decided_by=shop.mara,
        )
        for number in range(count)
    )


def _doubts(world: World) -> None:
    """Signatures from the field that a manager must verify: nobody knows where they were given."""
    phone = Phone.enrolled(world.shop.tess)
    phone.place = {"missing": "denied"}
    orders = [world.shop.open_order(lines=1, title=f"Somewhere {number}") for number in range(10)]
    filed = arrive(*(phone.signs(order, world.shop.jan) for order in orders))
    assert all(
        one.state == State.FILED and one.signature.verification.doubts for one in filed if one.signature
    )
    assert all(one.signature for one in filed), [one.reasons for one in filed]


def _identities(world: World) -> None:
    """PINs, codes, passkeys, what was asked of them and what was found, of the contact who reads the pages."""
    jan, now = world.shop.jan, clock.now()
    ContactPin.objects.bulk_create(
        [ContactPin(contact=one, digest="sealed", set_at=now) for one in Contact.objects.filter(pin=None)]
    )
    ContactPasskey.objects.bulk_create(
        ContactPasskey(contact=jan, credential=bytes([number]), public_key=b"key", made_at=now)
        for number in range(MANY)
    )
    OneTimeCode.objects.bulk_create(
        OneTimeCode(contact=jan, order=world.order, digest="sealed", sent_at=now, expires_at=now)
        for _number in range(MANY)
    )
    PasskeyQuestion.objects.bulk_create(
        PasskeyQuestion(ceremony=world.ceremony, making=bool(number % 2), challenge=bytes(32), asked_at=now)
        for number in range(MANY)
    )
    IdentityCheck.objects.bulk_create(
        IdentityCheck(
            contact=jan,
            act=world.ceremony.pk,
            kind="code",
            passed=False,
            told={"kind": "code", "passed": False, "why": "wrong", "at": clock.iso(now)},
            at=now,
        )
        for _number in range(MANY)
    )
