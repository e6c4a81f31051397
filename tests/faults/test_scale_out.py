"""Two hosts, one database: two web processes and two workers under load, one of each killed again and again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from paraph.operate import reconcile
from paraph.signoff import receipts
from paraph.signoff.models import SealedCopy, Signature
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop
from tests.faults import house, tools
from tests.faults.crowd import Crowd
from tests.faults.serving import Server

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("letters"),
]

SEED = 20_261_123
ROUNDS = tools.rounds(3)
A_ROUND = 2


def test_two_web_processes_and_two_workers_lose_and_double_nothing_while_they_are_killed(
    shop: Shop, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    customers = [house.come_in(shop) for _ in range(A_ROUND * ROUNDS + 2)]
    postings = [house.about_to_sign(one) for one in customers]
    kept = house.notes()
    hosts = [Server(tmp_path, web=1) for _ in range(2)]
    try:
        with Crowd(postings, [one.port for one in hosts]) as crowd:
            for turn in range(ROUNDS):
                crowd.at_a_bad_moment(chance, 1)
                hosts[turn % 2].kill_one(0)
                hosts[1 - turn % 2].kill_worker()
            crowd.finish()
    finally:
        for one in hosts:
            one.stop()
    house.worker_comes()
    assert sorted(receipts.code(one) for one in Signature.objects.all()) == sorted(crowd.codes.values())
    assert Signature.objects.count() == SealedCopy.objects.count() == len(customers)
    # A worker killed between sending and noting sends again, under the same Message-ID.
    assert house.broken(shop, kept=kept, sent_twice=3 * ROUNDS) == []
    assert all(house.statuses(one).count(Status.APPROVED) == 1 for one in WorkOrder.objects.all())
    assert reconcile.reconcile() == []
