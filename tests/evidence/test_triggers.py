"""Attack A1: whoever has the application's rights on the database cannot change what was recorded."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from paraph.evidence import ledger, triggers
from paraph.evidence.models import Checkpoint, Entry, Node, Personal
from tests.evidence.conftest import Append
from tests.evidence.facts import MarkGiven

REFUSED = [
    "UPDATE evidence_entry SET leaf = leaf",
    "UPDATE evidence_entry SET topic = 'order:2'",
    "UPDATE evidence_entry SET cause_id = NULL",
    "DELETE FROM evidence_entry",
    "UPDATE evidence_node SET hash = hash",
    "DELETE FROM evidence_node",
    "UPDATE evidence_checkpoint SET size = 9",
    "UPDATE evidence_checkpoint SET note = 'x'",
    "UPDATE evidence_checkpoint SET token = NULL",
    "DELETE FROM evidence_checkpoint",
    "UPDATE evidence_personal SET sealed = sealed",
    "DELETE FROM evidence_personal",
    "UPDATE evidence_log SET size = 0",
    "UPDATE evidence_log SET origin = 'x'",
    "DELETE FROM evidence_log",
]
REPLACE = """INSERT OR REPLACE INTO evidence_entry
    (id, log_id, "index", leaf, leaf_hash, kind, audience, topic, at, cause_id)
    SELECT {id}, log_id, "index", x'00', leaf_hash, kind, audience, topic, at, cause_id FROM evidence_entry"""


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def entry(append: Append, log: str) -> Entry:
    entry = append(MarkGiven(cents=1, signer="Ann"))
    ledger.checkpoint(log)
    Node.objects.create(log_id=entry.log_id, level=8, position=0, hash=bytes(32))
    return entry


@pytest.mark.attack
@pytest.mark.django_db
@pytest.mark.parametrize("statement", REFUSED)
def test_A1_update_and_delete_are_refused(entry: Entry, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)
    assert Entry.objects.get(pk=entry.pk).secrets == entry.secrets


@pytest.mark.attack
@pytest.mark.django_db
def test_A1_replace_and_truncate_are_refused(entry: Entry) -> None:
    statements = (
        [REPLACE.format(id="id"), REPLACE.format(id="id + 100")]
        if connection.vendor == "sqlite"
        else [f"TRUNCATE {guard.table} CASCADE" for guard in triggers.GUARDS]
    )
    if connection.vendor == "postgresql":
        # Else TRUNCATE is refused for another reason: the rows of this test are not committed.
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            execute(statement)
    assert bytes(Entry.objects.get().leaf) == bytes(entry.leaf)


@pytest.mark.attack
@pytest.mark.django_db
def test_A1_the_models_can_change_nothing_either(entry: Entry) -> None:
    entry.topic = "order:2"
    for change in (entry.save, entry.personal.delete, Checkpoint.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db
def test_what_may_change_can_change_once(entry: Entry) -> None:
    assert Checkpoint.objects.update(token=b"first") == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        Checkpoint.objects.update(token=b"second")
    assert Personal.objects.update(sealed=b"") == 1


@pytest.mark.django_db
def test_every_trigger_is_in_place_after_all_migrations() -> None:
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_a_trigger_that_is_gone_is_named() -> None:
    guard = triggers.GUARDS[0]
    name = triggers.names(connection.vendor, guard)[0]
    on = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
    execute(f"DROP TRIGGER {name}{on}")
    assert triggers.missing(connection) == [name]
