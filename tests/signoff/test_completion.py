"""Signed means sealed; and what happens when it cannot be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from paraph.evidence.models import Entry
from paraph.evidence.verify import verify_receipt
from paraph.lib import canonical, home
from paraph.sealing import check
from paraph.sealing.errors import RenderFailed
from paraph.signoff import ceremonies, completion, receipts
from paraph.signoff.models import SignOff, State
from paraph.work import orders
from tests.cast import Shop, approve, customer, sign, signed


@pytest.fixture
def without_seal_key(shop: Shop, tmp_path: Path) -> Iterator[Path]:
    """The seal key was moved away; yields where to."""
    away = tmp_path / "away"
    away.mkdir()
    for path in home.keys().glob("seal*"):
        shutil.move(path, away / path.name)
    yield away
    put_back(away)


def put_back(away: Path) -> None:
    for path in away.glob("seal*"):
        shutil.move(path, home.keys() / path.name)


def test_the_sealed_copy_is_valid_covers_the_whole_file_and_is_the_one_in_the_ledger(shop: Shop) -> None:
    signoff = signed(shop, shop.open_order())
    keys = completion.keyset()
    pdf = signoff.sealed_copy.read()
    verdict = check.check(pdf, seal_roots=keys.seal_root_pem, tsa_roots=keys.tsa_root_pem)
    assert verdict.valid, verdict
    fact = Entry.objects.get(kind="copy.sealed").content["fact"]
    assert fact["digest"] == canonical.digest(pdf)
    assert fact["timestamped"] is True


def test_S1_37_the_receipt_is_checked_by_the_pure_verifier_alone(shop: Shop) -> None:
    signature = signed(shop, shop.open_order()).signatures.get()
    vkey = (home.keys() / "log.vkey").read_text().splitlines()
    found = [key for key in vkey if str(shop.organisation.pk) in key]
    verified = verify_receipt(receipts.receipt(signature), found[0])
    assert verified.leaf["fact"]["record"] == signature.record_digest


def test_the_code_is_short_and_comes_from_the_record(shop: Shop) -> None:
    signature = signed(shop, shop.open_order()).signatures.get()
    code = receipts.code(signature)
    assert len(code) == 9
    assert code == receipts.code(signature)


def test_F20_without_the_seal_key_the_signature_is_kept_and_the_seal_visibly_pending(
    shop: Shop, without_seal_key: Path
) -> None:
    signoff = signed(shop, shop.open_order())
    assert signoff.state == State.COMPLETE
    assert signoff.seal_fault == "key_missing"
    assert signoff.signatures.count() == 1
    assert Entry.objects.filter(kind="copy.deferred").exists()
    assert not Entry.objects.filter(kind="copy.sealed").exists()
    assert completion.seal_pending() == 0


def test_F20_the_pending_seal_completes_by_itself_when_the_key_is_back(
    shop: Shop, without_seal_key: Path
) -> None:
    signoff = signed(shop, shop.open_order())
    put_back(without_seal_key)
    assert completion.seal_pending() == 1
    assert completion.seal_pending() == 0
    signoff = SignOff.objects.get(pk=signoff.pk)
    assert signoff.state == State.SEALED
    assert signoff.seal_fault == ""
    assert Entry.objects.get(kind="copy.sealed").content["fact"]["late"] is True


def test_F20_an_unreadable_key_is_a_reason_and_no_crash(shop: Shop, without_seal_key: Path) -> None:
    names = [path.name for path in without_seal_key.glob("seal*")]
    for name in names:
        (home.keys() / name).write_bytes(b"not a key")
    try:
        assert signed(shop, shop.open_order()).seal_fault == "key_unusable"
    finally:
        for name in names:
            (home.keys() / name).unlink()


def test_a_renderer_that_fails_leaves_the_seal_pending(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise RenderFailed("out of paper")

    monkeypatch.setattr(completion, "render", broken)
    signoff = signed(shop, shop.open_order())
    assert signoff.seal_fault == "render_failed"
    monkeypatch.undo()
    assert completion.seal_pending() == 1


def test_a_full_disk_leaves_the_seal_pending(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paraph.lib.blobs.Blobs.put", full)
    assert signed(shop, shop.open_order()).seal_fault == "store_failed"


def test_S3_35_S3_36_print_has_the_block_first_and_the_signature_afterwards(shop: Shop) -> None:
    order = shop.open_order()
    before = completion.printed(orders.load(order.pk), "estimate", "en")
    invitation = shop.invite(order)
    approve(invitation, (1,))
    signature = sign(ceremonies.review(invitation, by=customer(invitation)))
    signoff = SignOff.objects.get(pk=signature.signoff_id)
    after = completion.printed(orders.load(order.pk), "estimate", "en", signoff=signoff)
    assert before != after
    assert after == signoff.sealed_copy.read()


def test_the_mail_holds_the_receipt_and_the_sealed_copy(shop: Shop) -> None:
    post = receipts.letter(signed(shop, shop.open_order()).signatures.get())
    assert post is not None
    assert post.to == shop.jan.email
    assert [one.mime for one in post.attachments] == ["application/json", "application/pdf"]


def test_somebody_without_an_address_gets_no_mail_and_no_error(shop: Shop) -> None:
    order = shop.open_order()
    invitation = shop.invite(order, contact=shop.lotte)
    approve(invitation, (1,))
    assert (
        receipts.letter(sign(ceremonies.review(invitation, by=customer(invitation)), language="nl")) is None
    )
