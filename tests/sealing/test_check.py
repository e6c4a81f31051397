"""Our own verdict: a changed or extended file is never VALID."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from paraph.sealing import keys
from paraph.sealing.check import Verdict, check, take_apart
from paraph.sealing.errors import SealingError
from paraph.sealing.keys import Keyset
from paraph.sealing.seal import seal
from paraph.sealing.timestamp import Timestamper
from tests.sealing.conftest import AT

FLIPS = 100
"""Positions tried in the signed bytes; the container is tried more densely, for it signs itself only in part."""


@pytest.fixture(autouse=True)
def quiet() -> None:
    """pyHanko logs each broken signature as a warning."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)


def judged(pdf: bytes, keyset: Keyset) -> Verdict:
    return check(pdf, seal_roots=keyset.seal_root_pem, tsa_roots=keyset.tsa_root_pem, at=AT)


def test_R5_a_sealed_file_is_valid_whole_trusted_and_dated(sealed: bytes, keyset: Keyset) -> None:
    assert judged(sealed, keyset) == Verdict(
        valid=True,
        covers_whole_file=True,
        modified=False,
        trusted=True,
        timestamped=True,
        signed_at=AT,
        docmdp=1,
    )


@pytest.mark.slow
def test_R5_a_flipped_bit_is_detected_wherever_it_is(sealed: bytes, keyset: Keyset) -> None:
    chance = random.Random(1042)
    for place in [chance.randrange(len(sealed)) for _ in range(FLIPS)]:
        changed = bytearray(sealed)
        changed[place] ^= 1 << chance.randrange(8)
        assert not judged(bytes(changed), keyset).valid, place


@pytest.mark.slow
def test_R5_a_changed_digit_of_the_container_is_detected(sealed: bytes, keyset: Keyset) -> None:
    chance = random.Random(7)
    written = take_apart(sealed).cms.hex().upper().encode()
    start = sealed.index(written)
    for place in [chance.randrange(len(written) + 40) for _ in range(2 * FLIPS)]:
        changed = bytearray(sealed)
        digit = int(chr(changed[start + place]), 16) ^ (1 << chance.randrange(4))
        changed[start + place] = b"0123456789ABCDEF"[digit]
        assert not judged(bytes(changed), keyset).valid, place


def test_the_container_in_other_spelling_is_detected(sealed: bytes, keyset: Keyset) -> None:
    written = take_apart(sealed).cms.hex().upper().encode()
    verdict = judged(sealed.replace(written, written.lower()), keyset)
    assert not verdict.valid
    assert not verdict.covers_whole_file


def test_R5_an_incremental_update_appended_after_the_seal_is_detected(sealed: bytes, keyset: Keyset) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    writer.root["/Paid"] = pdf_string("yes")
    writer.update_root()
    changed = BytesIO()
    writer.write(changed)
    verdict = judged(changed.getvalue(), keyset)
    assert not verdict.valid
    assert verdict.modified
    assert not verdict.covers_whole_file


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"\0"])
def test_R5_bytes_after_the_end_are_detected(sealed: bytes, keyset: Keyset, tail: bytes) -> None:
    assert not judged(sealed + tail, keyset).valid


def test_R5_a_file_cut_short_is_detected(sealed: bytes, keyset: Keyset) -> None:
    for size in (0, 1, 100, len(sealed) // 2, len(sealed) - 1):
        assert not judged(sealed[:size], keyset).valid


def test_an_unsealed_file_is_not_valid(unsealed: bytes, keyset: Keyset) -> None:
    verdict = judged(unsealed, keyset)
    assert not verdict.valid
    assert verdict.reasons == ("The file has 0 signatures instead of one.",)


def test_A4_a_seal_of_another_installation_is_not_trusted(
    unsealed: bytes, keyset: Keyset, tmp_path: Path
) -> None:
    stranger = keys.create(tmp_path, name="Polder Aero Maintenance", at=AT)
    verdict = judged(seal(unsealed, stranger, reason="x", at=AT).bytes, keyset)
    assert not verdict.valid
    assert not verdict.trusted
    assert verdict.signed_at is None
    mixed = Keyset(seal=keyset.seal, tsa=stranger.tsa)
    verdict = judged(seal(unsealed, mixed, reason="x", at=AT).bytes, keyset)
    assert not verdict.valid
    assert verdict.trusted
    assert not verdict.timestamped


def test_A9_a_time_stamp_of_another_signature_is_refused(unsealed: bytes, keyset: Keyset) -> None:
    class Replayed:
        def stamp(self, digest: bytes, *, at: object) -> bytes:
            other = take_apart(seal(unsealed, keyset, reason="other", at=AT).bytes)
            return other.token or b""

    replayed: Timestamper = Replayed()
    verdict = judged(seal(unsealed, keyset, reason="x", at=AT, timestamper=replayed).bytes, keyset)
    assert not verdict.valid
    assert verdict.signed_at is None


def test_a_sealed_file_stays_valid_after_the_seal_certificate_has_expired(
    sealed: bytes, keyset: Keyset
) -> None:
    roots = {"seal_roots": keyset.seal_root_pem, "tsa_roots": keyset.tsa_root_pem}
    assert check(sealed, **roots, at=AT + timedelta(days=6 * 365)).valid


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(max_size=400), head=st.booleans())
def test_garbage_is_a_verdict_and_never_an_exception(keyset: Keyset, garbage: bytes, head: bool) -> None:
    pdf = b"%PDF-1.7\n" * head + garbage
    assert not judged(pdf, keyset).valid
    with pytest.raises(SealingError):
        take_apart(pdf)


def test_roots_that_are_no_certificates_make_nothing_valid(sealed: bytes) -> None:
    assert not check(sealed, seal_roots=b"", tsa_roots=b"nonsense").valid
