"""After a restore a log goes on as another tree: no index ever names two things (faults.md I12)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from paraph.evidence import bundle, epochs, ledger, timeline, tree, triggers
from paraph.evidence.audit import Finding, verify_log
from paraph.evidence.checkpoint import TreeHead
from paraph.evidence.epochs import LogRestored
from paraph.evidence.facts import STAFF
from paraph.evidence.models import Checkpoint, Entry, Log, Node, Personal
from paraph.evidence.onward import Reached, check_onward
from paraph.evidence.verify import verify, verify_receipt
from tests.evidence.conftest import TOPIC, Append
from tests.evidence.facts import LineApproved, MarkGiven

pytestmark = pytest.mark.django_db

TAKEN = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
# More than one stored node on each side of a restore, and sizes that are no round numbers.
BEFORE, AFTER = 300, 550

Superuser = Callable[[], AbstractContextManager[Any]]


def fill(append: Append, count: int) -> list[Entry]:
    return [append(LineApproved(number=number)) for number in range(count)]


@pytest.fixture
def restored(append: Append, log: str) -> Log:
    """Five entries, a restore, three more."""
    for number in range(5):
        append(MarkGiven(cents=number, signer="Ann"))
    ledger.checkpoint(log, force=True)
    ledger.go_on(log, taken_at=TAKEN, known_until=7)
    fill(append, 3)
    return Log.objects.get(name=log)


def test_I12_the_first_leaf_commits_to_the_head_of_the_tree_before(append: Append, log: str) -> None:
    fill(append, 5)
    before = ledger.tree_head(Log.objects.get(name=log))
    entry = ledger.go_on(log, taken_at=TAKEN, known_until=None)
    after = Log.objects.get(name=log)
    assert after.origin != before.origin
    assert epochs.family(after.origin) == before.origin
    assert (entry.index, entry.content["index"], entry.content["log"]) == (5, 0, after.origin)
    assert entry.content["kind"] == "log.restored"
    told = entry.content["fact"]
    assert (told["before"], told["size"]) == (before.origin, 5)
    assert base64.b64decode(told["root"]) == before.root
    assert told["checkpoint"] == Checkpoint.objects.get(log_id=log, size=5).note
    assert told["taken_at"] == "2026-11-20T03:15:00.000000Z"
    assert told["known_until"] is None


def test_I12_a_backup_restored_twice_goes_on_as_two_logs() -> None:
    origins = {epochs.following("sign.example.com/log/x", 137) for _ in range(100)}
    assert len(origins) == 100
    assert {epochs.start(one) for one in origins} == {137}
    again = epochs.following(origins.pop(), 150)
    assert again.startswith("sign.example.com/log/x/from/150-")
    assert epochs.start("sign.example.com/log/x") == 0


def test_I12_no_place_in_any_tree_is_used_twice(append: Append, log: str, superuser: Superuser) -> None:
    fill(append, 4)
    lost = [one.content for one in fill(append, 3)]
    held = {(one["log"], one["index"]) for one in lost}
    # What a restored backup looks like: the last three entries are not there.
    with superuser():
        Personal.objects.filter(entry__log_id=log, entry__index__gte=4).delete()
        Entry.objects.filter(log_id=log, index__gte=4).delete()
        leaves = [bytes(one.leaf_hash) for one in ledger.since(log, 0)]
        frontier = tree.Frontier()
        for leaf in leaves:
            frontier.append(leaf)
        Log.objects.filter(name=log).update(size=4, frontier=frontier.pack())
        connection.check_constraints()  # before the guards come back
    ledger.go_on(log, taken_at=TAKEN)
    new = [one.content for one in [*fill(append, 5), *ledger.since(log, 0)]]
    assert held.isdisjoint((one["log"], one["index"]) for one in new)
    assert verify_log(log) == []


def test_a_restored_log_verifies_and_every_receipt_still_does(
    restored: Log, log: str, append: Append
) -> None:
    assert verify_log(log) == []
    ledger.checkpoint(log, force=True)
    for entry in ledger.since(log, 0):
        receipt = bundle.receipt(entry)
        origin = entry.content["log"]
        shown = verify_receipt(receipt, ledger.signer(origin).verifier.vkey())
        assert shown.index == entry.content["index"]
        assert shown.head.origin == origin
        assert verify_log(log, receipts=[receipt]) == []


@pytest.mark.slow
def test_large_trees_on_both_sides_of_two_restores_verify(append: Append, log: str) -> None:
    for count in (BEFORE, AFTER, BEFORE):
        fill(append, count)
        middle = ledger.checkpoint(log, force=True)
        fill(append, 20)
        newest = ledger.checkpoint(log, force=True)
        hashes = ledger.consistency(middle, newest)
        assert hashes
        entry = ledger.since(log, middle.size - 7)[0]
        proof = ledger.prove(entry, newest)
        verify(bytes(entry.leaf), proof, ledger.vkey(log))
        last = ledger.go_on(log, taken_at=TAKEN)
        with pytest.raises(ValueError, match="does not cover"):
            ledger.prove(entry, ledger.checkpoint(log, force=True))
        with pytest.raises(ValueError, match="different logs"):
            ledger.consistency(newest, ledger.checkpoint(log, force=True))
        assert last.index == newest.size
    assert verify_log(log) == []
    assert len(epochs.of(Log.objects.get(name=log))) == 4
    assert Node.objects.filter(log_id=log, level=8).count() == BEFORE // 256 + AFTER // 256 + BEFORE // 256


@pytest.mark.slow
def test_the_watch_walks_across_a_restore(append: Append, log: str) -> None:
    fill(append, BEFORE)
    ledger.checkpoint(log, force=True)
    ledger.go_on(log, taken_at=TAKEN)
    fill(append, AFTER)
    ledger.checkpoint(log, force=True)
    for limit in (10_000, 37):
        reached = Reached()
        for _ in range(100):
            step = check_onward(UUID(log), reached, limit)
            assert step.problems == []
            reached = step.reached
        assert reached.size == BEFORE + 1 + AFTER


def test_a_cause_from_before_the_restore_is_counted_backwards(append: Append, log: str) -> None:
    early = append()
    middle = append()
    ledger.go_on(log, taken_at=TAKEN)
    late = append(cause=early)
    latest = append(cause=late)
    assert [one.content["cause"] for one in (late, latest)] == [early.index - 2, late.content["index"]]
    assert append(cause=middle).content["cause"] == -1
    assert verify_log(log) == []


def test_what_a_restored_backup_does_not_have_is_told_as_lost(append: Append, log: str) -> None:
    entries = fill(append, 4)
    head = Log.objects.get(name=log)
    signer = ledger.signer(head.origin)
    hashes = [tree.leaf_hash(bytes(one.leaf)) for one in entries]
    # Somebody holds a checkpoint over three more entries than came back.
    kept = TreeHead(head.origin, 7, tree.root_of([*hashes, *hashes[:3]])).sign(signer)
    ledger.go_on(log, taken_at=TAKEN, known_until=6)
    (found,) = verify_log(log, checkpoints=[kept])
    assert (found.first, found.last, found.lost) == (4, 6, True)
    (fact,) = [one.closed_by for one in epochs.of(Log.objects.get(name=log)) if one.closed_by]
    assert fact.known_until == 6


def test_another_head_than_the_tree_had_is_named(restored: Log, log: str, superuser: Superuser) -> None:
    first = ledger.since(log, 5)[0]
    fact = {**first.content["fact"], "size": 4}
    with superuser():
        Entry.objects.filter(pk=first.pk).update(leaf=json.dumps({**first.content, "fact": fact}).encode())
    assert Finding("the record does not go on from the head it had", 0, 4) in verify_log(log)


@pytest.mark.parametrize("index", [0, 4, 5, 6, 8])
def test_an_edit_on_either_side_of_a_restore_is_named(
    index: int, restored: Log, log: str, superuser: Superuser
) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=index).update(leaf=b'{"forged":1}')
    named = verify_log(log)
    assert Finding("the leaf or its stored hash was changed", index, index) in named
    assert check_onward(UUID(log), Reached(), 100).problems or index >= 5


def test_entries_cut_off_from_the_closed_tree_are_missed(
    restored: Log, log: str, superuser: Superuser
) -> None:
    with superuser():
        connection.cursor().execute("DELETE FROM evidence_personal")
        Entry.objects.filter(log_id=log, index=4).delete()
    assert Finding("entries are missing", 4, 4) in verify_log(log)


def test_nobody_but_a_restore_begins_another_tree(restored: Log) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Log.objects.filter(name=restored.name).update(origin="elsewhere", frontier=b"")
    assert triggers.missing(connection) == []


def test_the_timeline_and_searching_go_on_as_one(restored: Log, log: str) -> None:
    lines = timeline.timeline(log, TOPIC, audience=STAFF, language="en")
    assert len(lines) == 8
    assert [one.index for one in ledger.since(log, 0)] == list(range(9))
    (told,) = timeline.timeline(log, epochs.TOPIC, audience=STAFF, language="en")
    assert "20 Nov 2026" in told.text


def test_the_fact_reads_back(restored: Log, log: str) -> None:
    fact = ledger.since(log, 5)[0].fact
    assert isinstance(fact, LogRestored)
    assert fact.known_until == 7
