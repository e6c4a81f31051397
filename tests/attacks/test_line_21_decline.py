"""Line 21: declining and signing at the same moment, on screen or by paper: exactly one of them, the record whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.evidence import audit
from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, reading
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import Decline, Invitation, Return, ReturnState, Signature, State
from tests import cast, scans
from tests.attacks.together import together
from tests.cast import Shop, make_keys, make_shop
from tests.scans import Machine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 4


@pytest.fixture
def busy_shop(transactional_db: None) -> Shop:
    make_keys()
    return make_shop()


def refused(act: Callable[[], object]) -> Callable[[], bool]:
    """The act, whose refusal is an answer: whether it was refused."""

    def run() -> bool:
        try:
            act()
        except SignOffError:
            return True
        return False

    return run


def decline(invitation: Invitation) -> Callable[[], object]:
    return lambda: ceremonies.decline(invitation, reason="Too dear", by=cast.customer(invitation))


def one_won(invitation: Invitation) -> bool:
    """Check that exactly one happened, in the rows, the state and the ledger; whether it was the signature."""
    signoff = invitation.party.signoff
    signoff.refresh_from_db()
    signed = Signature.objects.filter(signoff=signoff).exists()
    assert Decline.objects.filter(signoff=signoff).exists() != signed
    assert signoff.state == (State.SEALED if signed else State.DECLINED)
    told = Entry.objects.filter(topic=signoff.order.topic).values_list("kind", flat=True)
    assert ("signature.given" in told) == signed
    assert ("signoff.declined" in told) != signed
    return signed


def test_line_21_of_declining_and_signing_exactly_one_wins(busy_shop: Shop) -> None:
    for _round in range(ROUNDS):
        invitation = busy_shop.invite(busy_shop.open_order(lines=1))
        cast.approve(invitation, [1])
        ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
        declining = refused(decline(invitation))
        late = together([refused(lambda one=ceremony: cast.sign(one)), declining])  # type: ignore[misc]
        assert late == ([False, True] if one_won(invitation) else [True, False])
    assert audit.verify_log(busy_shop.organisation.log) == []


def test_line_21_of_declining_and_a_paper_that_is_filed_exactly_one_wins(
    busy_shop: Shop, machine: Machine
) -> None:
    for _round in range(2):
        invitation = busy_shop.invite(busy_shop.open_order(lines=1))
        machine.sees(busy_shop.paper(invitation))
        returned = scans.hand_in(invitation, scans.any_scan(1))
        together([reading.read_due, refused(decline(invitation))])
        signed = one_won(invitation)
        returned.refresh_from_db()
        assert returned.state == (ReturnState.FILED if signed else ReturnState.OVERTAKEN)
    assert Return.objects.count() == 2
    assert audit.verify_log(busy_shop.organisation.log) == []
