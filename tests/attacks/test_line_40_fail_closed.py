"""Line 40: what could not be checked, sealed, stamped or recorded never looks as if it had been."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from paraph.automation import runner
from paraph.evidence import audit, ledger
from paraph.evidence import keys as log_keys
from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.lib.blobs import Blobs
from paraph.lib.keyfile import KeyFileMissing
from paraph.sealing import timestamp
from paraph.sealing.check import check
from paraph.sealing.errors import RenderFailed, TimestampFailed
from paraph.signoff import ceremonies, completion, consent
from paraph.signoff.models import Ceremony, Decision, Invitation, SealedCopy, Signature, SignOff, State
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.attacks.world import changed, come_in, rows, sign_in
from tests.cast import Shop

pytestmark = pytest.mark.slow


@pytest.fixture
def ready(shop: Shop) -> Ceremony:
    invitation = shop.invite(shop.open_order(lines=1))
    cast.approve(invitation, [1])
    return ceremonies.review(invitation, by=cast.customer(invitation))


@contextmanager
def _gone(*names: str) -> Iterator[None]:
    """Key files that are not there for a while."""
    paths = [home.keys() / name for name in names]
    for path in paths:
        path.rename(path.with_suffix(".away"))
    try:
        yield
    finally:
        for path in paths:
            path.with_suffix(".away").rename(path)


def _post(shop: Shop, ceremony: Ceremony) -> Any:
    said = {"name": "Jan", "method": "typed", "typed": "Jan", "language": "en", "role": ""}
    said["consent"] = consent.sentence(ceremony.snapshot, "en").digest
    browser = come_in(shop, ceremony.invitation)
    return browser.post(reverse("portal:sign", args=[ceremony.invitation_id, ceremony.pk]), said)


def _looks_unsealed(shop: Shop, invitation: Invitation) -> None:
    """No page, file, row or fact says *sealed*."""
    assert SignOff.objects.get().state == State.COMPLETE
    assert not SealedCopy.objects.exists()
    assert not Entry.objects.filter(kind="copy.sealed").exists()
    jan, mara = come_in(shop, invitation), sign_in(shop.mara)
    assert jan.get(reverse("portal:sealed", args=[invitation.pk])).status_code == 404
    assert mara.get(reverse("office:sealed", args=[invitation.party.signoff.order_id])).status_code == 404
    for page in (
        jan.get(reverse("portal:receipt", args=[invitation.pk])),
        jan.get(reverse("portal:order", args=[invitation.pk])),
        mara.get(reverse("office:order", args=[invitation.party.signoff.order_id])),
    ):
        text = page.content.decode()
        assert "Signed and sealed" not in text, page.request["PATH_INFO"]
        assert "sealed.pdf" not in text, page.request["PATH_INFO"]
    assert "seal pending" in text.lower()


def test_line_40_without_the_seal_key_the_signature_is_kept_and_nothing_looks_sealed(
    shop: Shop, ready: Ceremony
) -> None:
    with _gone("seal.key.pem"):
        assert _post(shop, ready).status_code == 302
        _looks_unsealed(shop, ready.invitation)
        assert completion.seal_pending() == 0
        _looks_unsealed(shop, ready.invitation)
    assert completion.seal_pending() == 1
    assert SignOff.objects.get().state == State.SEALED


def test_line_40_a_renderer_that_fails_seals_nothing(
    shop: Shop, ready: Ceremony, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> bytes:
        raise RenderFailed("no paper")

    with monkeypatch.context() as patch:
        patch.setattr(completion, "render", broken)
        assert _post(shop, ready).status_code == 302
        _looks_unsealed(shop, ready.invitation)
        answer = come_in(shop, ready.invitation).get(reverse("portal:print", args=[ready.invitation_id]))
        assert answer.status_code == 503
        assert not answer.content.startswith(b"%PDF")
    assert completion.seal_pending() == 1


def test_line_40_a_full_disk_seals_nothing(
    shop: Shop, ready: Ceremony, monkeypatch: pytest.MonkeyPatch
) -> None:
    from paraph.lib.blobs import Blobs

    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Blobs, "put", full)
    assert _post(shop, ready).status_code == 302
    _looks_unsealed(shop, ready.invitation)


def test_line_40_a_time_stamp_authority_that_fails_leaves_a_copy_that_says_so(
    shop: Shop, ready: Ceremony, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> bytes:
        raise TimestampFailed("no answer")

    monkeypatch.setattr(timestamp.EmbeddedAuthority, "stamp", silent)
    assert _post(shop, ready).status_code == 302
    copy = SealedCopy.objects.get()
    assert copy.timestamped is False
    fact = Entry.objects.get(kind="copy.sealed").content["fact"]
    assert fact["timestamped"] is False
    keys = completion.keyset()
    verdict = check(copy.read(), seal_roots=keys.seal_root_pem, tsa_roots=keys.tsa_root_pem)
    assert (verdict.timestamped, verdict.signed_at) == (False, None)


def test_line_40_without_the_log_key_nothing_is_called_proven(
    shop: Shop, ready: Ceremony, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> None:
        raise KeyFileMissing("log.pem: No such file or directory")

    monkeypatch.setattr(log_keys, "load", lost)
    log_keys._load.cache_clear()
    assert _post(shop, ready).status_code == 302
    signature = Signature.objects.get()
    assert signature.checkpoint is None
    jan = come_in(shop, ready.invitation)
    page = jan.get(reverse("portal:receipt", args=[ready.invitation_id]))
    assert page.status_code == 200
    assert page.context["proof"] is None
    assert "paraph-receipt" not in page.content.decode()
    assert jan.get(reverse("portal:receipt_file", args=[ready.invitation_id])).status_code != 200
    with pytest.raises(KeyFileMissing):
        audit.verify_log(shop.organisation.log)


@pytest.mark.parametrize(
    "kind", ["ceremony.consented", "signature.given", "signoff.completed", "copy.sealed"]
)
def test_line_40_what_cannot_be_recorded_does_not_happen(
    shop: Shop, ready: Ceremony, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    append = ledger.append

    def refusing(fact: Any, **told: Any) -> Entry:
        if fact.kind == kind:
            raise RuntimeError("the ledger cannot be written")
        return append(fact, **told)

    monkeypatch.setattr(ledger, "append", refusing)
    assert _post(shop, ready).status_code == 500
    assert not Signature.objects.exists()
    assert not SealedCopy.objects.exists()
    assert SignOff.objects.get().state == State.OPEN
    runner.run_all()
    assert WorkOrder.objects.get().status == Status.NEEDS_SIGNATURE


def test_line_40_a_decision_that_cannot_be_recorded_is_none(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    browser, item = come_in(shop, invitation), cast.lines(invitation.party.signoff.order)[0]

    def refusing(*_: Any, **__: Any) -> None:
        raise RuntimeError("the ledger cannot be written")

    before = rows()
    monkeypatch.setattr(ledger, "append", refusing)
    answer = browser.post(reverse("portal:decision", args=[invitation.pk, item.pk]), {"choice": "approved"})
    assert answer.status_code == 500
    assert not Decision.objects.exists()
    assert changed(before) == []


def test_line_40_an_order_is_not_approved_before_somebody_signed(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2))
    browser = come_in(shop, invitation)
    browser.post(reverse("portal:approve_all", args=[invitation.pk]))
    browser.post(reverse("portal:review", args=[invitation.pk]))
    runner.run_all()
    assert WorkOrder.objects.get().status == Status.NEEDS_SIGNATURE


def test_line_40_a_sealed_copy_changed_on_disk_is_not_handed_out(shop: Shop, ready: Ceremony) -> None:
    assert _post(shop, ready).status_code == 302
    copy = SealedCopy.objects.get()
    blobs = home.blobs()
    assert isinstance(blobs, Blobs)
    path: Path = blobs.path(copy.blob)
    path.write_bytes(path.read_bytes().replace(b"%PDF-", b"%PDF_", 1))
    jan = come_in(shop, ready.invitation)
    order = ready.invitation.party.signoff.order_id
    for answer in (
        jan.get(reverse("portal:sealed", args=[ready.invitation_id])),
        jan.get(reverse("portal:print", args=[ready.invitation_id])),
        sign_in(shop.mara).get(reverse("office:sealed", args=[order])),
    ):
        assert answer.status_code == 503
        assert b"%PDF" not in answer.content


def test_line_40_a_vault_key_that_is_not_the_right_one_shows_no_other_record(
    shop: Shop, ready: Ceremony
) -> None:
    assert _post(shop, ready).status_code == 302
    signature = Signature.objects.get()
    sealed = bytes(signature.sealed_record)
    Signature.objects.filter(pk=signature.pk).update(sealed_record=sealed[:-1] + bytes([sealed[-1] ^ 1]))
    jan = come_in(shop, ready.invitation)
    for name in ("record", "receipt"):
        assert jan.get(reverse(f"portal:{name}", args=[ready.invitation_id])).status_code >= 500
