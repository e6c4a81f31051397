"""What a customer takes home."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import NoReturn

import pikepdf
import pytest

from paraph.evidence import ledger
from paraph.lib.blobs import BlobMissing
from paraph.lib.keyfile import KeyFileMissing
from paraph.sealing.errors import RenderFailed
from paraph.signoff import completion, receipts
from paraph.signoff.models import SealedCopy, Signature
from tests.cast import Shop
from tests.web.portal.conftest import Customer

pytestmark = pytest.mark.slow


def marks(content: bytes) -> str:
    """The structure of a PDF as text, to look for a signature block or mark in."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return "\n".join(str(one) for one in pdf.objects if isinstance(one, pikepdf.Dictionary))


def text(content: bytes) -> str:
    """The text of a PDF as poppler reads it."""
    import subprocess

    return subprocess.run(
        ["pdftotext", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()


def test_S3_34_S3_35_print_has_a_signature_block_while_lines_are_pending(jan: Customer) -> None:
    answer = jan.get(jan.at("print"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="WO-1001-estimate.pdf"'
    printed = text(answer.content)
    assert "Signature and stamp" in printed
    assert "Finding 7" in printed


def test_S3_36_print_shows_the_signature_once_given(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    printed = text(jan.get(jan.at("print")).content)
    assert "Signature and stamp" not in printed
    assert "I authorise the work on line 1" in " ".join(printed.split())


def test_the_sealed_copy_is_the_bytes_that_were_sealed(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    answer = jan.get(jan.at("sealed"))
    assert answer.content == SealedCopy.objects.get().read()
    assert answer["Content-Disposition"] == 'attachment; filename="WO-1001-sealed.pdf"'


def test_the_record_is_what_was_signed_byte_by_byte(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    signature = Signature.objects.get()
    answer = jan.get(jan.at("record"))
    assert answer.content == signature.record_bytes
    assert answer["Content-Disposition"] == f'attachment; filename="record-{receipts.code(signature)}.json"'
    assert json.loads(answer.content)["signer"]["name"] == "Jan Jansen"


def test_no_file_can_run_in_a_browser(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    for name in ("print", "sealed", "receipt_file", "record"):
        answer = jan.get(jan.at(name))
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ('x"; filename="evil.exe', "x-filename-evil.exe-estimate.pdf"),
        ("../../etc", "etc-estimate.pdf"),
        ("a\r\nSet-Cookie: x", "a-Set-Cookie-x-estimate.pdf"),
    ],
)
def test_a_files_name_cannot_be_steered(shop: Shop, jan: Customer, number: str, name: str) -> None:
    order = jan.order
    order.number = number
    order.save()
    assert jan.get(jan.at("print"))["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_foreign_number_is_written_by_RFC_6266(shop: Shop, jan: Customer) -> None:
    order = jan.order
    order.number = "Ä1"
    order.save()
    assert (
        jan.get(jan.at("print"))["Content-Disposition"]
        == "attachment; filename*=utf-8''%C3%84" + "1-estimate.pdf"
    )


def test_a_document_that_cannot_be_made_is_a_sentence_and_no_fault(
    jan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_kwargs: object) -> bytes:
        raise RenderFailed("no typst")

    jan.decide(1, "approved")
    monkeypatch.setattr(completion, "printed", fails)
    answer = jan.get(jan.at("print"))
    assert answer.status_code == 503
    assert "cannot be made right now" in answer.content.decode()


def test_a_sealed_copy_that_is_gone_is_a_sentence(jan: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_self: SealedCopy) -> bytes:
        raise BlobMissing("gone")

    jan.decide(1, "approved")
    jan.sign()
    monkeypatch.setattr(SealedCopy, "read", gone)
    for name in ("sealed", "print"):
        assert jan.get(jan.at(name)).status_code == 503


def test_a_receipt_without_the_log_key_is_a_sentence(jan: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    jan.decide(1, "approved")
    jan.sign()
    monkeypatch.setattr(ledger, "signer", no_log_key)
    answer = jan.get(jan.at("receipt_file"))
    assert answer.status_code == 503
    assert "cannot be made right now" in answer.content.decode()


def no_log_key(_origin: str) -> NoReturn:
    """The log key, gone."""
    raise KeyFileMissing("log.pem: No such file or directory")


def test_printing_without_end_is_paused(
    jan: Customer, enter: Callable[..., Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from paraph.people import limits

    monkeypatch.setattr(limits, "PORTAL", limits.Limit("portal", 2, timedelta(minutes=1)))
    assert [jan.get(jan.at("print")).status_code for _ in range(3)] == [200, 200, 429]
    assert enter().get(jan.at("order")).status_code == 404
