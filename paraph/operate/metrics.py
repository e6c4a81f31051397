"""Figures for Prometheus. What can be read from the database is read when somebody asks; requests are counted as they
are answered. No label holds a name, an address or an id: they say states, routes and kinds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, Sum
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from paraph import __version__
from paraph.automation.models import Run
from paraph.delivery.models import Delivery, Tally
from paraph.evidence.models import Checkpoint, Log
from paraph.lib import clock
from paraph.operate import health, heartbeat, queues, traffic
from paraph.signoff.models import Signature, SignOff

logger = logging.getLogger(__name__)


def page(accept: str) -> tuple[bytes, str]:
    """All figures in the format the scraper asks for, and its media type."""
    encoder, kind = choose_encoder(accept)
    return encoder(REGISTRY), kind


class Figures(Collector):
    """Collects what is below; a group that fails is left out and counted."""

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked when this is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family of figures."""
        began, failed = time.perf_counter(), 0
        for group in GROUPS:
            try:
                yield from list(group())
            except Exception:  # the other figures are needed most when something is wrong
                logger.exception("figures: %s failed", group.__name__)
                failed += 1
        yield GaugeMetricFamily("paraph_scrape_failures", "Groups of figures that could not be read.", failed)
        yield GaugeMetricFamily(
            "paraph_scrape_seconds", "How long it took to read all of this.", time.perf_counter() - began
        )


def requests() -> Iterator[Metric]:
    """Requests by route, method and status; how long they took by route."""
    answers = CounterMetricFamily("paraph_requests", "Answers given.", labels=["route", "method", "status"])
    times = HistogramMetricFamily("paraph_request_seconds", "How long answers took.", labels=["route"])
    for route in traffic.counted():
        for (method, status), count in route.answers.items():
            answers.add_metric([route.name, method, status], count)
        bounds, so_far, buckets = [*map(str, traffic.BOUNDS), "+Inf"], 0, []
        for bound, count in zip(bounds, route.buckets, strict=True):
            so_far += count
            buckets.append((bound, so_far))
        times.add_metric([route.name], buckets, route.seconds)
    yield answers
    yield times


def signing() -> Iterator[Metric]:
    """Sign-offs by state, and signatures by method."""
    states = GaugeMetricFamily("paraph_signoffs", "Requests for consent, by state.", labels=["state"])
    for state, count in _by(SignOff.objects, "state"):
        states.add_metric([state], count)
    yield states
    given = CounterMetricFamily("paraph_signatures", "Signatures given, by method.", labels=["method"])
    for method, count in _by(Signature.objects, "method"):
        given.add_metric([method], count)
    yield given


def waiting() -> Iterator[Metric]:
    """Queues: how many rows wait, and for how long the oldest is overdue."""
    now = clock.now()
    found = {
        "messages": queues.messages(now),
        "consequences": queues.runs(now),
        "entries": queues.entries(now),
        "figures": queues.figures(now),
        "seals": queues.seals(now),
        "papers": queues.papers(now),
        "papers to review": queues.reviews(now),
        "captures": queues.captures(now),
        "captures to decide": queues.decisions(now),
        "signatures to verify": queues.verifications(now),
    }
    length = GaugeMetricFamily("paraph_queue_length", "What waits.", labels=["queue"])
    late = GaugeMetricFamily(
        "paraph_queue_late_seconds", "For how long the oldest is due and not taken.", labels=["queue"]
    )
    for name, queue in found.items():
        length.add_metric([name], queue.waiting)
        late.add_metric([name], queue.seconds)
    yield length
    yield late


def messages() -> Iterator[Metric]:
    """Messages by state, and what came back."""
    states = GaugeMetricFamily("paraph_deliveries", "Messages, by state.", labels=["state"])
    for state, count in _by(Delivery.objects, "state"):
        states.add_metric([state], count)
    yield states
    back = CounterMetricFamily("paraph_returned_mail", "Mail that came back.", labels=["outcome"])
    for name, count in Tally.objects.values_list("name", "count"):
        back.add_metric([name], count)
    yield back


def rules() -> Iterator[Metric]:
    """Runs of rules by state: waiting, done, given up."""
    states = GaugeMetricFamily("paraph_runs", "Consequences, by state.", labels=["state"])
    for state, count in _by(Run.objects, "state"):
        states.add_metric([state], count)
    yield states


def ledgers() -> Iterator[Metric]:
    """The ledgers together."""
    found = Log.objects.aggregate(entries=Sum("size"), logs=Count("pk"))
    yield GaugeMetricFamily("paraph_ledgers", "Ledgers.", found["logs"])
    yield CounterMetricFamily("paraph_ledger_entries", "Entries of all ledgers.", found["entries"] or 0)
    unstamped = Checkpoint.objects.filter(token=None).count()
    yield GaugeMetricFamily("paraph_checkpoints_unstamped", "Checkpoints without a time stamp.", unstamped)


def machine() -> Iterator[Metric]:
    """Keys, workers, checks."""
    days = GaugeMetricFamily("paraph_key_days", "Days a certificate is still valid.", labels=["key"])
    for name, left in health.days_left().items():
        days.add_metric([name], left)
    yield days
    yield GaugeMetricFamily("paraph_workers", "Workers alive.", len(heartbeat.alive(clock.now())))
    checks = GaugeMetricFamily(
        "paraph_check", "What /readyz finds: 0 in order, 1 a warning, 2 failed.", labels=["check"]
    )
    for one in health.recent():
        checks.add_metric([one.name], list(health.Level).index(one.level))
    yield checks
    info = GaugeMetricFamily("paraph_info", "The release that runs.", labels=["version"])
    info.add_metric([__version__], 1)
    yield info


def reconciler() -> Iterator[Metric]:
    """What must hold and does not (faults.md); no figure while nobody has looked."""
    from paraph.operate import reconcile

    last = reconcile.latest()
    if last is None:
        return
    at, count = last
    yield GaugeMetricFamily("paraph_findings", "Invariants that do not hold; must be 0.", count)
    age = max(clock.now() - at, timedelta(0)).total_seconds()
    yield GaugeMetricFamily("paraph_findings_age_seconds", "How long ago the invariants were checked.", age)


def _by(rows: object, name: str) -> Iterator[tuple[str, int]]:
    found = rows.order_by().values_list(name).annotate(count=Count("pk"))  # type: ignore[attr-defined]
    yield from found


GROUPS: tuple[Callable[[], Iterable[Metric]], ...] = (
    requests,
    signing,
    waiting,
    messages,
    rules,
    ledgers,
    machine,
    reconciler,
)
REGISTRY = CollectorRegistry(auto_describe=False)
REGISTRY.register(Figures())
