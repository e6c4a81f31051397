"""The reconciler: how far it looked, what it remembers, and that nothing is found while customers sign."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from paraph.automation.runner import run_all
from paraph.config import worker
from paraph.evidence.models import Checkpoint, Entry
from paraph.lib import clock
from paraph.operate import cases, notes, reconcile
from paraph.operate.reconcile import Finding
from paraph.signoff import ceremonies
from paraph.signoff.models import Signature
from paraph.work.models import WorkOrder
from tests import cast
from tests.cast import Shop
from tests.operate.breaking import invariants, order, sealed_file, sql

pytestmark = pytest.mark.slow

__all__ = ["order", "sql"]  # fixtures

SIGNERS = 3
SIGNED_EACH = 2


@pytest.mark.django_db
def test_I5_the_watch_goes_on_from_where_it_was(shop: Shop, order: WorkOrder) -> None:
    assert reconcile.reconcile() == []
    verified = notes.of("verified")[0].told["size"]
    assert verified == Entry.objects.count()
    with CaptureQueriesContext(connection) as before:
        reconcile.reconcile()
    for _ in range(3):
        cast.signed(shop, shop.open_order(lines=2), [1, 2])
    run_all()
    assert reconcile.reconcile() == []
    assert notes.of("verified")[0].told["size"] == Entry.objects.count() > verified
    with CaptureQueriesContext(connection) as after:
        reconcile.reconcile()
    # One more signed order costs a proof, not a table.
    assert len(after) - len(before) <= 3 * 2 * 3


@pytest.mark.django_db
def test_a_healthy_installation_has_no_findings_and_says_when_it_looked(order: WorkOrder) -> None:
    assert reconcile.latest() is None
    assert reconcile.reconcile() == []
    told = reconcile.latest()
    assert told is not None
    assert told[1] == 0
    assert clock.now() - told[0] < timedelta(minutes=1)
    assert reconcile.findings() == []


@pytest.mark.django_db
def test_what_was_found_stays_until_it_holds_again(
    shop: Shop, order: WorkOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sealed_file()
    content = path.read_bytes()
    path.unlink()
    assert invariants() == ["I1"]
    # Nothing new, and a walk that is elsewhere.
    monkeypatch.setattr(reconcile, "FEWEST", 1)
    for _ in range(3):
        shop.open_order(lines=1)
    assert [invariants() for _ in range(4)] == [["I1"]] * 4
    path.write_bytes(content)
    assert invariants() == []


@pytest.mark.django_db
def test_the_slow_walk_comes_by_every_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {shop.open_order(lines=1).pk for _ in range(7)}
    assert reconcile.reconcile() == []
    monkeypatch.setattr(reconcile, "FEWEST", 2)
    monkeypatch.setattr(reconcile, "A_DAY", 10**6)
    looked: set[UUID] = set()
    load = cases.load

    def noted(pks: list[UUID], logs: set[UUID], *, prove: bool) -> list[cases.Case]:
        looked.update(pks)
        return load(pks, logs, prove=prove)

    monkeypatch.setattr(cases, "load", noted)
    passes = 0
    while looked != made:
        passes += 1
        assert passes <= 9
        reconcile.reconcile()


@pytest.mark.django_db
def test_of_several_workers_one_looks_each_minute(order: WorkOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(reconcile, "reconcile", lambda: looks.append(1))
    start = clock.now()
    for seconds in (0, 1, 30, 59, 61, 62, 130):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            reconcile.watch()
    assert len(looks) == 3
    with time_machine.travel(start - timedelta(hours=3), tick=False):
        # The clock was set back: it looks all the same.
        reconcile.watch()
    assert len(looks) == 4


@pytest.mark.django_db
def test_the_worker_runs_it(order: WorkOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.run_once()
    assert reconcile.latest() is not None
    assert any(loop.work is reconcile.watch for loop in worker.LOOPS)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_while_customers_sign_nothing_is_found(shop: Shop) -> None:
    waiting = [[shop.invite(shop.open_order(lines=2)) for _ in range(SIGNED_EACH)] for _ in range(SIGNERS)]
    problems: list[Exception] = []

    def customer(invitations: list[Any]) -> None:
        try:
            for one in invitations:
                cast.approve(one, [1, 2])
                cast.sign(ceremonies.review(one, by=cast.customer(one)))
                run_all()
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=customer, args=(one,)) for one in waiting]
    for one in threads:
        one.start()
    found: list[Finding] = []
    while any(one.is_alive() for one in threads):
        found += reconcile.reconcile()
    run_all()
    assert [*found, *reconcile.reconcile()] == []
    assert problems == []
    assert Signature.objects.count() == SIGNERS * SIGNED_EACH
    assert Checkpoint.objects.exists()
