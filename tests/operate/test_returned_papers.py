"""The watch over papers that came back: broken behind the product's back, each is named (I1, I2, I4, I9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from paraph.automation.runner import run_all
from paraph.lib import clock, home
from paraph.lib.blobs import Blobs
from paraph.operate import backup, health, queues, reconcile
from paraph.signoff import reading
from paraph.signoff.models import ComparedPage, Return, ReturnFile, ReturnState, ScanPage
from tests import scans
from tests.cast import Shop
from tests.operate.breaking import Sql, invariants, sql
from tests.scans import Machine

__all__ = ["sql"]  # a fixture


@pytest.fixture
def sent(shop: Shop, machine: Machine) -> Return:
    """Jan's paper came back and is to be read; the machine will find it in order."""
    paper = shop.paper(shop.invite(shop.open_order(lines=1)))
    machine.sees(paper)
    found = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    run_all()
    return found


@pytest.fixture
def filed(sent: Return) -> Return:
    """… and was filed."""
    reading.read_due()
    run_all()
    sent.refresh_from_db()
    return sent


def test_what_is_sent_and_what_is_filed_is_sound(sent: Return) -> None:
    assert invariants() == []
    reading.read_due()
    run_all()
    assert invariants() == []


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (ReturnFile, "blob"),
        (ReturnFile, "clean_blob"),
        (ScanPage, "blob"),
        (ComparedPage, "difference_blob"),
        (Return, "blob"),
    ],
)
def test_I1_a_file_of_a_return_that_is_gone(filed: Return, model: type, column: str) -> None:
    digest = model.objects.values_list(column, flat=True).first()  # type: ignore[attr-defined]
    assert digest in set(backup.named())
    store = home.blobs()
    assert isinstance(store, Blobs)
    store.path(digest).unlink()
    assert set(invariants()) == {"I1"}


def test_I2_a_return_that_only_the_ledger_knows(sent: Return, sql: Sql) -> None:
    for table in ("returnpage", "returnfile", "return"):
        sql(f"DELETE FROM signoff_{table}")
    assert invariants() == ["I2"]


def test_I9_a_paper_that_is_filed_without_a_signature(sent: Return) -> None:
    Return.objects.update(state=ReturnState.FILED)
    assert "I9" in invariants()


def test_I9_a_signature_on_paper_that_nobody_looked_at(filed: Return) -> None:
    Return.objects.update(state=ReturnState.REVIEW)
    assert "I9" in invariants()


def test_I4_a_paper_that_nobody_reads(sent: Return) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        found = [one for one in reconcile.reconcile() if one.subject.startswith("return:")]
        assert [one.invariant for one in found] == ["I4"]


def test_health_and_figures_know_what_waits(sent: Return, machine: Machine) -> None:
    now = clock.now()
    assert queues.papers(now).waiting == 1
    assert queues.papers(now + timedelta(hours=1)).late
    machine.sees(None)
    reading.read_due()
    assert queues.papers(now).waiting == 0
    assert queues.reviews(clock.now()).waiting == 1
    assert "papers" in {name for name, _look, _ready in health.CHECKS}
