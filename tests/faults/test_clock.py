"""F11: the clock jumps. Links end by the server's clock, times never run backwards, nothing is lost by an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine

from paraph.delivery.models import Delivery
from paraph.delivery.models import State as Posted
from paraph.evidence.models import Checkpoint, Entry
from paraph.lib import clock
from paraph.signoff import invitations
from paraph.signoff.errors import LinkExpired
from paraph.signoff.models import SealedCopy, Signature
from paraph.work.models import Status
from tests.cast import Shop
from tests.faults import house
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The moments at which calendars are odd, a little before; in 2027, so that no certificate is from the future.
ODD = {
    "summer time begins": datetime(2027, 3, 28, 1, 59, 30, tzinfo=AMSTERDAM),
    "the hour that comes twice": datetime(2027, 10, 31, 2, 59, 30, tzinfo=AMSTERDAM, fold=0),
    "leap day": datetime(2028, 2, 28, 23, 59, 30, tzinfo=UTC),
    "after leap day": datetime(2028, 2, 29, 23, 59, 30, tzinfo=UTC),
    "year end": datetime(2027, 12, 31, 23, 59, 30, tzinfo=UTC),
}


def sign(customer: Customer) -> None:
    """Sign through the pages, and see the receipt, the order and its timeline."""
    posting = house.about_to_sign(customer)
    assert customer.post(posting.path, posting.fields)["Location"] == customer.at("receipt")
    for name in ("receipt", "timeline"):
        assert customer.get(customer.at(name)).status_code == 200


def times_of_the_log() -> list[datetime]:
    """When each entry was recorded, in order."""
    return list(Entry.objects.order_by("index").values_list("at", flat=True))


@pytest.mark.parametrize("jump", [-HOUR, DAY, -HOUR * 26, DAY * 10])
def test_F11_the_clock_jumps_between_the_steps_of_a_signature(shop: Shop, jump: timedelta) -> None:
    start = clock.now()
    customer = house.come_in(shop, hours=24 * 7)
    posting = house.about_to_sign(customer)
    with time_machine.travel(start + jump):
        answer = customer.post(posting.path, posting.fields)
        expired = jump > timedelta(days=7)
        assert answer.status_code == (410 if expired else 302)
        house.worker_comes()
    house.worker_comes()
    assert all(a <= b for a, b in pairwise(times_of_the_log()))
    sizes = Checkpoint.objects.order_by("size").values_list("at", flat=True)
    assert all(a <= b for a, b in pairwise(sizes))
    assert Signature.objects.count() == (0 if expired else 1)
    assert house.broken(shop) == []


def test_F11_the_clock_is_set_back_for_the_worker_and_nothing_is_stuck_or_sent_twice(shop: Shop) -> None:
    start = clock.now()
    with time_machine.travel(start + HOUR):
        customer = house.come_in(shop)
        sign(customer)
    with time_machine.travel(start):
        house.worker_comes()
    # What became due in an hour that was taken back waits for it to come again.
    with time_machine.travel(start + HOUR):
        house.worker_comes()
    assert set(Delivery.objects.values_list("state", flat=True)) == {Posted.SENT}
    assert house.broken(shop) == []
    assert house.statuses(customer.order) == [Status.NEEDS_SIGNATURE, Status.APPROVED]


@pytest.mark.parametrize("name", ODD)
def test_F11_signing_over_an_odd_moment(shop: Shop, name: str) -> None:
    moment = ODD[name].astimezone(UTC)
    with time_machine.travel(moment, tick=False) as now:
        customer = house.come_in(shop)
        posting = house.about_to_sign(customer)
        now.shift(timedelta(minutes=1))
        assert customer.post(posting.path, posting.fields)["Location"] == customer.at("receipt")
        assert customer.get(customer.at("receipt")).status_code == 200
        house.worker_comes()
        signature = Signature.objects.get()
        assert clock.iso(signature.signed_at) == signature.record["signed_at"]
        assert signature.signed_at == moment + timedelta(minutes=1)
        assert SealedCopy.objects.count() == 1
        assert house.broken(shop) == []


@pytest.mark.parametrize("name", ODD)
def test_F11_48_hours_are_48_hours_whatever_the_calendar_does(shop: Shop, name: str) -> None:
    moment = ODD[name].astimezone(UTC)
    with time_machine.travel(moment, tick=False):
        invitation = shop.invite(shop.open_order(lines=1), hours=48)
    with time_machine.travel(moment + timedelta(hours=48, seconds=-1), tick=False):
        assert invitations.check(invitation) == invitation
    with time_machine.travel(moment + timedelta(hours=48), tick=False), pytest.raises(LinkExpired):
        invitations.check(invitation)
