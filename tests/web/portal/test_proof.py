"""Anybody can check a document or a receipt."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.test import Client

from paraph.evidence import ledger, tree
from paraph.evidence.checkpoint import Proof, TreeHead
from paraph.evidence.verify import RECEIPT_FORMAT
from paraph.lib import canonical, clock
from paraph.signoff import receipts
from tests.cast import Shop, signed


def look_up(client: Client, content: bytes) -> tuple[int, str]:
    answer = client.post("/proof/", {"file": BytesIO(content)})
    return answer.status_code, answer.content.decode()


def test_a_sealed_copy_is_known_and_one_changed_byte_is_not(client: Client, shop: Shop) -> None:
    pdf = signed(shop, shop.open_order()).sealed_copy.read()
    status, page = look_up(client, pdf)
    assert status == 200
    assert "byte for byte" in page
    status, page = look_up(client, pdf + b"\n")
    assert status == 400
    assert "not known here" in page


def test_a_receipt_is_checked_by_the_pure_verifier(client: Client, shop: Shop) -> None:
    receipt = receipts.receipt(signed(shop, shop.open_order()).signatures.get())
    assert "genuine" in look_up(client, receipt)[1]
    assert look_up(client, receipt.replace(b"signature.given", b"signature.taken"))[0] == 400


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff" * 50, b"x" * 300_000])
def test_anything_else_gets_a_sentence(client: Client, shop: Shop, content: bytes) -> None:
    signed(shop, shop.open_order())
    status, page = look_up(client, content)
    assert status == 400
    assert 'role="alert"' in page


def test_no_file_at_all_gets_a_sentence(client: Client, shop: Shop) -> None:
    assert client.post("/proof/").status_code == 400


def test_the_public_keys_are_there_and_no_private_one(client: Client, shop: Shop) -> None:
    signed(shop, shop.open_order())
    for name in ("seal-root.pem", "seal-chain.pem", "tsa-root.pem", "log.vkey"):
        answer = client.get(f"/proof/{name}")
        assert answer.status_code == 200
        assert b"PRIVATE" not in answer.content
    for name in ("seal.key.pem", "log.pem", "vault.key", "..%2Fvault.key"):
        assert client.get(f"/proof/{name}").status_code == 404


def test_I12_a_receipt_of_an_entry_that_a_restore_lost_is_genuine_and_says_so(
    client: Client, shop: Shop
) -> None:
    signature = signed(shop, shop.open_order()).signatures.get()
    log = shop.organisation.log
    origin = signature.entry.content["log"]
    hashes = [bytes(one.leaf_hash) for one in ledger.since(log, 0)]
    lost = {**signature.entry.content, "index": len(hashes), "personal": None}
    # What the customer holds who signed last, before the disk broke.
    hashes.append(tree.leaf_hash(canonical.dumps(lost)))
    note = TreeHead(origin, len(hashes), tree.root_of(hashes)).sign(ledger.signer(origin))
    path = tree.inclusion_proof(
        lost["index"], len(hashes), lambda _, start, count: hashes[start : start + count]
    )
    receipt = {
        "format": RECEIPT_FORMAT,
        "leaf": canonical.dumps(lost).decode(),
        "proof": Proof(lost["index"], tuple(path), note).text(),
        "vkey": ledger.signer(origin).verifier.vkey(),
        "personal": None,
    }
    ledger.go_on(log, taken_at=clock.now())
    status, page = look_up(client, json.dumps(receipt).encode())
    assert status == 200
    assert "genuine, but what it says is no longer in the ledger" in page
    assert "what it says stands in the ledger" in look_up(client, receipts.receipt(signature))[1]
