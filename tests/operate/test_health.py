"""/healthz, /readyz: what is in order, one sentence each; anybody learns ok or not ok, and nothing more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import time_machine
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from paraph.automation.models import Run
from paraph.config import probes
from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.evidence.models import Log
from paraph.insights import folding
from paraph.lib import clock, home
from paraph.operate import health, heartbeat, notes, reconcile
from paraph.operate.health import Level
from paraph.operate.heartbeat import Pulse
from paraph.signoff import completion
from paraph.signoff.models import SignOff, State
from tests import cast
from tests.cast import Shop
from tests.delivery.mail_server import free_port
from tests.delivery.test_outbox import want

TOKEN = "a-token-of-enough-letters"
LOCAL = {"headers": {"Host": "localhost"}}


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    """No answer of an earlier test is kept."""
    health._kept().clear()
    yield
    health._kept().clear()


@pytest.fixture
def in_order(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """An installation in which everything works."""
    notes.leave(f"{heartbeat.KIND}:host:1", troubled=[])
    monkeypatch.setattr(reconcile, "latest", lambda: (clock.now(), 0))
    shop.open_order()  # with the first entry comes the log key
    return shop


def found(name: str) -> health.Check:
    """One check, made now."""
    return next(one for one in health.look() if one.name == name)


def ask(path: str = "/readyz", **told: Any) -> Any:
    health._kept().clear()
    return Client().get(path, **{**LOCAL, **told})


@pytest.mark.django_db
def test_when_everything_works_it_is_ready_and_says_why(in_order: Shop) -> None:
    answer = ask()
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "ok"), told
    assert set(told["checks"]) == {name for name, _, _ in health.CHECKS}
    assert all(one["sentence"].endswith(".") for one in told["checks"].values())
    assert answer["Cache-Control"] == "no-store"


def test_healthz_asks_no_database() -> None:
    # pytest-django refuses every query here; a cookie would make a session be read.
    answer = Client().get("/healthz", headers={"Cookie": "__Host-paraph=abc"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", probes.PROBES)
def test_probes_are_only_read(path: str) -> None:
    for method in ("post", "put", "delete", "options"):
        answer = getattr(Client(enforce_csrf_checks=True), method)(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
def test_without_the_database_it_is_alive_and_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> None:
        raise OperationalError("could not connect as user paraph with password hunter2")

    monkeypatch.setattr(connections["default"], "ensure_connection", gone)
    monkeypatch.setattr(connections["default"], "cursor", gone)
    assert ask("/healthz").status_code == 200
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == {
        "status": "failed",
        "sentence": "This could not be checked (OperationalError).",
    }
    assert "hunter2" not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_F4_F5_a_database_that_may_lose_acknowledged_work_is_not_ready() -> None:
    weaken, mend = {
        "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit = off", "RESET synchronous_commit"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(weaken)
        try:
            check = found("database")
        finally:
            cursor.execute(mend)
    assert (check.level, check.serving) == (Level.FAILED, True)
    assert "could lose acknowledged signatures" in check.sentence


@pytest.mark.django_db
def test_missing_migrations_are_named_and_newer_ones_are_no_fault() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("signoff", "9999_of_the_next_release")
    assert found("migrations").level == Level.OK
    recorder.record_unapplied("delivery", "0001_outbox")
    check = found("migrations")
    assert check.level == Level.FAILED
    assert "1 are missing (delivery.0001_outbox …). Run: paraph migrate" in check.sentence


@pytest.mark.django_db
def test_F20_a_missing_seal_key_is_said_but_people_can_still_sign(
    in_order: Shop, settings: Settings, tmp_path: Any
) -> None:
    shutil.copytree(home.folder(), tmp_path / "data", ignore=shutil.ignore_patterns("*.sqlite3*"))
    settings.PARAPH_DATA = tmp_path / "data"
    (home.keys() / "seal.key.pem").unlink()
    answer = ask()
    assert answer.status_code == 503
    assert answer.json()["checks"]["seal_key"]["status"] == "failed"
    assert ask("/readyz?serving").status_code == 200
    (home.keys() / "log.pem").unlink()
    answer = ask("/readyz?serving")
    assert answer.status_code == 503
    assert answer.json()["checks"]["log_key"]["status"] == "failed"


@pytest.mark.django_db
def test_keys_that_end_soon_are_a_warning_and_ended_ones_a_fault(in_order: Shop) -> None:
    days = min(health.days_left().values())
    assert set(health.days_left()) == {"seal", "seal-root", "tsa", "tsa-root"}
    with time_machine.travel(clock.now() + timedelta(days=days - 20)):
        assert (found("seal_key").level, "19 more days" in found("seal_key").sentence) == (
            Level.WARNING,
            True,
        )
    with time_machine.travel(clock.now() + timedelta(days=days + 1)):
        assert found("seal_key").level == Level.FAILED


@pytest.mark.django_db
def test_messages_nobody_takes_are_a_fault_and_those_that_wait_their_turn_are_not() -> None:
    now = clock.now()
    want("later")
    Delivery.objects.update(due_at=now + timedelta(hours=2), created_at=now - timedelta(hours=8))
    assert found("mail").level == Level.OK
    Delivery.objects.update(due_at=now - timedelta(minutes=6))
    assert found("mail").level == Level.FAILED
    Delivery.objects.update(leased_until=now + timedelta(minutes=1))
    assert found("mail").level == Level.OK


@pytest.mark.django_db
def test_F17_a_mail_server_that_is_away_is_said_although_every_message_waits_its_turn(
    settings: Settings,
) -> None:
    settings.EMAIL_BACKEND = "paraph.delivery.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    want()
    outbox.deliver_due()
    assert found("mail").level == Level.OK
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        outbox.deliver_due()
        check = found("mail")
    assert check.level == Level.FAILED
    assert "The mail server does not let us in; 1 messages wait" in check.sentence


@pytest.mark.django_db
def test_consequences_that_nobody_draws_are_a_fault_read_or_unread(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    cast.signed(shop, order, [1])
    assert found("consequences").level == Level.OK
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert "Entries of 1 ledgers are unread" in found("consequences").sentence
        from paraph.automation import runner

        runner.run_all()
        assert found("consequences").level == Level.OK
        run = Run.objects.latest("pk")
        Run.objects.filter(pk=run.pk).update(state="pending", due_at=clock.now() - timedelta(minutes=6))
        assert "1 consequences wait" in found("consequences").sentence


@pytest.mark.django_db
def test_S1_21_facts_that_no_figure_counts_are_a_warning(shop: Shop, rival: Shop) -> None:
    for one in (shop, rival):
        one.open_order(lines=1)
    assert found("figures").level == Level.OK
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert found("figures") == health.Check(
            "figures", Level.WARNING, "Entries of 2 ledgers are in no figure for 6 min.", serving=False
        )
        folding.fold_all()
        assert found("figures").level == Level.OK
        rival.open_order(lines=1)
        assert found("figures").sentence == "Entries of 1 ledgers are to be counted, none too long."


@pytest.mark.django_db
def test_I7_a_seal_that_stays_pending_is_a_fault(shop: Shop) -> None:
    cast.signed(shop, shop.open_order(lines=1), [1])
    completion.seal_pending()
    assert found("seals").level == Level.OK
    SignOff.objects.update(state=State.COMPLETE, completed_at=clock.now() - timedelta(minutes=3))
    check = found("seals")
    assert (check.level, check.sentence) == (Level.FAILED, "1 seals wait, the first due for 3 min.")


@pytest.mark.django_db
def test_F11_a_clock_behind_the_ledger_is_a_fault(shop: Shop) -> None:
    shop.open_order()
    assert found("clock").level == Level.OK
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        check = found("clock")
    assert check.level == Level.FAILED
    assert "behind the newest entry of a ledger" in check.sentence


@pytest.mark.django_db
@pytest.mark.postgresql
def test_F11_a_clock_apart_from_the_databases_is_a_fault() -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=5.5)):
        assert "the database's are 5 min apart" in found("clock").sentence


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.django_db
def test_F7_a_disk_that_is_almost_full_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 150 * 2**20))
    check = found("disk")
    assert (check.level, check.sentence) == (Level.FAILED, "Only 150 MB are free where PARAPH_DATA is.")


@pytest.mark.django_db
def test_a_worker_that_fell_silent_is_a_fault_and_one_in_trouble_a_warning(in_order: Shop) -> None:
    assert found("worker").level == Level.OK
    notes.leave(f"{heartbeat.KIND}:other:2", troubled=["mail"])
    assert found("worker").sentence == "2 alive; in trouble: mail."
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert found("worker").level == Level.FAILED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "level"),
    [
        (None, Level.WARNING),
        ((timedelta(0), 0), Level.OK),
        ((timedelta(0), 2), Level.FAILED),
        ((timedelta(minutes=11), 0), Level.WARNING),
        ((timedelta(minutes=11), 1), Level.FAILED),
    ],
)
def test_what_the_reconciler_found_counts_and_that_it_did_not_look_too(
    last: Any, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "latest", lambda: last and (clock.now() - last[0], last[1]))
    assert found("reconciler").level == level


# --- who learns what ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "trusted"),
    [
        ({}, True),
        ({"REMOTE_ADDR": "203.0.113.9"}, False),
        ({"headers": {"Host": "sign.example.com"}}, False),
        ({"headers": {"Host": "localhost", "X-Forwarded-For": "127.0.0.1"}}, False),
        ({"headers": {"Host": "localhost", "Via": "1.1 proxy"}}, False),
        ({"headers": {"Host": "[::1"}}, False),
        ({"headers": {"Host": "localhost:8000"}, "REMOTE_ADDR": "::1"}, True),
        ({"headers": {"Authorization": f"Bearer {TOKEN}"}, "REMOTE_ADDR": "203.0.113.9"}, True),
        ({"headers": {"Authorization": f"Bearer {TOKEN}x"}, "REMOTE_ADDR": "203.0.113.9"}, False),
        ({"headers": {"Authorization": f"Basic {TOKEN}"}, "REMOTE_ADDR": "203.0.113.9"}, False),
        # Who shows a token is judged by it, even here.
        ({"headers": {"Authorization": "Bearer guess", "Host": "localhost"}}, False),
    ],
)
def test_sentences_and_figures_are_for_this_machine_and_for_who_shows_the_token(
    in_order: Shop, settings: Settings, told: dict[str, Any], trusted: bool
) -> None:
    settings.PARAPH_METRICS_TOKEN = TOKEN
    answer = ask(**told)
    assert ("checks" in answer.json()) is trusted
    assert answer.json()["status"] == "ok"
    assert ask("/metrics", **told).status_code == (200 if trusted else 404)


@pytest.mark.django_db
def test_without_a_token_an_empty_one_opens_nothing(in_order: Shop) -> None:
    for shown in ("Bearer ", "Bearer"):
        told: dict[str, Any] = {
            "headers": {"Authorization": shown, "Host": "x.example"},
            "REMOTE_ADDR": "203.0.113.9",
        }
        assert ask("/metrics", **told).status_code == 404
        assert ask(**told).json() == {"status": "ok"}


@pytest.mark.django_db
def test_no_sentence_names_anybody(in_order: Shop) -> None:
    shop = in_order
    order = shop.open_order(lines=1)
    cast.signed(shop, order, [1])
    want(to="jan@example.com")
    Delivery.objects.update(
        last_error="ServerDown: for jan@example.com", created_at=clock.now() - timedelta(days=1)
    )
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        text = json.dumps([one.told for one in health.look()])
    assert "does not let us in" in text
    for word in (shop.organisation.name, "jan", "Jan", "@", order.number, str(order.pk), str(home.folder())):
        assert word not in text


@pytest.mark.django_db
def test_asking_often_costs_nothing(in_order: Shop) -> None:
    ask()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(20):
            Client().get("/readyz")
    # The answer is kept two seconds; on a slow machine it is made anew once or twice.
    assert len(queries) < 3 * len(health.CHECKS)


@pytest.mark.django_db
def test_many_ledgers_and_messages_cost_no_more_queries(in_order: Shop, rival: Shop) -> None:
    with CaptureQueriesContext(connection) as few:
        health.look()
    for number in range(5):
        want(f"k{number}")
        in_order.open_order(lines=1)
        rival.open_order(lines=1)
    assert Log.objects.count() > 1
    with CaptureQueriesContext(connection) as many:
        health.look()
    assert len(many) == len(few)


# --- signs of life ------------------------------------------------------------------------------------------------


def test_a_loop_that_fails_again_and_again_or_does_not_come_back_is_in_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulse = Pulse()
    for _ in range(heartbeat.FAILURES):
        assert pulse.troubled == []
        with pytest.raises(LookupError), pulse.piece("mail"):
            raise LookupError
    assert pulse.troubled == ["mail"]
    with pulse.piece("mail"):
        pass
    assert pulse.troubled == []
    with pulse.piece("seals"):
        began = pulse.since["seals"]
        monkeypatch.setattr("time.monotonic", lambda: began + heartbeat.BUSY.total_seconds() + 1)
        assert pulse.troubled == ["seals"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_gives_signs_of_life_and_says_when_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.05)
    pulse = Pulse(failures={"mail": heartbeat.FAILURES})
    with heartbeat.beating(pulse):
        first = _until(lambda: heartbeat.alive(clock.now()))[0]
        assert first.troubled == ("mail",)
        pulse.failures["mail"] = 0
        later = _until(lambda: [one for one in heartbeat.alive(clock.now()) if one.troubled == ()])[0]
        assert later.at > first.at
    assert heartbeat.alive(clock.now()) == []


def _until(look: Any) -> list[Any]:
    until = clock.now() + timedelta(seconds=20)
    while clock.now() < until:
        if found := look():
            return list(found)
    raise AssertionError("it did not happen")
