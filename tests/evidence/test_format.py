"""docs/evidence-format.md is what the code does: its commands run, and its bytes are frozen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.evidence import verify
from paraph.evidence.checkpoint import Proof, Verifier, open_checkpoint
from paraph.evidence.verify import NotProven
from tests.evidence import example

FROZEN = Path(__file__).parent.parent / "vectors" / "evidence"
VKEY = (FROZEN / "log.vkey").read_text().strip()
RECEIPT = (FROZEN / "receipt.json").read_bytes()
LEAF = (FROZEN / "leaf-1.json").read_bytes()
PROOF = (FROZEN / "1.tlog-proof").read_text()


@pytest.fixture
def document(repository: Path) -> str:
    return (repository / "docs" / "evidence-format.md").read_text()


@pytest.mark.django_db
def test_todays_code_writes_the_frozen_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with example.held_fast(monkeypatch, tmp_path):
        files = example.play()
    assert files == {path.name: path.read_bytes() for path in FROZEN.iterdir()}


def test_the_frozen_receipt_verifies() -> None:
    shown = verify.verify_receipt(RECEIPT, VKEY)
    assert (shown.index, shown.head.size) == (1, 3)
    assert shown.leaf["fact"] == {"cents": 12500}
    assert shown.personal is not None
    assert shown.personal["fact"]["signer"] == "A. Jansen"


@pytest.mark.parametrize("index", range(3))
def test_the_frozen_proofs_verify(index: int) -> None:
    leaf, proof = (FROZEN / f"leaf-{index}.json").read_bytes(), (FROZEN / f"{index}.tlog-proof").read_text()
    assert verify.verify(leaf, proof, VKEY).index == index
    note = (FROZEN / "checkpoint").read_text()
    assert Proof.parse(proof).note == note
    assert open_checkpoint(note, Verifier.parse(VKEY)).size == 3


@given(st.integers(0, len(LEAF) - 1), st.integers(1, 255))
def test_a_flipped_bit_in_the_leaf_is_detected(spot: int, change: int) -> None:
    leaf = bytearray(LEAF)
    leaf[spot] ^= change
    with pytest.raises(NotProven):
        verify.verify(bytes(leaf), PROOF, VKEY)


@given(st.integers(0, len(PROOF.encode()) - 1), st.integers(1, 255))
def test_a_flipped_bit_in_the_proof_is_detected(spot: int, change: int) -> None:
    proof = bytearray(PROOF.encode())
    proof[spot] ^= change
    with pytest.raises((NotProven, UnicodeDecodeError)):
        verify.verify(LEAF, proof.decode(), VKEY)


@given(st.integers(0, len(RECEIPT) - 1))
def test_a_receipt_cut_short_is_detected(end: int) -> None:
    if RECEIPT[:end].strip() != RECEIPT.strip():
        with pytest.raises(NotProven):
            verify.verify_receipt(RECEIPT[:end], VKEY)


def test_the_page_shows_the_frozen_files(document: str) -> None:
    for name in ("receipt.json", "log.vkey", "checkpoint", "1.tlog-proof"):
        assert (FROZEN / name).read_text().strip() in document, name


@pytest.mark.slow
def test_the_commands_of_the_page_run_and_print_what_it_says(document: str, tmp_path: Path) -> None:
    steps = re.findall(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", document, re.DOTALL)
    assert len(steps) >= 6
    marker = "<next step>"
    script = "set -euo pipefail\n" + "".join(f"{commands}\necho '{marker}'\n" for commands, _ in steps)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = done.stdout.split(f"{marker}\n")
    assert printed[:-1] == [expected for _, expected in steps]


@pytest.mark.slow
def test_the_commands_of_the_page_notice_a_changed_leaf(document: str, tmp_path: Path) -> None:
    commands = "".join(re.findall(r"```sh\n(.*?)```", document, re.DOTALL)).replace(
        r"\"cents\":12500", r"\"cents\":92500"
    )
    done = subprocess.run(["bash", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (tmp_path / "root").read_bytes() != (tmp_path / "signed-root").read_bytes()
    assert "the leaf is NOT under this checkpoint" in done.stdout


def test_the_page_names_every_member_of_a_leaf(document: str) -> None:
    section = document.partition("## Leaf")[2].partition("\n## ")[0]
    for member in json.loads(LEAF):
        assert f"`{member}`" in section, member


def run_verifier(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "paraph.evidence.verify", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_verifier_can_be_run_by_hand(tmp_path: Path) -> None:
    done = run_verifier(str(FROZEN / "receipt.json"), str(FROZEN / "log.vkey"))
    assert done.returncode == 0, done.stderr
    assert "proven: entry 1 of 3 in sign.example.com/log/" in done.stdout
    forged = tmp_path / "receipt.json"
    forged.write_bytes(RECEIPT.replace(b"12500", b"92500"))
    done = run_verifier(str(forged), str(FROZEN / "log.vkey"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT PROVEN: ")
    assert run_verifier(str(forged), str(forged)).returncode == 1
    assert run_verifier().returncode == 2
