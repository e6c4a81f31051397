"""Files staff take home (security.md line 24)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NoReturn

import pytest

from paraph.evidence import ledger
from paraph.lib.keyfile import KeyFileMissing
from paraph.signoff.models import SealedCopy
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


def test_line_24_files_are_attachments_without_rights(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    signature = cast.signed(shop, order, (1,)).signatures.get()
    base = f"/orders/{order.pk}/"
    for path, mime, name in (
        ("sealed.pdf", "application/pdf", f"{order.number}-sealed.pdf"),
        ("print/authorisation/", "application/pdf", f"{order.number}-authorisation.pdf"),
        (f"signatures/{signature.pk}/record.json", "application/json", f"{order.number}-record.json"),
        (f"signatures/{signature.pk}/receipt.json", "application/json", f"{order.number}-receipt.json"),
    ):
        answer = mara.get(base + path)
        assert answer.status_code == 200
        assert answer["Content-Type"] == mime
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"


def test_the_sealed_copy_is_given_byte_by_byte_and_the_record_as_it_was_signed(
    shop: Shop, mara: Staff
) -> None:
    order = shop.open_order(1)
    signature = cast.signed(shop, order, (1,)).signatures.get()
    assert mara.get(f"/orders/{order.pk}/sealed.pdf").content == SealedCopy.objects.get().read()
    record = mara.get(f"/orders/{order.pk}/signatures/{signature.pk}/record.json").content
    assert record == signature.record_bytes
    assert "proof" in json.loads(
        mara.get(f"/orders/{order.pk}/signatures/{signature.pk}/receipt.json").content
    )


def test_S3_34_S3_35_before_the_signature_print_gives_the_present_state(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    answer = mara.get(f"/orders/{order.pk}/print/estimate/")
    assert answer.content.startswith(b"%PDF-")
    assert mara.get(f"/orders/{order.pk}/sealed.pdf").status_code == 404
    assert mara.get(f"/orders/{order.pk}/print/invoice/").status_code == 404


def test_a_number_typed_by_somebody_cannot_break_the_header(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    order.number = 'WO"; filename="x.html\u2028é'
    order.save()
    name = mara.get(f"/orders/{order.pk}/print/estimate/")["Content-Disposition"]
    assert name.startswith("attachment; filename")
    assert "\n" not in name
    assert 'x.html"' not in name.replace('\\"', "")


def test_a_lost_file_is_said_and_is_no_server_error(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    copy = SealedCopy.objects.get()
    copy.blob = "0" * 64
    copy.save()
    assert mara.get(f"/orders/{order.pk}/sealed.pdf").status_code == 503


def test_a_receipt_without_the_log_key_is_said_and_is_no_server_error(
    shop: Shop, mara: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_origin: str) -> NoReturn:
        raise KeyFileMissing("log.pem: No such file or directory")

    order = shop.open_order(1)
    signature = cast.signed(shop, order, (1,)).signatures.get()
    monkeypatch.setattr(ledger, "signer", gone)
    answer = mara.get(f"/orders/{order.pk}/signatures/{signature.pk}/receipt.json")
    assert answer.status_code == 503
    assert "Nothing is lost" in answer.content.decode()
