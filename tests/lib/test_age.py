"""Encryption with a passphrase: ours is age's, both ways, and every change is noticed."""

from __future__ import annotations

import io
from typing import Any

import pyrage
import pytest

from paraph.lib import age

PASSPHRASE = "correct horse battery staple"
SIZES = [0, 1, age.PIECE - 1, age.PIECE, age.PIECE + 1, 2 * age.PIECE, 3 * age.PIECE + 17]
# Guessing need not be slow here.
WORK = 10


def sealed(clear: bytes, step: int = 10_000) -> bytes:
    target = io.BytesIO()
    writer = age.Writer(target, PASSPHRASE, work=WORK)
    for start in range(0, len(clear), step):
        writer.write(clear[start : start + step])
    writer.close()
    return target.getvalue()


def opened(octets: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return age.Reader(io.BytesIO(octets), passphrase).read()


def pattern(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens_again(size: int) -> None:
    assert opened(sealed(pattern(size))) == pattern(size)


@pytest.mark.parametrize("size", SIZES)
def test_an_independent_age_opens_ours_and_we_open_its(size: int) -> None:
    peer: Any = pyrage.passphrase  # type: ignore[attr-defined]  # compiled, without types
    assert peer.decrypt(sealed(pattern(size)), PASSPHRASE) == pattern(size)


@pytest.mark.slow  # the other one takes its time to stretch the passphrase
def test_we_open_what_an_independent_age_sealed() -> None:
    peer: Any = pyrage.passphrase  # type: ignore[attr-defined]  # compiled, without types
    theirs = peer.encrypt(pattern(200_000), PASSPHRASE)
    assert opened(theirs) == pattern(200_000)


def test_another_passphrase_is_told_apart_from_damage() -> None:
    with pytest.raises(age.WrongPassphrase):
        opened(sealed(b"clear"), "correct horse battery stable")


@pytest.mark.parametrize("size", [0, 10, age.PIECE, 2 * age.PIECE + 5])
def test_every_changed_octet_and_every_cut_is_noticed(size: int) -> None:
    whole = sealed(pattern(size))
    places = {*range(0, 200, 7), *range(200, len(whole), max(1, len(whole) // 40)), len(whole) - 1}
    for place in sorted(one for one in places if one < len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 4
        with pytest.raises((age.Damaged, age.WrongPassphrase)):
            opened(bytes(changed))
        with pytest.raises((age.Damaged, age.WrongPassphrase)):
            opened(whole[:place])


def test_pieces_cannot_change_places_and_nothing_can_follow_the_last() -> None:
    whole = sealed(pattern(3 * age.PIECE))
    body = len(whole) - 3 * (age.PIECE + age.TAG)
    one, other = (whole[body + n * (age.PIECE + age.TAG) :][: age.PIECE + age.TAG] for n in (0, 1))
    for forged in (
        whole[:body] + other + one + whole[body + len(one + other) :],
        whole + b"more",
        whole[: -len(one)],
    ):
        with pytest.raises(age.Damaged):
            opened(forged)


def test_a_file_that_would_take_hours_to_try_is_refused() -> None:
    dear = sealed(b"clear").replace(b" 10\n", b" 25\n", 1)
    with pytest.raises(age.Damaged, match="not tried"):
        opened(dear)


def test_two_sealings_of_the_same_have_nothing_in_common() -> None:
    one, other = sealed(b"x" * 100), sealed(b"x" * 100)
    assert one[len(age.MAGIC) + 10 :][:20] != other[len(age.MAGIC) + 10 :][:20]
    assert one[-100:] != other[-100:]
