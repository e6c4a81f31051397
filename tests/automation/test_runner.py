"""Exactly once: under threads, after a crash, beside a poisonous rule, and never in a circle."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from paraph.automation import rules, runner
from paraph.automation.models import Cursor, Notice, Run, RunState
from paraph.automation.occasions import Occasion
from paraph.automation.rules import Rule
from paraph.automation.runner import run_all, run_pending
from paraph.delivery.models import Delivery
from paraph.evidence import ledger
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.lib.actor import SYSTEM
from paraph.signoff import ceremonies, requests
from paraph.work.facts import OrderStatusChanged
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop

Effect = Callable[[Occasion], None]


class Do:
    """An effect of this test's own."""

    def __init__(self, effect: Effect) -> None:
        self.apply = effect


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Ship these rules instead of ours."""

    def ship(*shipped: Rule) -> None:
        monkeypatch.setattr(runner, "RULES", shipped)

    return ship


def statuses(order: WorkOrder) -> list[str]:
    """Every status the order was given, as recorded."""
    entries = Entry.objects.filter(kind="order.status_changed", topic=order.topic).order_by("index")
    return [one.content["fact"]["after"] for one in entries]


def consequences(order: WorkOrder) -> dict[str, int]:
    """What there must be exactly once after three of three lines were signed for."""
    return {
        "approved": statuses(order).count(Status.APPROVED),
        "notices": Notice.objects.filter(order=order, kind="signed").count(),
        "mails": Delivery.objects.filter(key__startswith="notice:signed").count(),
        "receipts": Delivery.objects.filter(key__startswith="receipt:").count(),
        "open runs": Run.objects.exclude(state=RunState.DONE).count(),
    }


ONCE = {"approved": 1, "notices": 2, "mails": 2, "receipts": 1, "open runs": 0}


@pytest.mark.django_db
def test_running_again_does_nothing_again(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    assert run_all() == 7
    assert run_all() == 0
    assert run_all() == 0
    assert consequences(order) == ONCE


@pytest.mark.django_db
def test_nothing_to_do_costs_one_query_and_no_write(shop: Shop) -> None:
    shop.open_order()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            run_all()
        assert len(queries) == 1
        shop.invite(shop.open_order())
        run_all()
    with CaptureQueriesContext(connection) as queries:
        run_pending(shop.organisation.log)
    assert len(queries) == 1


@pytest.mark.django_db
def test_what_the_next_page_shows_is_done_at_once_and_letters_are_left_to_the_worker(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    assert run_pending(shop.organisation.log) == 4
    order.refresh_from_db()
    assert order.status == Status.APPROVED
    assert not Delivery.objects.filter(key__startswith="receipt:").exists()
    assert run_pending(shop.organisation.log) == 0
    assert run_all() == 3
    assert consequences(order) == ONCE


@pytest.mark.django_db
def test_a_log_nobody_wrote_to_is_no_fault(shop: Shop) -> None:
    assert run_all() == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_I4_each_consequence_once_when_many_run_at_the_same_time(shop: Shop) -> None:
    signed = [shop.open_order(lines=3) for _ in range(2)]
    for order in signed:
        cast.signed(shop, order)
    together = threading.Barrier(6)
    problems: list[Exception] = []

    def work() -> None:
        together.wait()
        try:
            run_all()
            run_all()
        except Exception as problem:  # noqa: BLE001 - told to the test
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    run_all()
    assert [statuses(order) for order in signed] == [[Status.APPROVED]] * 2
    assert Notice.objects.filter(kind="signed").count() == 4
    assert Delivery.objects.filter(key__startswith="receipt:").count() == 2
    assert set(Run.objects.values_list("state", "attempts")) == {(RunState.DONE, 1)}


@pytest.mark.django_db
def test_a_poisonous_rule_stops_no_other_and_is_given_up_in_the_end(
    shop: Shop, only: Callable[..., None]
) -> None:
    def poison(occasion: Occasion) -> None:
        WorkOrder.objects.filter(pk=occasion.order.pk).update(title="half done")
        raise RuntimeError("the words of the customer")

    only(Rule("bad", "signature.given", (Do(poison),)), *rules.RULES)
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert run_all() == 7
        assert consequences(order) == {**ONCE, "open runs": 1}
        waits = []
        while (bad := Run.objects.get(rule="bad")).state == RunState.PENDING:
            waits.append(bad.due_at - clock.now())
            traveller.move_to(bad.due_at)
            assert run_all() == 0
    assert waits[:3] == [timedelta(seconds=seconds) for seconds in (5, 10, 20)]
    assert max(waits) == runner.LONGEST_WAIT
    assert (bad.state, bad.attempts, bad.error) == (RunState.DEAD, runner.MAX_ATTEMPTS, "RuntimeError")
    order.refresh_from_db()
    assert order.title == "100-hour inspection"
    (failed,) = Entry.objects.filter(kind="rule.failed")
    assert failed.content["fact"] == {"rule": "bad", "reason": "error", "error": "RuntimeError"}
    assert failed.cause is not None
    assert failed.cause.kind == "signature.given"
    assert run_all() == 0
    # I4: what was given up counts as a finding until it is tried again and succeeds.
    only(Rule("bad", "signature.given", (Do(lambda occasion: None),)), *rules.RULES)
    assert runner.retry() == 1
    assert run_all() == 1
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.DONE}
    assert runner.retry() == 0


@pytest.mark.django_db
def test_a_rule_that_fails_once_is_made_up_for(shop: Shop, only: Callable[..., None]) -> None:
    tries: list[str] = []

    def hiccup(occasion: Occasion) -> None:
        tries.append(occasion.rule)
        if len(tries) == 1:
            raise ConnectionError

    only(Rule("hiccup", "signature.given", (Do(hiccup),)))
    cast.signed(shop, shop.open_order(lines=3))
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert run_all() == 0
        assert run_all() == 0
        traveller.shift(runner.FIRST_WAIT)
        assert run_all() == 1
    assert len(tries) == 2


@pytest.mark.django_db
def test_a_status_that_comes_late_undoes_nothing_that_happened_since(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    shop.invite(order)
    run_all()
    Run.objects.update(state=RunState.PENDING)
    WorkOrder.objects.update(status=Status.OPEN)
    invitation = shop.invite(order)
    cast.approve(invitation, [1, 2, 3])
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    run_all()
    order.refresh_from_db()
    assert order.status == Status.APPROVED
    assert Run.objects.filter(rule="order.asked", state=RunState.DONE).exists()


@pytest.mark.django_db
def test_F26_rules_that_trigger_each_other_are_stopped_and_told(
    shop: Shop, only: Callable[..., None]
) -> None:
    def again(occasion: Occasion) -> None:
        after = Status.OPEN if occasion.named("after") == Status.APPROVED else Status.APPROVED
        fact = OrderStatusChanged(before=str(Status.OPEN), after=str(after))
        ledger.append(fact, log=occasion.log, topic=occasion.entry.topic, by=SYSTEM, cause=occasion.entry)

    only(Rule("circle", "order.status_changed", (Do(again),)))
    order = shop.open_order()
    with transaction.atomic():
        start = OrderStatusChanged(before=str(Status.OPEN), after=str(Status.APPROVED))
        ledger.append(start, log=shop.organisation.log, topic=order.topic, by=SYSTEM)
    assert run_all() == runner.MAX_DEPTH + 1
    assert run_all() == 0
    (failed,) = Entry.objects.filter(kind="rule.failed")
    assert failed.content["fact"]["reason"] == "loop"
    assert Run.objects.filter(state=RunState.DEAD).count() == 1


@pytest.mark.django_db
def test_a_rule_of_another_release_is_passed_over(shop: Shop) -> None:
    requests.ask(shop.open_order(), [(shop.jan, "authorise")], by=shop.mara.actor)
    run_all()
    Run.objects.update(state=RunState.PENDING, rule="of.tomorrow")
    assert run_all() == 1


@pytest.mark.django_db
def test_a_run_that_always_ends_its_process_is_given_up(shop: Shop) -> None:
    requests.ask(shop.open_order(), [(shop.jan, "authorise")], by=shop.mara.actor)
    run_all()
    Run.objects.update(state=RunState.PENDING, attempts=runner.MAX_ATTEMPTS)
    assert run_all() == 0
    assert Run.objects.get().state == RunState.DEAD
    assert Entry.objects.filter(kind="rule.failed").count() == 1


@pytest.mark.django_db
def test_a_process_so_slow_that_its_runs_were_taken_over_writes_nothing(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    slow = runner._advance(shop.organisation.id, None)
    with time_machine.travel(clock.now() + runner.LEASE + timedelta(seconds=1), tick=False):
        assert run_all() == 7
    assert runner._attempt(slow) == 0
    assert consequences(order) == ONCE


@pytest.mark.django_db
def test_the_trouble_of_one_organisation_stops_no_other(
    shop: Shop, rival: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = runner._advance

    def troubled(log: Any, rules: Any) -> list[Run]:
        if log == shop.organisation.id:
            raise ConnectionError
        return advance(log, rules)

    orders = [one.open_order() for one in (shop, rival)]
    for one, order in zip((shop, rival), orders, strict=True):
        one.invite(order)
    monkeypatch.setattr(runner, "_advance", troubled)
    assert run_all() == 1
    monkeypatch.undo()
    assert run_all() == 1
    assert [statuses(order) for order in orders] == [[Status.NEEDS_SIGNATURE]] * 2


@pytest.mark.django_db
def test_the_cursor_reads_a_long_backlog_in_pieces(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BATCH", 2)
    for _ in range(5):
        shop.invite(shop.open_order(lines=1))
    assert run_all() == 5
    last = Entry.objects.filter(kind="signoff.requested").order_by("index").last()
    assert last is not None
    assert Cursor.objects.get().position == last.index + 1


@pytest.mark.fault
@pytest.mark.parametrize("point", ["run.before_commit", "run.committed"])
@pytest.mark.django_db(transaction=True)
def test_F2_the_worker_takes_over_from_a_process_that_was_killed(
    point: str, shop: Shop, repository: Path
) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    assert killed(point, shop.organisation.log, repository) == 137
    run_all()
    with time_machine.travel(clock.now() + runner.LEASE + timedelta(seconds=1), tick=False):
        run_all()
    assert consequences(order) == ONCE


def killed(point: str, log: str, repository: Path) -> int:
    """Run the consequences of a log in another process that dies at a crash point; return how it ended."""
    program = (
        f"import django; django.setup(); from paraph.automation import runner; runner.run_pending({log!r})"
    )
    env = {**child_environment(), "PARAPH_CRASH_AT": point}
    return subprocess.run([sys.executable, "-c", program], env=env, cwd=repository, check=False).returncode


def child_environment(**changes: Any) -> dict[str, str]:
    """The environment of a process of the product that shares this test's database and files."""
    from django.conf import settings

    where = connections["default"].settings_dict
    url = f"sqlite:///{where['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgres://{where['USER']}@{str(where['HOST']).replace('/', '%2F')}/{where['NAME']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARAPH_TEST")}
    return {
        **kept,
        "PARAPH_DATA": str(settings.PARAPH_DATA),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "paraph.config.settings",
        **changes,
    }
