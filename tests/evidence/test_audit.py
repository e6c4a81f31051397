"""The attacks of evidence.md on the ledger, each as it would be done, and what names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from paraph.evidence import bundle, ledger, tree, triggers
from paraph.evidence.audit import Finding, verify_log
from paraph.evidence.checkpoint import TreeHead
from paraph.evidence.models import Checkpoint, Entry, Log, Node, Personal
from paraph.evidence.tree import Frontier, NotProven
from paraph.lib import canonical
from paraph.lib.actor import SYSTEM
from tests.evidence.conftest import Append
from tests.evidence.facts import LineApproved, MarkGiven

pytestmark = [pytest.mark.django_db, pytest.mark.attack]

Superuser = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def receipts(append: Append, log: str) -> list[bytes]:
    """Six entries, a checkpoint after each second one, and the receipt of each entry."""
    entries = []
    for number in range(6):
        entries.append(append(MarkGiven(cents=number, signer="Ann")))
        if number % 2:
            ledger.checkpoint(log, force=True)
    assert verify_log(log) == []
    return [bundle.receipt(entry) for entry in entries]


def entry_at(log: str, index: int) -> Entry:
    return ledger.since(log, index)[0]


def forged_leaf(log: str, index: int) -> bytes:
    content = {**entry_at(log, index).content, "fact": {"cents": 99999}}
    return canonical.dumps(content)


def rebuild(log: str, *, sign: bool = False) -> None:
    """What an attacker does after an edit: hash everything again, and with a stolen log key sign it again."""
    frontier, head = Frontier(), Log.objects.get(name=log)
    sizes = {one.size: one for one in Checkpoint.objects.filter(log_id=log)}
    for entry in ledger.since(log, 0):
        Entry.objects.filter(pk=entry.pk).update(leaf_hash=tree.leaf_hash(bytes(entry.leaf)))
        frontier.append(tree.leaf_hash(bytes(entry.leaf)))
        if sign and frontier.size in sizes:
            note = TreeHead(head.origin, frontier.size, frontier.root()).sign(ledger.signer(head.origin))
            Checkpoint.objects.filter(pk=sizes[frontier.size].pk).update(note=note, root=frontier.root())
    last_at = entry.at
    Log.objects.filter(name=log).update(size=frontier.size, frontier=frontier.pack(), last_at=last_at)


def test_A2_a_superuser_edits_a_row(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=3).update(leaf=forged_leaf(log, 3))
    assert verify_log(log) == [Finding("the leaf or its stored hash was changed", 3, 3)]
    with pytest.raises(NotProven):
        bundle.receipt(entry_at(log, 3))


def test_A2_a_superuser_edits_what_is_searched_by(
    log: str, receipts: list[bytes], superuser: Superuser
) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=1).update(topic="order:other")
        Entry.objects.filter(log_id=log, index=4).update(audience="staff")
    assert verify_log(log) == [Finding("the columns differ from the leaf", n, n) for n in (1, 4)]


def test_A3_and_recomputes_the_hashes(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=3).update(leaf=forged_leaf(log, 3))
        rebuild(log)
    assert Finding("the root at size 4 is not the one that was signed", 2, 3) in verify_log(log)
    named = verify_log(log, receipts=receipts)
    assert Finding("a receipt shows another leaf", 3, 3) in named
    assert not [one for one in named if one.text.startswith("a receipt") and one.first != 3]
    with pytest.raises(NotProven):
        bundle.receipt(entry_at(log, 3))


def test_A4_a_full_rewrite_with_the_stolen_log_key_is_caught_by_any_receipt(
    log: str, receipts: list[bytes], superuser: Superuser
) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=3).update(leaf=forged_leaf(log, 3))
        rebuild(log, sign=True)
    assert verify_log(log) == []
    # The customer of entry 5 was not the victim, and notices all the same.
    rewritten = Finding("the root at size 6 is not the one that was signed", 0, 5)
    assert verify_log(log, receipts=receipts[5:]) == [rewritten]
    named = verify_log(log, receipts=receipts)
    assert named == [
        Finding("the root at size 4 is not the one that was signed", 2, 3),
        Finding("a receipt shows another leaf", 3, 3),
    ]
    notes = [json.loads(receipts[5])["proof"].partition("\n\n")[2]]
    assert verify_log(log, checkpoints=notes) == [rewritten]


def test_A4_and_by_the_time_stamps(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    ledger.stamp_pending(lambda digest: b"stamp over " + digest)

    def check(one: Checkpoint) -> str | None:
        digest = bytes.fromhex(canonical.digest(one.note.encode()).removeprefix("sha256:"))
        return None if bytes(one.token or b"") == b"stamp over " + digest else "covers other bytes"

    assert verify_log(log, check_stamp=check) == []
    with superuser():
        Entry.objects.filter(log_id=log, index=3).update(leaf=forged_leaf(log, 3))
        rebuild(log, sign=True)
    assert verify_log(log, check_stamp=check) == [Finding("the time stamp at size 6: covers other bytes")]


def test_A6_A7_a_tail_cut_below_a_checkpoint(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        Personal.objects.filter(entry__index__gte=4).delete()
        Entry.objects.filter(log_id=log, index__gte=4).delete()
        rebuild(log)
    missing = Finding("entries a checkpoint covers are missing at the end", 4, 5)
    assert verify_log(log) == [missing]
    with pytest.raises(NotProven):
        ledger.checkpoint(log, force=True)
    with superuser():
        Checkpoint.objects.filter(log_id=log, size__gt=4).delete()
    assert verify_log(log) == []
    assert missing in verify_log(log, receipts=receipts[5:])


def test_A8_I12_a_backup_is_restored_and_other_events_follow(
    log: str, receipts: list[bytes], append: Append, superuser: Superuser
) -> None:
    with superuser():
        Personal.objects.filter(entry__index__gte=4).delete()
        Entry.objects.filter(log_id=log, index__gte=4).delete()
        Checkpoint.objects.filter(log_id=log, size__gt=4).delete()
        rebuild(log)
    for _ in range(3):
        append(LineApproved(number=1))
    ledger.checkpoint(log, force=True)
    assert verify_log(log) == []
    named = verify_log(log, receipts=receipts)
    assert Finding("the root at size 6 is not the one that was signed", 4, 5) in named
    assert {one.first for one in named if one.text == "a receipt shows another leaf"} == {4, 5}


def test_A9_an_entry_is_back_dated(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    first = entry_at(log, 0)
    with superuser():
        content = {**entry_at(log, 2).content, "at": "2020-01-01T00:00:00.000000Z"}
        Entry.objects.filter(log_id=log, index=2).update(
            leaf=canonical.dumps(content), at=first.at.replace(year=2020, month=1, day=1)
        )
    texts = [one.text for one in verify_log(log) if one.first == 2]
    assert "the time runs backwards" in texts


def test_A10_a_log_of_another_key_is_not_ours(log: str, receipts: list[bytes], append: Append) -> None:
    other = str(UUID(int=7))
    append(log=other)
    found = verify_log(other, receipts=receipts[:1])
    assert any("not of this log" in one.text for one in found)
    assert any("does not verify" in one.text for one in found)


def test_A11_the_log_is_wiped(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        for model in (Personal, Checkpoint, Node, Entry):
            model.objects.all().delete()
        Log.objects.filter(name=log).update(size=0, frontier=b"", last_at=None)
    assert verify_log(log) == []
    found = verify_log(log, receipts=receipts)
    assert Finding("entries a checkpoint covers are missing at the end", 0, 1) in found
    with superuser():
        Log.objects.all().delete()
    assert verify_log(log) == [Finding("the log is gone")]


def test_an_entry_taken_from_the_middle_is_missed(
    log: str, receipts: list[bytes], superuser: Superuser
) -> None:
    with superuser():
        Personal.objects.filter(entry__index=2).delete()
        Entry.objects.filter(log_id=log, index=2).delete()
    assert Finding("entries are missing", 2, 2) in verify_log(log)


def test_changed_or_removed_personal_values_are_named(
    log: str, receipts: list[bytes], superuser: Superuser
) -> None:
    with superuser():
        Personal.objects.filter(entry__index=0).delete()
        Personal.objects.filter(entry__index=1).update(sealed=b"\x01" + bytes(40))
        other = Personal.objects.get(entry__index=3)
        Personal.objects.filter(entry__index=2).update(sealed=other.sealed)
    ledger.erase(entry_at(log, 4))
    assert verify_log(log) == [
        Finding("the personal values are gone without having been erased", 0, 0),
        Finding("the personal values were changed", 1, 1),
        Finding("the personal values were changed", 2, 2),
    ]


def test_a_changed_checkpoint_is_named(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        first, second, third = Checkpoint.objects.filter(log_id=log).order_by("size")
        Checkpoint.objects.filter(pk=first.pk).update(root=bytes(32))
        Checkpoint.objects.filter(pk=second.pk).update(note=second.note.replace("\n4\n", "\n5\n"))
        Checkpoint.objects.filter(pk=third.pk).update(note="nothing")
    texts = [one.text for one in verify_log(log)]
    assert texts[0] == "the checkpoint at size 2 was changed"
    assert texts[1].startswith("the checkpoint at size 4 is forged")
    assert texts[2].startswith("the checkpoint at size 6 is forged")


def test_changed_nodes_and_edges_are_named(log: str, append: Append, superuser: Superuser) -> None:
    for _ in range(257):
        append(LineApproved(number=1), by=SYSTEM)
    ledger.checkpoint(log)
    assert verify_log(log) == []
    with superuser():
        Node.objects.filter(log_id=log).update(hash=bytes(32))
        Log.objects.filter(name=log).update(frontier=bytes(64))
    assert verify_log(log) == [
        Finding("the log's right edge does not fit its entries"),
        Finding("a stored node was changed", 0, 255),
    ]


def test_an_unreadable_leaf_is_named(log: str, receipts: list[bytes], superuser: Superuser) -> None:
    with superuser():
        Entry.objects.filter(log_id=log, index=0).update(leaf=b"\xff")
        Entry.objects.filter(log_id=log, index=1).update(leaf=b"[]")
        Entry.objects.filter(log_id=log, index=2).update(leaf=bytes(entry_at(log, 2).leaf) + b" ")
    texts = [(one.text, one.first) for one in verify_log(log)]
    assert ("the leaf is not readable", 0) in texts
    assert ("the leaf is not readable", 1) in texts
    assert ("the leaf is not canonical", 2) in texts


def test_missing_triggers_are_a_finding(log: str, receipts: list[bytes]) -> None:
    triggers.remove(connection)
    assert len(verify_log(log)) == sum(len(triggers.names(connection.vendor, one)) for one in triggers.GUARDS)


def test_a_receipt_that_is_none_is_a_finding(log: str, receipts: list[bytes]) -> None:
    assert verify_log(log, receipts=[b"{}"])[0].text.startswith("a receipt brought along does not verify")
