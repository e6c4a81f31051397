"""F15: captures come late, twice, out of order, from two phones, after the order was changed or cancelled.

Whatever happens: each is filed once or waits for people, none is dropped, and what is sealed is what was shown.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from paraph.automation import runner
from paraph.capture import filing, receiving
from paraph.capture.envelopes import reread
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Payload
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import SealedCopy, Signature
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests.capture.phone import Phone, Sent, send
from tests.cast import Shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NUMBERS = st.integers(0, 99)


class Field(RuleBasedStateMachine):
    """Two phones, three orders, a network that does what it likes, and an office that works on meanwhile."""

    shop: Shop

    @initialize()
    def begin(self) -> None:
        """Everything of a run is taken back after it."""
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()
        self.at: datetime = clock.now()
        self.time = patch.object(clock, "now", lambda: self.at)
        self.time.start()
        self.phones = [Phone.enrolled(self.shop.tess, f"Phone {number}") for number in range(2)]
        self.orders = [self.shop.open_order(1, site=None) for _one in range(3)]
        self.sealed: list[Sent] = []
        self.arrived: set[str] = set()

    def teardown(self) -> None:
        """All that waits comes to an end; then look once more."""
        if not hasattr(self, "block"):
            return
        try:
            for one in self.sealed:
                self._deliver(one)
            self.at += receiving.PATIENCE
            self._work()
            self.nothing_is_lost_or_doubled()
            assert not Capture.objects.filter(state=State.RECEIVED).exists()
            assert set(map(str, Capture.objects.values_list("pk", flat=True))) == {
                one["id"] for one in self.sealed
            }
        finally:
            self.time.stop()
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @rule(phone=NUMBERS, order=NUMBERS)
    def sign(self, phone: int, order: int) -> None:
        """A customer signs in a cellar; what the phone knows is what the order said when it was last fetched: now."""
        found = self.orders[order % 3]
        found.refresh_from_db()
        try:
            sent = self.phones[phone % 2].signs(found, self.shop.jan)
        except SignOffError:  # the app would not let them begin: everything is signed for already
            return
        self.sealed.append(sent)

    @precondition(lambda self: self.sealed)
    @rule(which=NUMBERS, twice=st.booleans())
    def deliver(self, which: int, twice: bool) -> None:
        """One of them arrives, whichever, perhaps twice, perhaps for the tenth time."""
        sent = self.sealed[which % len(self.sealed)]
        self._deliver(sent)
        if twice:
            self._deliver(sent)

    @rule(order=NUMBERS, what=st.sampled_from(["title", "cancel", "technician"]))
    def office(self, order: int, what: str) -> None:
        """The office changes an order, or cancels it, or gives it to somebody else."""
        found = WorkOrder.objects.get(pk=self.orders[order % 3].pk)
        if what == "cancel":
            orders.set_status(found, Status.CANCELLED, by=self.shop.mara.actor)
        elif what == "technician":
            WorkOrder.objects.filter(pk=found.pk).update(technician=self.shop.mara)
        else:
            WorkOrder.objects.filter(pk=found.pk).update(title=f"{found.title}!", revision=found.revision + 1)

    @rule(minutes=st.integers(0, 5))
    def worker(self, minutes: int) -> None:
        """Time passes and the worker works."""
        self.at += timedelta(minutes=minutes)
        self._work()

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        """I8, I10, and one signature an act."""
        if not hasattr(self, "block"):
            return
        kept = {
            str(one.pk): one
            for one in Capture.objects.select_related("signature__snapshot", "signature__entry")
        }
        assert set(kept) == self.arrived
        filed = [one for one in kept.values() if one.state == State.FILED]
        signatures = [one.signature for one in filed if one.signature]
        assert len(signatures) == len(filed) == Signature.objects.count()
        assert len({one.pk for one in signatures}) == len(signatures)
        assert SealedCopy.objects.count() == len(signatures)
        for capture in filed:
            assert capture.signature
            assert capture.signature.snapshot.digest == _told(capture).digest
        facts = Counter(Entry.objects.filter(kind__startswith="capture.").values_list("kind", flat=True))
        assert facts["capture.received"] == len(kept)
        assert facts["capture.filed"] == len(filed)
        assert facts["capture.held"] == sum(one.state == State.HELD for one in kept.values())

    def _deliver(self, sent: Sent) -> None:
        [answer] = send(sent)
        assert answer.kept
        self.arrived.add(sent["id"])

    def _work(self) -> None:
        while filing.file_due():
            pass
        runner.run_pending(self.shop.organisation.log)


def _told(capture: Capture) -> Payload:
    return receiving.opened(reread(bytes(capture.envelope)))


def test_F15_I8_whatever_the_network_does_nothing_is_lost_or_doubled(shop: Shop) -> None:
    machine: Any = type("FieldOfTheShop", (Field,), {"shop": shop})
    found = machine.TestCase
    found.settings = settings(
        max_examples=12,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    found().runTest()
