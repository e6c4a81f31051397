"""Sealing: appended once, refused when it must be, honest about a missing time stamp."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from paraph.sealing.check import check, take_apart
from paraph.sealing.errors import KeyUnusable, SealFailed, TimestampFailed
from paraph.sealing.keys import Keyset
from paraph.sealing.seal import RESERVED_EXTERNAL, seal
from tests.sealing.conftest import AT


class Dead:
    """An authority that does not answer."""

    def stamp(self, digest: bytes, *, at: object) -> bytes:
        raise TimestampFailed("the time-stamp authority cannot be reached")


class Talkative:
    """An authority whose token does not fit."""

    def stamp(self, digest: bytes, *, at: object) -> bytes:
        return b"\x30\x84" + RESERVED_EXTERNAL.to_bytes(4, "big") + bytes(RESERVED_EXTERNAL)


def test_the_document_that_was_shown_is_the_exact_beginning_of_the_sealed_one(
    sealed: bytes, unsealed: bytes
) -> None:
    assert sealed.startswith(unsealed)


def test_without_an_answer_of_the_authority_the_seal_says_that_the_time_stamp_is_pending(
    unsealed: bytes, keyset: Keyset
) -> None:
    made = seal(unsealed, keyset, reason="x", at=AT, timestamper=Dead())
    assert not made.timestamped
    assert take_apart(made.bytes).token is None
    verdict = check(made.bytes, seal_roots=keyset.seal_root_pem, tsa_roots=keyset.tsa_root_pem, at=AT)
    assert verdict.valid
    assert not verdict.timestamped
    assert verdict.signed_at is None
    assert verdict.reasons == ("The time stamp is pending.",)


def test_a_token_that_does_not_fit_leaves_the_time_stamp_pending(unsealed: bytes, keyset: Keyset) -> None:
    made = seal(unsealed, keyset, reason="x", at=AT, timestamper=Talkative())
    assert not made.timestamped
    assert take_apart(made.bytes).token is None


def test_a_sealed_file_is_not_sealed_again(sealed: bytes, keyset: Keyset) -> None:
    with pytest.raises(SealFailed, match="sealed only once"):
        seal(sealed, keyset, reason="x", at=AT)


@pytest.mark.parametrize("pdf", [b"", b"not a PDF", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_pdf_is_refused_with_a_reason(pdf: bytes, keyset: Keyset) -> None:
    with pytest.raises(SealFailed):
        seal(pdf, keyset, reason="x", at=AT)


def test_an_expired_key_does_not_seal(unsealed: bytes, keyset: Keyset) -> None:
    with pytest.raises(KeyUnusable, match="valid from"):
        seal(unsealed, keyset, reason="x", at=AT + timedelta(days=6 * 365))


@pytest.mark.slow
def test_threads_seal_at_the_same_time(unsealed: bytes, keyset: Keyset) -> None:
    made: list[bytes] = []

    def work() -> None:
        made.extend([seal(unsealed, keyset, reason="x", at=AT).bytes for _ in range(3)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    roots = {"seal_roots": keyset.seal_root_pem, "tsa_roots": keyset.tsa_root_pem}
    assert len(made) == 12
    assert all(check(pdf, **roots, at=AT).valid for pdf in made)


def test_the_reason_may_hold_any_text(unsealed: bytes, keyset: Keyset) -> None:
    made = seal(unsealed, keyset, reason="Getekend door É. ✓ (\\) 日本", at=AT)
    assert check(made.bytes, seal_roots=keyset.seal_root_pem, tsa_roots=keyset.tsa_root_pem, at=AT).valid
