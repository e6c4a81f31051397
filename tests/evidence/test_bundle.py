"""The receipt: checked by the pure verifier alone, which needs nothing of the product."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from paraph.evidence import bundle, ledger, verify
from paraph.evidence.models import Checkpoint
from paraph.evidence.verify import NotProven
from tests.evidence.conftest import ANN, Append
from tests.evidence.facts import MarkGiven


@pytest.mark.django_db
def test_a_receipt_is_verified_without_the_product(append: Append, log: str) -> None:
    entries = [append(MarkGiven(cents=cents, signer="Ann")) for cents in range(5)]
    signed = ledger.checkpoint(log)
    for entry in entries:
        shown = verify.verify_receipt(bundle.receipt(entry, signed), ledger.vkey(log))
        assert (shown.index, shown.head.size, shown.personal) == (entry.index, 5, None)
        assert shown.leaf["fact"] == {"cents": entry.index}


@pytest.mark.django_db
def test_a_receipt_makes_its_checkpoint_when_there_is_none(append: Append, log: str) -> None:
    append()
    ledger.checkpoint(log)
    entry = append()
    receipt = bundle.receipt(entry)
    assert verify.verify_receipt(receipt, ledger.vkey(log)).head.size == 2
    append()
    assert bundle.receipt(entry) == receipt
    assert Checkpoint.objects.filter(log_id=log).count() == 2


@pytest.mark.django_db
def test_disclosed_personal_values_are_proven_too(append: Append, log: str) -> None:
    receipt = bundle.receipt(append(MarkGiven(cents=1, signer="Ann")), disclose=True)
    shown = verify.verify_receipt(receipt, ledger.vkey(log))
    assert shown.personal is not None
    assert shown.personal["fact"]["signer"] == "Ann"
    assert shown.personal["by"]["address_source"] == ANN.address_source
    changed = receipt.replace(b"socket peer", b"trusted proxy")
    assert changed != receipt
    with pytest.raises(NotProven, match="not those of the leaf"):
        verify.verify_receipt(changed, ledger.vkey(log))


@pytest.mark.django_db
def test_a_receipt_of_another_installation_is_refused(append: Append, log: str) -> None:
    content = json.loads(bundle.receipt(append()))
    other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    with pytest.raises(NotProven, match="another key"):
        verify.verify_receipt(json.dumps(content).encode(), other)
    with pytest.raises(NotProven, match="no signature of a known key"):
        verify.verify_receipt(json.dumps({**content, "vkey": other}).encode(), other)


@pytest.mark.django_db
def test_the_proof_of_one_entry_does_not_prove_another(append: Append, log: str) -> None:
    first, second = append(), append()
    signed = ledger.checkpoint(log)
    with pytest.raises(NotProven):
        verify.verify(bytes(first.leaf), ledger.prove(second, signed), ledger.vkey(log))


@pytest.mark.parametrize(
    "receipt",
    [b"", b"[]", b"{}", b"\xff", b'{"format": "paraph-receipt@v1"}', b'{"format": "x"}', b"[" * 100_000],
)
def test_what_is_no_receipt_is_refused(receipt: bytes) -> None:
    with pytest.raises(NotProven):
        verify.verify_receipt(receipt, "x")


def test_the_verifier_knows_neither_django_nor_the_rest_of_the_product() -> None:
    program = (
        "import sys, paraph.evidence.verify; "
        "print(sorted(m for m in sys.modules if m.startswith(('django', 'paraph'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        [
            "paraph",
            "paraph.evidence",
            "paraph.evidence.checkpoint",
            "paraph.evidence.tree",
            "paraph.evidence.verify",
        ]
    )
