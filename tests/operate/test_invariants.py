"""Each invariant, broken behind the product's back, is named by the reconciler, and only that one."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection

from paraph.automation.facts import NoticeSent
from paraph.automation.models import Run, RunState
from paraph.automation.runner import run_all
from paraph.billing.facts import InvoiceDrafted
from paraph.billing.models import Invoice
from paraph.delivery.models import Delivery
from paraph.evidence import ledger, triggers
from paraph.evidence.models import Entry
from paraph.evidence.tree import leaf_hash
from paraph.lib import clock, home
from paraph.lib.actor import SYSTEM
from paraph.operate import notes, reconcile
from paraph.signoff.models import SignOff
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.billing import bills
from tests.cast import Shop
from tests.operate.breaking import Sql, invariants, order, sealed_file, sql

pytestmark = pytest.mark.slow

__all__ = ["order", "sql"]  # fixtures


@pytest.mark.django_db
def test_I1_a_sealed_copy_whose_file_is_gone(order: WorkOrder) -> None:
    sealed_file().unlink()
    assert invariants() == ["I1"]


@pytest.mark.django_db
def test_I1_a_decision_without_its_entry(order: WorkOrder, sql: Sql) -> None:
    sql(
        "INSERT INTO signoff_decision (signoff_id, item_id, party_id, choice, at)"
        " SELECT signoff_id, item_id, party_id, 'rejected', at FROM signoff_decision ORDER BY id LIMIT 1"
    )
    assert invariants() == ["I1"]


@pytest.mark.django_db
def test_I1_a_signature_whose_record_was_overwritten(order: WorkOrder, sql: Sql) -> None:
    sql("UPDATE signoff_signature SET sealed_record = %s", b"nothing")
    assert invariants() == ["I1"]


@pytest.mark.django_db
def test_I2_a_status_without_its_entry(order: WorkOrder, sql: Sql) -> None:
    assert reconcile.reconcile() == []
    sql("UPDATE work_workorder SET status = %s", Status.CANCELLED)
    assert invariants() == ["I2"]
    sql("UPDATE work_workorder SET status = %s", order.status)
    assert invariants() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM work_comment",
        "UPDATE work_comment SET deleted_at = at",
        "UPDATE signoff_signoff SET state = 'withdrawn' WHERE state = 'open'",
        "UPDATE signoff_decision SET choice = 'rejected' WHERE id = (SELECT max(id) FROM signoff_decision)",
        "DELETE FROM signoff_decision WHERE id = (SELECT max(id) FROM signoff_decision)",
    ],
)
def test_I2_an_entry_whose_state_is_another(statement: str, shop: Shop, order: WorkOrder, sql: Sql) -> None:
    shop.invite(shop.open_order(lines=1))
    run_all()
    assert invariants() == []
    sql(statement)
    assert invariants() == ["I2"]


@pytest.mark.django_db
def test_I2_an_order_that_only_the_ledger_knows(shop: Shop, sql: Sql) -> None:
    gone = shop.open_order(lines=1)
    for table in ("work_part", "work_item", "work_workorder_contacts", "work_workorder"):
        sql(f"DELETE FROM {table}")
    (found,) = reconcile.reconcile()
    assert (found.invariant, found.subject) == ("I2", gone.topic)


@pytest.mark.django_db
def test_I3_two_invoices_for_one_approval(shop: Shop, sql: Sql) -> None:
    invoice = bills.drafted(bills.ready(shop), bills.reported(shop))
    run_all()
    assert invariants() == []
    sql("DROP INDEX invoice_once")
    Invoice.objects.filter(pk=invoice.pk).update(created_at=clock.now())
    record(Invoice.objects.get(), pk=uuid4())
    # The second one has no lines, so its sums are wrong as well.
    assert invariants() == ["I2", "I3"]


@pytest.mark.django_db
def test_I3_an_invoice_for_what_nobody_signed(shop: Shop, sql: Sql) -> None:
    invoice = bills.drafted(bills.ready(shop), bills.reported(shop))
    run_all()
    unsigned = shop.invite(shop.open_order(lines=1)).party.signoff
    run_all()
    assert invariants() == []
    Invoice.objects.filter(pk=invoice.pk).update(signoff=unsigned)
    assert invariants() == ["I3"]


@pytest.mark.django_db
def test_I6_an_issued_invoice_with_another_digest_than_was_told(shop: Shop) -> None:
    invoice = bills.issued(bills.ready(shop))
    run_all()
    assert invariants() == []
    Invoice.objects.filter(pk=invoice.pk).update(blob=home.blobs().put(b"another document"))
    assert invariants() == ["I6"]


@pytest.mark.django_db
def test_I4_a_run_that_waits_and_a_message_nobody_tries(order: WorkOrder) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        found = reconcile.reconcile()
        assert {one.invariant for one in found} == {"I4"}
        assert len(found) == Delivery.objects.count() > 0
    Run.objects.filter(rule="order.completed").update(state=RunState.PENDING, done_at=None)
    assert invariants() == []
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert [one.subject.split(":")[0] for one in reconcile.reconcile()].count("run") == 1


@pytest.mark.django_db
def test_I4_a_mail_server_that_is_down_is_a_known_fault(order: WorkOrder) -> None:
    first = Delivery.objects.order_by("due_at").first()
    assert first is not None
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        Delivery.objects.filter(pk=first.pk).update(last_error="down", due_at=clock.now())
        assert invariants() == []


@pytest.mark.django_db
def test_I4_a_rule_that_was_given_up_or_never_heard(order: WorkOrder) -> None:
    Run.objects.filter(rule="signer.receipt").update(state=RunState.DEAD, error="Boom")
    assert invariants() == ["I4"]
    Run.objects.filter(entry__kind="signoff.completed").delete()
    Run.objects.filter(rule="signer.receipt").update(state=RunState.DONE, error="")
    assert invariants() == ["I4"]


@pytest.mark.django_db
def test_I4_people_told_twice_for_one_cause(order: WorkOrder) -> None:
    cause = Entry.objects.get(kind="signature.given")
    fact = NoticeSent(notice="signed", members=[], messages=[], to="Mara")
    ledger.append(fact, log=cause.log_id, topic=cause.topic, by=SYSTEM, cause=cause)
    assert invariants() == ["I4"]


@pytest.mark.django_db
def test_I5_an_old_entry_is_found_by_the_slow_walk(order: WorkOrder, sql: Sql) -> None:
    assert reconcile.reconcile() == []
    sql(
        "UPDATE evidence_entry SET leaf = %s WHERE kind = 'invitation.handed_over'",
        *forged("invitation.handed_over"),
    )
    found = reconcile.reconcile()
    assert {one.invariant for one in found} == {"I5"}
    assert [one.subject for one in found] == [order.topic]


@pytest.mark.django_db
def test_I5_a_signature_rewritten_with_its_hash_is_not_proven(order: WorkOrder, sql: Sql) -> None:
    assert reconcile.reconcile() == []
    (leaf,) = forged("signature.given")
    sql(
        "UPDATE evidence_entry SET leaf = %s, leaf_hash = %s WHERE kind = 'signature.given'",
        leaf,
        leaf_hash(leaf),
    )
    assert "I5" in invariants()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_entry SET topic = 'order:x' WHERE kind = 'ceremony.consented'",
        "UPDATE evidence_checkpoint SET note = note || 'x'",
        "UPDATE evidence_log SET last_at = NULL",
    ],
)
def test_I5_what_is_new_is_recomputed(statement: str, order: WorkOrder, sql: Sql) -> None:
    sql(statement)
    found = [one for one in reconcile.reconcile() if one.subject.startswith("log:")]
    assert [one.invariant for one in found] == ["I5"]
    assert [one for one in reconcile.reconcile() if one.subject.startswith("log:")] == found


@pytest.mark.django_db
def test_I5_missing_triggers(order: WorkOrder) -> None:
    triggers.remove(connection)
    assert invariants() == ["I5"]
    triggers.install(connection)
    assert invariants() == []


@pytest.mark.django_db
def test_I6_a_sealed_copy_with_other_bytes(order: WorkOrder) -> None:
    path = sealed_file()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")
    assert invariants() == ["I6"]


@pytest.mark.django_db
def test_I7_complete_without_a_seal_and_without_a_reason(order: WorkOrder, sql: Sql) -> None:
    sql("DELETE FROM signoff_sealedcopy")
    sql("UPDATE signoff_signoff SET state = 'complete'")
    later = clock.now() + timedelta(seconds=61)
    assert "I7" not in invariants()
    with time_machine.travel(later):
        assert "I7" in invariants()
    SignOff.objects.update(seal_fault="render_failed")
    with time_machine.travel(later):
        assert "I7" not in invariants()
    SignOff.objects.update(seal_fault="key_missing")
    with time_machine.travel(later):
        assert "I7" not in invariants()
    with time_machine.travel(later + timedelta(minutes=3)):
        # The key has been back for minutes, and nobody sealed.
        assert "I7" in invariants()


@pytest.mark.django_db
def test_I9_approved_without_a_complete_sign_off(shop: Shop) -> None:
    orders.set_status(shop.open_order(lines=1), Status.APPROVED, by=SYSTEM)
    assert invariants() == ["I9"]


@pytest.mark.django_db
def test_I9_complete_without_every_signature(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    signoff = cast.signed(shop, order, [1])
    run_all()
    signoff.parties.create(contact=shop.claire, ask="authorise")
    assert invariants() == ["I9"]


@pytest.mark.django_db
def test_I10_a_snapshot_that_says_something_else(order: WorkOrder, sql: Sql) -> None:
    sql("UPDATE signoff_snapshot SET content = %s WHERE revision = 1", b"{}")
    assert set(invariants()) == {"I10"}


@pytest.mark.django_db
def test_I10_a_signature_under_another_snapshot(order: WorkOrder, sql: Sql) -> None:
    sql("UPDATE signoff_signature SET record_digest = 'sha256:0'")
    assert invariants() == ["I10"]


@pytest.mark.django_db
def test_I11_a_time_that_runs_backwards(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open_order(lines=1)
    monkeypatch.setattr(ledger, "not_before", lambda moment, last: moment)
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        shop.open_order(lines=1)
    found = reconcile.reconcile()
    assert [(one.invariant, one.subject) for one in found] == [("I11", f"log:{shop.organisation.log}")]


@pytest.mark.django_db
def test_I12_a_log_that_is_shorter_than_it_was(shop: Shop, order: WorkOrder, sql: Sql) -> None:
    assert reconcile.reconcile() == []
    shop.open_order(lines=1)
    assert reconcile.reconcile() == []
    log = shop.organisation.log
    told = notes.of("verified")[0].told
    notes.leave(f"verified:{log}", **{**told, "size": told["size"] + 1})
    found = reconcile.reconcile()
    assert [(one.invariant, one.subject) for one in found] == [("I12", f"log:{log}")]


@pytest.mark.django_db
def test_I12_a_checkpoint_over_entries_that_are_not_there(order: WorkOrder, sql: Sql) -> None:
    assert invariants() == []
    sql(
        "UPDATE evidence_checkpoint SET size = size + 1000 WHERE id = (SELECT max(id) FROM evidence_checkpoint)"
    )
    assert invariants() == ["I12"]


def forged(kind: str) -> list[bytes]:
    """The leaf of the one entry of a kind with one character changed, still JSON."""
    leaf = bytes(Entry.objects.get(kind=kind).leaf)
    return [leaf.replace(b'"v":1', b'"v":2')]


def record(invoice: Invoice, pk: UUID) -> None:
    """The same invoice again under another id, with its entry, as a verb without the constraint would."""
    invoice.pk = pk
    invoice.save(force_insert=True)
    fact = InvoiceDrafted(
        invoice=str(pk),
        signoff=str(invoice.signoff_id),
        items=[],
        gross=0,
        currency=invoice.currency,
    )
    ledger.append(fact, log=invoice.organisation.log, topic=invoice.order.topic, by=SYSTEM)
