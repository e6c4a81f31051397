"""`paraph verify`: whoever changes a row, a file or a time stamp behind the product's back is told of, by name."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import UUIDField

from paraph.automation.runner import run_all
from paraph.billing.models import Invoice
from paraph.config import worker
from paraph.evidence import epochs, ledger
from paraph.evidence.models import Checkpoint
from paraph.lib import clock, home
from paraph.operate import reconcile, verification
from paraph.operate.verification import CHANGED, SOUND
from paraph.people import access, members
from paraph.sealing.timestamp import EmbeddedAuthority
from paraph.signoff import completion
from paraph.work import comments
from tests import cast
from tests.billing import bills
from tests.cast import Shop
from tests.operate.breaking import Sql, sealed_file, sql

pytestmark = pytest.mark.slow

__all__ = ["sql"]  # fixtures

UUID_FIELD = UUIDField()

# A change by somebody with every right on the database, and the words that must name it.
CHANGES = {
    "UPDATE billing_invoice SET net = net + 100, gross = gross + 100": "numbered, dated or summed",
    "UPDATE billing_invoice SET number = 'INV-2026-9999'": "numbered, dated or summed",
    "UPDATE billing_invoice SET due_on = '2031-01-01'": "numbered, dated or summed",
    "UPDATE billing_invoice SET xml = blob": "e-invoice",
    "UPDATE billing_invoice SET state = 'voided'": "is voided, the ledger says issued",
    "UPDATE billing_invoice SET taxes = '[]'": "sums",
    "UPDATE billing_invoiceline SET net = net + 1 WHERE position = 1": "sums",
    "UPDATE billing_invoiceline SET quantity = quantity + 1 WHERE position = 1": "sums",
    "UPDATE billing_series SET next_number = 9": "given, the next is 9",
    "UPDATE signoff_signature SET method = 'passkey'": "how or when",
    "UPDATE signoff_signature SET signed_at = '2020-01-01 00:00:00+00:00'": "how or when",
    "UPDATE signoff_signoff SET state = 'sealed', completed_at = NULL": "never completed",
    "UPDATE signoff_signoff SET state = 'superseded'": "of which the ledger knows nothing",
    "UPDATE signoff_signature SET items = '[]'": "covers other lines",
    "UPDATE signoff_invitation SET expires_at = '2099-01-01 00:00:00+00:00'": "ends at another time",
    "UPDATE signoff_invitation SET expires_at = NULL": "ends at another time",
    "UPDATE people_member SET role = 'manager' WHERE role = 'technician'": "another role",
    "DELETE FROM signoff_sealedcopy": "there is no sealed copy",
    "UPDATE work_comment SET text = 'I agree to everything.'": "says something else",
}


@pytest.mark.django_db
def test_I2_a_row_that_says_something_else_than_the_ledger_is_named(shop: Shop, sql: Sql) -> None:
    invoice = bills.issued(bills.ready(shop))
    comments.add(invoice.order, None, text="Call first.", by=shop.jan.actor)
    members.change(shop.tess, role="technician", without=access.TOGGLES, by=shop.mara.actor)
    run_all()
    assert told() == []
    assert reconcile.reconcile() == []
    for statement, words in CHANGES.items():
        with transaction.atomic():
            sql(statement)
            assert any(words in one for one in told()), statement
            assert any(words in one.sentence for one in reconcile.reconcile()), statement
            transaction.set_rollback(True)
    assert told() == []


@pytest.mark.django_db
def test_I3_a_voided_invoice_and_its_credit_note_are_as_told(shop: Shop, sql: Sql) -> None:
    from paraph.billing import invoices

    invoice = bills.issued(bills.ready(shop))
    invoices.void(invoice, "Twice.", by=shop.mara, actor=shop.mara.actor)
    run_all()
    assert told() == []
    Invoice.objects.filter(kind="credit_note").update(blob=home.blobs().put(b"another"))
    assert any("numbered, dated or summed" in one for one in told())


@pytest.mark.django_db
def test_I6_a_file_of_an_invoice_or_a_sealed_copy_that_is_gone_or_spoilt(shop: Shop) -> None:
    invoice = bills.issued(bills.ready(shop))
    home.blobs().path(invoice.blob).unlink()  # type: ignore[union-attr]
    path = sealed_file()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    found = told()
    assert any("invoice INV-" in one for one in found)
    assert any("the sealed copy" in one for one in found)


@pytest.mark.django_db
def test_A9_a_time_stamp_over_something_else_is_named(shop: Shop, sql: Sql) -> None:
    cast.signed(shop, shop.open_order(lines=1), [1])
    assert worker.stamp_checkpoints() == 1
    assert told() == []
    other = EmbeddedAuthority(completion.keyset()).stamp(bytes(32), at=clock.now())
    for token in (b"\x30\x03", other):
        sql("UPDATE evidence_checkpoint SET token = %s WHERE token IS NOT NULL", token)
        (found,) = told()
        assert "the time stamp at size" in found


@pytest.mark.django_db
def test_A11_a_ledger_that_was_wiped_leaves_its_orders_behind(shop: Shop, sql: Sql) -> None:
    shop.open_order(lines=1)
    with transaction.atomic():
        for table in ("node", "checkpoint", "personal", "entry", "log"):
            sql(f"DELETE FROM evidence_{table}")
        assert verification.verify([]).code == CHANGED
        assert any("the ledger of Vliegwerk is gone" in one for one in told())
        transaction.set_rollback(True)
    assert verification.verify([]).code == SOUND


# What is so spoilt that it cannot be read must not blind who looks.
SPOILT = (
    "UPDATE evidence_entry SET leaf = %s WHERE kind = 'signature.given'",
    "UPDATE evidence_entry SET leaf = %s WHERE kind = 'order.opened'",
    "UPDATE evidence_entry SET leaf_hash = %s WHERE kind = 'signature.given'",
    "UPDATE evidence_log SET frontier = %s",
    "UPDATE evidence_personal SET sealed = %s WHERE entry_id = (SELECT min(entry_id) FROM evidence_personal)",
    "UPDATE signoff_snapshot SET content = %s",
)


@pytest.mark.django_db
@pytest.mark.parametrize("octets", [b"\xff\x00", b"[]", b'{"fact":{}}', "text"])
def test_I9_what_cannot_be_read_is_a_finding_and_hides_no_other(octets: Any, shop: Shop, sql: Sql) -> None:
    cast.signed(shop, shop.open_order(lines=1), [1])
    other = shop.open_order(lines=1)
    run_all()
    assert reconcile.reconcile() == []
    if connection.vendor == "postgresql" and isinstance(octets, str):
        return  # it takes no text for bytes
    for statement in SPOILT:
        with transaction.atomic():
            sql(
                "UPDATE work_workorder SET status = 'cancelled' WHERE id = %s",
                UUID_FIELD.get_db_prep_value(other.pk, connection),
            )
            sql(statement, octets)
            for found in (told(), [one.sentence for one in reconcile.reconcile()]):
                assert any("status is cancelled" in one for one in found), statement
                assert len(found) > 1 or "evidence_log" in statement, statement
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_I5_an_old_entry_whose_columns_were_changed_is_found_by_the_slow_walk(shop: Shop, sql: Sql) -> None:
    shop.open_order(lines=1)
    assert reconcile.reconcile() == []
    sql("UPDATE evidence_entry SET audience = 'customer' WHERE kind = 'order.opened'")
    assert [one.invariant for one in reconcile.reconcile()] == ["I5"]


@pytest.mark.django_db(transaction=True)
def test_what_is_recorded_while_it_looks_is_no_change(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.open_order(lines=1)
    seen = epochs.of

    def meanwhile(*given: Any) -> Any:
        def act() -> None:
            comments.add(order, None, text="Call first.", by=shop.jan.actor)
            ledger.checkpoint(order.organisation.log, force=True)
            connections.close_all()

        another = threading.Thread(target=act)
        another.start()
        another.join()
        return seen(*given)

    monkeypatch.setattr(epochs, "of", meanwhile)
    before = Checkpoint.objects.count()
    assert told() == []
    assert Checkpoint.objects.count() > before
    connection.close()


def told() -> list[str]:
    """What `paraph verify` calls a fault."""
    return verification.verify([]).faults
