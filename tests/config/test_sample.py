"""`paraph sample`: the journey through the real pages, and what a stranger with public tools makes of the result."""

from __future__ import annotations

import email
import hashlib
import json
import os
import subprocess
import sys
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from paraph.evidence.verify import verify_receipt
from paraph.lib import canonical
from paraph.sealing import check

FILES = {
    "estimate.pdf",
    "sealed.pdf",
    "receipt.eml",
    "record.json",
    "keys/seal-root.pem",
    "keys/seal-chain.pem",
    "keys/tsa-root.pem",
    "keys/log.vkey",
}


def play(folder: Path, repository: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with an environment of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PARAPH_", "DATABASE_", "DJANGO_"))
    }
    command = [sys.executable, "-m", "paraph.config.cli", "sample", str(folder)]
    return subprocess.run(command, cwd=repository, env=kept, text=True, capture_output=True, check=False)


@pytest.fixture(scope="module")
def sample(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `paraph sample` wrote."""
    folder = tmp_path_factory.mktemp("sample") / "held"
    done = play(folder, repository)
    assert done.returncode == 0, done.stderr
    return folder


def receipt_mail(sample: Path) -> EmailMessage:
    return email.message_from_bytes((sample / "receipt.eml").read_bytes(), policy=default)


def attached(sample: Path) -> dict[str, bytes]:
    return {
        part.get_content_type(): part.get_payload(decode=True)  # type: ignore[misc]
        for part in receipt_mail(sample).iter_attachments()
    }


@pytest.mark.slow
def test_the_parties_hold_every_file(sample: Path) -> None:
    assert {str(path.relative_to(sample)) for path in sample.rglob("*") if path.is_file()} == FILES
    assert not any(b"PRIVATE" in path.read_bytes() for path in (sample / "keys").iterdir())


@pytest.mark.slow
def test_R5_the_sealed_copy_is_valid_to_our_check_and_to_poppler(sample: Path) -> None:
    pdf, keys = (sample / "sealed.pdf").read_bytes(), sample / "keys"
    verdict = check.check(
        pdf, seal_roots=(keys / "seal-root.pem").read_bytes(), tsa_roots=(keys / "tsa-root.pem").read_bytes()
    )
    assert verdict.valid, verdict.reasons
    said = subprocess.run(
        ["pdfsig", sample / "sealed.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said


@pytest.mark.slow
def test_R1_R6_the_record_in_the_pdf_is_the_record_they_hold(sample: Path, tmp_path: Path) -> None:
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, sample / "sealed.pdf"], check=True)
    record = (sample / "record.json").read_bytes()
    assert (tmp_path / "record.json").read_bytes() == record
    told = json.loads(record)
    assert [one["choice"] for one in told["decisions"]] == ["approved", "approved", "rejected"]
    assert canonical.digest(told["subject"]["content"]) == told["subject"]["digest"]


@pytest.mark.slow
def test_R9_R10_the_mailed_receipt_proves_the_record_with_the_published_key(sample: Path) -> None:
    files = attached(sample)
    vkey = (sample / "keys" / "log.vkey").read_text().strip()
    shown = verify_receipt(files["application/json"], vkey)
    assert (
        shown.leaf["fact"]["record"]
        == "sha256:" + hashlib.sha256((sample / "record.json").read_bytes()).hexdigest()
    )
    assert files["application/pdf"] == (sample / "sealed.pdf").read_bytes()


@pytest.mark.slow
def test_R7_S3_35_the_page_says_what_the_record_says_and_the_estimate_has_an_empty_block(
    sample: Path,
) -> None:
    def words(name: str) -> str:
        command = ["pdftotext", "-layout", str(sample / name), "-"]
        return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    record = json.loads((sample / "record.json").read_bytes())
    page = words("sealed.pdf")
    for text in (
        record["signer"]["name"],
        record["id"],
        record["meaning"]["text"],
        str(record["consent"]["entry"]),
    ):
        assert text in page
    assert record["signed_at"][:10] in page
    assert "UTC" in page
    empty = words("estimate.pdf")
    assert "Signature and stamp" in empty
    assert record["id"] not in empty


@pytest.mark.slow
def test_a_folder_in_use_is_refused(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = play(tmp_path, repository)
    assert done.returncode == 1
    assert "not an empty folder" in done.stderr
