"""/metrics: what Prometheus reads is true, whole, and names nobody."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text
from pytest_django import Settings

from paraph.automation import runner
from paraph.delivery import outbox, returned
from paraph.lib import clock
from paraph.operate import health, heartbeat, metrics, notes, reconcile, traffic
from tests import cast
from tests.cast import Shop
from tests.delivery.test_outbox import want

pytestmark = pytest.mark.slow

LOCAL = {"Host": "localhost"}


@pytest.fixture(autouse=True)
def counted_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No request of another test is counted, and no answer is kept."""
    fresh = traffic.Memory(traffic.memory().place)
    monkeypatch.setattr(traffic, "memory", lambda: fresh)
    health._kept().clear()
    yield
    health._kept().clear()


def scraped(accept: str = "") -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample: by its name, then by the values of its labels, in the order of their names."""
    answer = Client().get("/metrics", headers={**LOCAL, "Accept": accept})
    assert answer.status_code == 200
    read = open_metrics if "openmetrics" in answer["Content-Type"] else plain_text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in read(answer.content.decode()):
        for one in family.samples:
            found.setdefault(one.name, {})[tuple(one.labels[name] for name in sorted(one.labels))] = one.value
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["", "application/openmetrics-text; version=1.0.0"])
def test_the_figures_are_those_of_the_installation(shop: Shop, accept: str) -> None:
    cast.signed(shop, shop.open_order(lines=2), [1, 2])
    waiting = shop.invite(shop.open_order(lines=1))
    runner.run_all()
    outbox.deliver_due()
    want()
    returned.take(b"no report")
    notes.leave(f"{heartbeat.KIND}:host:1", troubled=[])
    told = scraped(accept)
    assert told["paraph_signoffs"] == {("sealed",): 1, ("open",): 1}
    assert told["paraph_signatures_total"] == {("typed",): 1}
    assert told["paraph_deliveries"] == {("sent",): 3, ("queued",): 1}
    assert told["paraph_queue_length"][("messages",)] == 1
    assert told["paraph_queue_late_seconds"][("seals",)] == 0
    assert told["paraph_returned_mail_total"] == {("no_report",): 1}
    assert told["paraph_ledgers"] == {(): 1}
    assert told["paraph_ledger_entries_total"][()] > 10
    assert set(told["paraph_key_days"]) == {("seal",), ("seal-root",), ("tsa",), ("tsa-root",)}
    assert told["paraph_workers"] == {(): 1}
    assert told["paraph_check"][("worker",)] == 0
    assert told["paraph_scrape_failures"] == {(): 0}
    assert waiting is not None


@pytest.mark.django_db
def test_no_label_names_a_tenant_a_person_or_an_order(shop: Shop, rival: Shop) -> None:
    for one in (shop, rival):
        cast.signed(one, one.open_order(lines=1), [1])
    runner.run_all()
    Client().get("/orders/11111111-1111-4111-8111-111111111111/", headers=LOCAL)
    Client().get(shop.path(shop.invite(shop.open_order())), headers=LOCAL)
    for name, samples in scraped().items():
        for values in samples:
            text = " ".join((name, *values))
            assert not any(word in text for word in (shop.organisation.name, rival.organisation.name, "@"))
            assert not any(_is_uuid(part) for value in values for part in value.split(":")), text


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_status(shop: Shop) -> None:
    browser, path = Client(), shop.path(shop.invite(shop.open_order()))
    for _ in range(3):
        browser.get(path, headers=LOCAL)
    browser.post(path, headers=LOCAL)
    browser.get("/s/nonsense/", headers=LOCAL)
    browser.get("/nowhere/at/all", headers=LOCAL)
    browser.generic("BREW", "/sign-in/", headers=LOCAL)
    told = scraped()
    assert {key: count for key, count in told["paraph_requests_total"].items() if key[1] != "metrics"} == {
        ("GET", "portal:link", "200"): 3,
        ("POST", "portal:link", "302"): 1,
        ("GET", "portal:link", "404"): 1,
        ("GET", "unknown", "404"): 1,
        ("other", "office:sign_in", "405"): 1,
    }
    buckets = [
        count for key, count in told["paraph_request_seconds_bucket"].items() if key[1] == "portal:link"
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == told["paraph_request_seconds_count"][("portal:link",)] == 5
    assert 0 < told["paraph_request_seconds_sum"][("portal:link",)] < 60


def test_a_time_falls_into_the_bucket_that_holds_it() -> None:
    for seconds in (0.001, 0.005, 0.0051, 99.0):
        traffic.count("portal:link", "GET", 200, seconds)
    (route,) = traffic.counted()
    assert (route.buckets[:2], route.buckets[-1]) == ([2, 1], 1)
    assert route.seconds == pytest.approx(99.0111)
    assert route.answers == {("GET", "200"): 4}


@pytest.mark.parametrize(
    ("status", "shown"), [(200, "200"), (418, "4xx"), (599, "5xx"), (999, "5xx"), (0, "1xx")]
)
def test_a_status_we_never_answer_with_counts_as_its_hundred(status: int, shown: str) -> None:
    traffic.count("a route of another release", "GET", status, 0.1)
    (route,) = traffic.counted()
    assert (route.name, route.answers) == ("unknown", {("GET", shown): 1})


def test_F1_processes_count_together_and_nothing_is_lost_when_one_is_killed() -> None:
    def count(times: int, *, be_killed: bool = False) -> int:
        child = os.fork()
        if child:
            return child
        for _ in range(times):
            traffic.count("portal:sign", "POST", 302, 0.01)
        os.kill(os.getpid(), signal.SIGKILL) if be_killed else None
        os._exit(0)

    traffic.count("portal:sign", "POST", 302, 0.01)
    # More than there are parts, one after the other: a part is free again when its process has ended.
    for one in range(traffic.PARTS + 6):
        os.waitpid(count(10, be_killed=one % 2 == 0), 0)
    # At the same time, in a place each: else some of these would be overwritten by the others.
    together = [count(20_000) for _ in range(4)]
    for child in together:
        os.waitpid(child, 0)
    (route,) = traffic.counted()
    assert route.answers == {("POST", "302"): 1 + 10 * (traffic.PARTS + 6) + 80_000}


@pytest.mark.django_db
def test_figures_that_cannot_be_read_leave_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Any]:
        raise LookupError("no such table")

    monkeypatch.setattr(metrics, "GROUPS", (metrics.requests, broken, metrics.ledgers))
    told = scraped()
    assert told["paraph_scrape_failures"] == {(): 1}
    assert "paraph_ledgers" in told


@pytest.mark.django_db
@pytest.mark.parametrize("last", [None, 3])
def test_what_the_reconciler_has_not_looked_at_has_no_figure(
    last: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "latest", lambda: last and (clock.now(), last))
    told = scraped()
    assert told.get("paraph_findings") == ({(): 3} if last else None)


@pytest.mark.django_db
def test_a_larger_installation_costs_no_more_queries(shop: Shop, rival: Shop) -> None:
    with CaptureQueriesContext(connection) as few:
        scraped()
    for one in (shop, rival):
        for _ in range(3):
            cast.signed(one, one.open_order(lines=1), [1])
    runner.run_all()
    health._kept().clear()
    with CaptureQueriesContext(connection) as many:
        scraped()
    assert len(many) == len(few)


@pytest.mark.django_db
def test_counting_a_request_asks_the_database_nothing(shop: Shop, settings: Settings) -> None:
    with CaptureQueriesContext(connection) as queries:
        Client().get("/healthz")
        Client().get("/nowhere")
    assert len(queries) == 0
