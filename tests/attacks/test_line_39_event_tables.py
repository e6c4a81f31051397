"""Line 39: the role Paraph runs under cannot change what the ledger says, and what left the machine convicts who can.

The SQL that makes such a role is the one an operator is told to use (docs/operate/running.md, "A role of its own").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from paraph.automation import runner
from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.evidence import audit, ledger, tree, triggers
from paraph.evidence.checkpoint import TreeHead
from paraph.evidence.models import Checkpoint, Entry, Log, Node
from paraph.evidence.tree import Frontier
from paraph.evidence.triggers import GUARDS
from paraph.signoff import ceremonies, receipts
from paraph.signoff.models import SignOff, State
from tests import cast
from tests.cast import Shop

pytestmark = pytest.mark.slow

GUIDE = "docs/operate/running.md"
HEADING = "A role of its own"
DENIED = "42501"  # insufficient_privilege, PostgreSQL's appendix A
TABLES = [one.table for one in GUARDS]


def _role_of_the_guide(repository: Path) -> tuple[str, list[str]]:
    """The name of the role, and the statements that make it, as they stand in the guide for operators."""
    text = (repository / GUIDE).read_text(encoding="utf-8")
    part = re.split(rf"^#+ {HEADING}$", text, maxsplit=1, flags=re.MULTILINE)[1]
    part = re.split(r"^#+ ", part, maxsplit=1, flags=re.MULTILINE)[0]
    sql = "\n".join(re.findall(r"```sql\n(.*?)```", part, flags=re.DOTALL))
    sql = re.sub(r"--.*", "", sql)
    statements = [one.strip() for one in sql.split(";") if one.strip()]
    name = next(found[1] for one in statements if (found := re.match(r"CREATE ROLE (\w+)", one)))
    return name, [one for one in statements if "DATABASE" not in one]


@pytest.fixture
def restricted(shop: Shop, repository: Path) -> Iterator[str]:
    """From now on everything is asked under the role of the guide; gone with the test's transaction."""
    name, statements = _role_of_the_guide(repository)
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)
        cursor.execute(f"SET LOCAL ROLE {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def _journey(shop: Shop) -> SignOff:
    signoff = cast.signed(shop, shop.open_order(lines=2), [1, 2])
    runner.run_all()
    while outbox.deliver_due():
        pass
    ledger.stamp_pending(lambda digest: b"token")
    return signoff


def _try(statement: str) -> str | None:
    """The SQLSTATE with which a statement is refused; None when it was not."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as problem:
        return str(getattr(problem.__cause__, "sqlstate", ""))
    return None


@pytest.mark.postgresql
def test_line_39_a_whole_journey_works_under_the_restricted_role(shop: Shop, restricted: str) -> None:
    signoff = _journey(shop)
    assert signoff.state == State.SEALED
    assert audit.verify_log(shop.organisation.log, check_stamp=lambda one: None) == []
    erased = Entry.objects.exclude(personal=None).first()
    assert erased is not None
    ledger.erase(erased)


@pytest.mark.postgresql
def test_line_39_the_restricted_role_cannot_change_delete_or_empty_an_event_table_nor_take_the_guards_away(
    shop: Shop, restricted: str
) -> None:
    _journey(shop)
    forbidden = [
        *(f'DELETE FROM "{table}"' for table in TABLES),
        *(f'TRUNCATE "{table}" CASCADE' for table in TABLES),
        *(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL' for table in TABLES),
        *(f'DROP TRIGGER "{table}_no_delete" ON "{table}"' for table in TABLES),
        *(f'DROP TABLE "{table}" CASCADE' for table in TABLES),
        "UPDATE evidence_entry SET leaf = 'x'",
        "UPDATE evidence_entry SET kind = 'x'",
        "UPDATE evidence_node SET hash = 'x'",
        "UPDATE evidence_checkpoint SET root = 'x'",
        "UPDATE evidence_log SET origin = 'x'",
        f"CREATE OR REPLACE FUNCTION {triggers.FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (said text)",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ]
    allowed = [one for one in forbidden if _try(one) != DENIED]
    assert allowed == []


@pytest.mark.postgresql
def test_line_39_who_has_more_rights_is_not_stopped_by_this_test_s_own_words(shop: Shop) -> None:
    """The counter-proof: the owner gets past the rights, and is stopped by the triggers alone."""
    _journey(shop)
    assert _try("UPDATE evidence_entry SET kind = 'x'") == "23000"
    assert _try('ALTER TABLE "evidence_entry" DISABLE TRIGGER ALL') != DENIED


def test_line_39_on_any_database_the_guards_refuse_to_change_or_delete_an_event(shop: Shop) -> None:
    _journey(shop)
    for table in TABLES:
        if table == "evidence_node" and not Node.objects.exists():
            continue  # a log below 256 entries has none
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}"')
    for model, change in (
        (Entry, {"leaf": b"x"}),
        (Entry, {"topic": "x"}),
        (Node, {"hash": b"x"}),
        (Checkpoint, {"root": b"x"}),
        (Log, {"origin": "x"}),
    ):
        if model is Node and not Node.objects.exists():
            continue  # a log below 256 entries has none
        with pytest.raises(IntegrityError), transaction.atomic():
            model._default_manager.update(**change)


def test_line_39_a_receipt_that_left_by_mail_convicts_an_owner_who_rewrote_everything(shop: Shop) -> None:
    """Off the host: every signer holds a part of the log. Who has database and keys can rewrite, not unnoticed."""
    invitation = shop.invite(shop.open_order(lines=2))
    cast.approve(invitation, [1, 2])
    signature = cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    runner.run_all()
    assert Delivery.objects.filter(
        to=shop.jan.email, subject__contains=signature.signoff.order.number
    ).exists()
    kept, log = receipts.receipt(signature), shop.organisation.log
    assert audit.verify_log(log, receipts=[kept]) == []
    _rewrite(log, b'"items"', b'"ltems"')
    assert audit.verify_log(log) == [], "the owner made it fit in itself"
    assert audit.verify_log(log, receipts=[kept]) != []


def _rewrite(name: str, before: bytes, after: bytes) -> None:
    """What an owner with all keys can do: change a word of history, and hash and sign everything anew."""
    triggers.remove(connection)
    log, edge, sizes = Log.objects.get(name=name), Frontier(), {}
    for entry in Entry.objects.filter(log=log).order_by("index"):
        leaf = bytes(entry.leaf).replace(before, after)
        digest = tree.leaf_hash(leaf)
        Entry.objects.filter(pk=entry.pk).update(leaf=leaf, leaf_hash=digest)
        edge.append(digest)
        sizes[edge.size] = edge.root()
    Log.objects.filter(pk=log.pk).update(frontier=edge.pack())
    for one in Checkpoint.objects.filter(log=log):
        note = TreeHead(log.origin, one.size, sizes[one.size]).sign(ledger.signer(log.origin))
        Checkpoint.objects.filter(pk=one.pk).update(root=sizes[one.size], note=note)
    triggers.install(connection)
