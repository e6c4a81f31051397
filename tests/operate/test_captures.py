"""The watch over what phones send: what waits, and a key that is missing, are said (I8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from paraph.automation.runner import run_all
from paraph.capture.filing import file_due
from paraph.lib import clock, home
from paraph.operate import health, queues, reconcile
from paraph.signoff.models import Verification
from tests.capture.phone import Phone, send
from tests.cast import Shop
from tests.operate.breaking import Sql, sql

__all__ = ["sql"]  # fixtures

pytestmark = pytest.mark.django_db


def test_what_waits_to_be_filed_decided_and_verified_is_counted(shop: Shop) -> None:
    phone, now = Phone.enrolled(shop.tess), clock.now()
    phone.place = {"missing": "denied"}
    send(
        phone.signs(shop.open_order(1), shop.jan),
        phone.says("report", shop.open_order(1, technician=shop.mara)),
    )
    assert queues.captures(now).waiting == 2
    assert queues.captures(now + timedelta(hours=1)).late
    while file_due():
        pass
    assert queues.captures(now).waiting == 0
    assert queues.decisions(now).waiting == 1
    assert queues.verifications(now).waiting == Verification.objects.count() == 1


def test_a_missing_key_is_said(shop: Shop) -> None:
    phone = Phone.enrolled(shop.tess)
    sent = phone.signs(shop.open_order(1), shop.jan)
    [key] = home.keys().glob("capture-*.key.pem")
    content = key.read_bytes()
    key.unlink()
    try:
        send(sent)
        while file_due():
            pass
        [found] = [one for one in health.look() if one.name == "captures"]
    finally:
        key.write_bytes(content)
        key.chmod(0o600)
    assert found.level == health.Level.FAILED
    assert "wait for the key" in found.sentence


CHANGES = {
    "UPDATE capture_capture SET state = 'discarded'": "is discarded, the ledger says filed",
    "UPDATE capture_capture SET signature_id = NULL": "names another signature",
    "UPDATE capture_capture SET header_digest = 'sha256:0'": "is not the one that arrived",
    "UPDATE capture_capture SET envelope = (SELECT leaf FROM evidence_entry LIMIT 1)": "is not what the phone sealed",
    "DELETE FROM capture_capture": "is gone",
}


def test_I8_a_capture_that_was_dropped_or_changed_is_named(shop: Shop, sql: Sql) -> None:
    phone = Phone.enrolled(shop.tess)
    send(phone.signs(shop.open_order(1), shop.jan))
    while file_due():
        pass
    run_all()
    assert [one for one in reconcile.reconcile() if one.invariant != "I4"] == []
    for statement, words in CHANGES.items():
        with transaction.atomic():
            sql(statement)
            found = reconcile.reconcile()
            assert any(one.invariant == "I8" and words in one.sentence for one in found), statement
            transaction.set_rollback(True)
