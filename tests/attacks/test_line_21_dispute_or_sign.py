"""Line 21: a dispute and a signature at the same moment: exactly one of them, and the record is whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from paraph.evidence import audit
from paraph.signoff import ceremonies, consent
from paraph.signoff.models import Dispute, Signature, SignOff, State
from tests import cast
from tests.attacks.together import together
from tests.attacks.world import come_in
from tests.cast import Shop, make_keys, make_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 4


@pytest.fixture
def busy_shop(transactional_db: None) -> Shop:
    make_keys()
    return make_shop()


def _race(shop: Shop) -> tuple[Callable[[], int], Callable[[], int], SignOff]:
    invitation = shop.invite(shop.open_order(lines=1))
    cast.approve(invitation, [1])
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    signer, other = come_in(shop, invitation), come_in(shop, invitation)
    digest = consent.sentence(ceremony.snapshot, "en").digest
    told = {"name": "Jan", "consent": digest, "language": "en", "method": "typed", "typed": "Jan", "role": ""}

    def sign() -> int:
        return signer.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), told).status_code

    def dispute() -> int:
        said = {"reason": "It is not what I asked", "signed": ""}
        return other.post(reverse("portal:dispute", args=[invitation.pk]), said).status_code

    return sign, dispute, invitation.party.signoff


def test_line_21_of_a_dispute_and_a_signature_exactly_one_wins(busy_shop: Shop) -> None:
    for _round in range(ROUNDS):
        sign, dispute, signoff = _race(busy_shop)
        together([sign, dispute])
        signoff.refresh_from_db()
        signed = Signature.objects.filter(signoff=signoff).exists()
        assert Dispute.objects.filter(signoff=signoff).exists() != signed
        assert signoff.state == (State.SEALED if signed else State.DISPUTED)
    assert audit.verify_log(busy_shop.organisation.log) == []


def test_line_21_eight_disputes_at_once_are_one(busy_shop: Shop) -> None:
    invitation = busy_shop.invite(busy_shop.open_order(lines=1))
    browsers = [come_in(busy_shop, invitation) for _ in range(8)]
    address = reverse("portal:dispute", args=[invitation.pk])
    jobs = [lambda one=one: one.post(address, {"reason": "Wrong"}).status_code for one in browsers]
    assert set(together(jobs)) == {302}
    assert Dispute.objects.count() == 1
    assert audit.verify_log(busy_shop.organisation.log) == []
