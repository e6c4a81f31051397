"""Appending, signing, proving: what the only writer promises."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from paraph.evidence import bundle, keys, ledger, tree, verify
from paraph.evidence.checkpoint import open_checkpoint
from paraph.evidence.facts import BadFact
from paraph.evidence.ledger import LedgerMisused, LogMissing
from paraph.evidence.models import Checkpoint, Entry, Log, Node
from paraph.lib import canonical, clock, home
from paraph.lib.actor import SYSTEM
from paraph.lib.keyfile import KeyFileMissing
from tests.evidence.conftest import ANN, TOPIC, Append
from tests.evidence.facts import LineApproved, MarkGiven

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.django_db
def test_an_entry_holds_the_fact_verbatim_and_canonical(append: Append, log: str) -> None:
    with time_machine.travel(NOON, tick=False):
        entry = append(LineApproved(number=7))
    assert bytes(entry.leaf) == canonical.dumps(entry.content)
    assert entry.content == {
        "v": 1,
        "log": Log.objects.get(name=log).origin,
        "index": 0,
        "at": "2026-11-21T12:00:00.123456Z",
        "kind": "line.approved",
        "audience": "both",
        "topic": TOPIC,
        "by": {"kind": "contact", "ref": ANN.ref},
        "fact": {"number": 7},
        "personal": entry.content["personal"],
        "cause": None,
    }
    again = Entry.objects.get(pk=entry.pk)
    assert (again.fact, again.actor) == (LineApproved(number=7), ANN)


@pytest.mark.django_db
def test_personal_values_stand_in_the_leaf_only_as_a_salted_digest(append: Append) -> None:
    entries = [append(MarkGiven(cents=1, signer="Ann Jansen", mail="ann@jansen.example")) for _ in range(2)]
    for text in (b"Ann", b"jansen.example", b"203.0.113.9", b"Firefox"):
        assert text not in bytes(entries[0].leaf)
        assert text not in bytes(entries[0].personal.sealed)
    assert entries[0].content["personal"] != entries[1].content["personal"]


@pytest.mark.django_db
def test_a_fact_of_the_system_without_personal_values_has_none(append: Append) -> None:
    entry = append(LineApproved(number=1), by=SYSTEM)
    assert entry.content["personal"] is None
    again = Entry.objects.get(pk=entry.pk)
    assert (again.actor, again.secrets) == (SYSTEM, {})


@pytest.mark.django_db
def test_erased_values_are_gone_and_the_proof_stays_valid(append: Append, log: str) -> None:
    entry = append(MarkGiven(cents=1, signer="Ann"))
    ledger.erase(entry)
    assert entry.secrets is None
    again = Entry.objects.get(pk=entry.pk)
    assert (again.secrets, again.actor.name) == (None, "")
    assert again.fact == MarkGiven(cents=1, signer="(erased)", mail="(erased)")
    verify.verify_receipt(bundle.receipt(again, disclose=True), ledger.vkey(log))


@pytest.mark.django_db(transaction=True)
def test_no_append_outside_a_transaction(log: str) -> None:
    with pytest.raises(LedgerMisused, match="transaction"):
        ledger.append(LineApproved(number=1), log=log, topic=TOPIC, by=ANN)


@pytest.mark.django_db
def test_a_cause_stands_in_the_leaf_and_is_of_the_same_log(append: Append) -> None:
    first = append()
    assert append(cause=first).content["cause"] == 0
    with pytest.raises(LedgerMisused, match="cause"):
        append(cause=first, log=str(uuid4()))


@pytest.mark.django_db
def test_what_json_cannot_hold_is_not_recorded(append: Append, log: str) -> None:
    with pytest.raises(BadFact):
        append(LineApproved(number=NOON))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="integer"):
        append(LineApproved(number=2**60))
    assert not Entry.objects.filter(log_id=log).exists()


@pytest.mark.django_db
def test_F11_time_never_runs_backwards_in_a_log(append: Append) -> None:
    with time_machine.travel(NOON, tick=False):
        first = append()
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        second = append()
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        third = append()
    assert first.at == second.at < third.at


@pytest.mark.django_db
def test_an_append_costs_four_statements(append: Append, log: str) -> None:
    append()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        ledger.append(LineApproved(number=1), log=log, topic=TOPIC, by=ANN)
    assert len(queries) == 4


@pytest.mark.django_db
def test_a_reader_gets_what_follows_its_cursor(append: Append, log: str) -> None:
    entries = [append() for _ in range(3)]
    append(log=str(uuid4()))
    assert list(ledger.since(log, 1)) == entries[1:]
    assert list(ledger.since(log, 3)) == []


@pytest.mark.django_db
def test_the_rows_are_the_tree_beyond_one_row_of_hashes(log: str) -> None:
    with transaction.atomic():
        for number in range(260):
            ledger.append(LineApproved(number=number), log=log, topic=TOPIC, by=SYSTEM)
    signed = ledger.checkpoint(log)
    hashes = [tree.leaf_hash(bytes(entry.leaf)) for entry in ledger.since(log, 0)]
    assert bytes(signed.root) == tree.root_of(hashes)
    assert bytes(Node.objects.get(log_id=log).hash) == tree.root_of(hashes[:256])
    for index in (0, 255, 256, 259):
        entry = ledger.since(log, index)[0]
        verify.verify(bytes(entry.leaf), ledger.prove(entry, signed), ledger.vkey(log))


@pytest.mark.django_db
def test_at_most_one_checkpoint_a_second_unless_asked_for(append: Append, log: str) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        append()
        first = ledger.checkpoint(log)
        append()
        assert ledger.checkpoint(log) == first
        assert ledger.checkpoint(log, force=True).size == 2
        append()
        now.shift(timedelta(seconds=1))
        assert ledger.checkpoint(log).size == 3
        assert ledger.checkpoint(log, force=True).size == 3
    assert Checkpoint.objects.filter(log_id=log).count() == 3


@pytest.mark.django_db
def test_a_clock_set_back_does_not_stop_checkpoints(append: Append, log: str) -> None:
    with time_machine.travel(NOON, tick=False):
        append()
        first = ledger.checkpoint(log)
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        append()
        second = ledger.checkpoint(log)
    assert second.size == 2
    assert second.at == first.at


@pytest.mark.django_db
def test_a_checkpoint_is_signed_by_the_key_of_its_log(append: Append, log: str) -> None:
    append()
    signed = ledger.checkpoint(log)
    verifier = ledger.signer(Log.objects.get(name=log).origin).verifier
    assert open_checkpoint(signed.note, verifier).size == 1
    assert verifier.vkey() in (home.keys() / keys.PUBLIC_FILE).read_text().splitlines()
    assert settings.PARAPH_ORIGIN.partition("//")[2] in verifier.name


@pytest.mark.django_db
def test_later_checkpoints_extend_earlier_ones(append: Append, log: str) -> None:
    heads = []
    for _ in range(5):
        append()
        heads.append(ledger.checkpoint(log, force=True))
    verifier = ledger.signer(Log.objects.get(name=log).origin).verifier
    for new in heads:
        old = heads[1]
        if new.size < old.size:
            continue
        proof = ledger.consistency(old, new)
        verify.verify_extends(open_checkpoint(old.note, verifier), open_checkpoint(new.note, verifier), proof)
    with pytest.raises(ValueError, match="cannot extend"):
        ledger.consistency(heads[3], heads[1])


@pytest.mark.django_db
def test_no_proof_by_a_checkpoint_that_does_not_cover_the_entry(append: Append, log: str) -> None:
    append()
    old = ledger.checkpoint(log)
    entry = append()
    other = append(log=str(uuid4()))
    for wrong in (entry, other):
        with pytest.raises(ValueError, match="does not cover"):
            ledger.prove(wrong, old)


@pytest.mark.django_db
def test_a_log_nobody_wrote_has_no_checkpoint(log: str) -> None:
    with pytest.raises(LogMissing):
        ledger.checkpoint(log)
    with pytest.raises(LogMissing):
        ledger.vkey(log)


@pytest.mark.django_db
def test_the_newest_checkpoint_is_stamped_once_and_covers_the_older_ones(append: Append, log: str) -> None:
    append()
    old = ledger.checkpoint(log)
    append()
    new = ledger.checkpoint(log, force=True)
    assert (old.pending, bundle.stamped(old)) == (True, None)
    digest = hashlib.sha256(new.note.encode()).digest()
    assert ledger.stamp_pending(lambda asked: b"token over " + asked) == [new]
    assert ledger.stamp_pending(lambda digest: b"another") == []
    assert bundle.stamped(old) == new
    assert bytes(Checkpoint.objects.get(pk=new.pk).token or b"") == b"token over " + digest


@pytest.mark.django_db
def test_F19_without_the_authority_the_checkpoint_stays_pending(append: Append, log: str) -> None:
    append()
    signed = ledger.checkpoint(log)

    def down(digest: bytes) -> bytes:
        raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        ledger.stamp_pending(down)
    assert Checkpoint.objects.get(pk=signed.pk).pending


def test_the_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    keys.create(tmp_path)
    assert (tmp_path / "log.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        keys.create(tmp_path)
    keys.publish(tmp_path, "a")
    keys.publish(tmp_path, "b")
    keys.publish(tmp_path, "a")
    assert (tmp_path / "log.vkey").read_text() == "a\nb\n"


@pytest.mark.django_db
def test_a_lost_log_key_is_not_replaced_silently(
    append: Append, log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append()
    ledger.checkpoint(log)
    monkeypatch.setattr(home, "keys", lambda: tmp_path)
    entry = append(LineApproved(number=1), by=SYSTEM)
    assert entry.index == 1
    with pytest.raises(KeyFileMissing):
        ledger.checkpoint(log, force=True)
    assert not (tmp_path / "log.pem").exists()


@pytest.mark.django_db(transaction=True)
def test_I11_I12_threads_get_a_dense_index_in_the_order_of_time(log: str) -> None:
    threads, each = 4, 12
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(each):
                with transaction.atomic():
                    ledger.append(LineApproved(number=number), log=log, topic=TOPIC, by=ANN)
        except BaseException as problem:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(problem)
        finally:
            connection.close()

    running = [threading.Thread(target=write) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not failures
    entries = list(ledger.since(log, 0))
    assert [entry.index for entry in entries] == list(range(threads * each))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    signed = ledger.checkpoint(log)
    assert bytes(signed.root) == tree.root_of(bytes(entry.leaf_hash) for entry in entries)


@pytest.mark.django_db(transaction=True)
def test_I2_a_rolled_back_append_leaves_no_gap(log: str) -> None:
    for fails in (False, True, False):
        try:
            with transaction.atomic():
                ledger.append(LineApproved(number=1), log=log, topic=TOPIC, by=ANN)
                if fails:
                    raise InterruptedError
        except InterruptedError:
            pass
    assert [entry.index for entry in ledger.since(log, 0)] == [0, 1]


@pytest.mark.django_db
def test_times_are_read_back_as_they_were_written(append: Append) -> None:
    entry = append()
    again = Entry.objects.get(pk=entry.pk)
    assert clock.iso(again.at) == json.loads(bytes(again.leaf))["at"]
