"""Second factors: kept sealed, right once, counted first (security.md lines 13 to 16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection

from paraph.lib import clock
from paraph.people import factors, limits
from paraph.people.models import SpentCode, User
from tests.cast import Shop

NOON = datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC)
HOME = "192.0.2.7"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30 + steps)))


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mara(shop: Shop) -> User:
    return shop.mara.user


@pytest.fixture
def secret(mara: User, at_noon: time_machine.Traveller) -> str:
    """The secret of Mara's app; the code that proved it is a minute old."""
    found = factors.new_secret()
    assert factors.add_app(mara, found, code_of(found))
    at_noon.shift(timedelta(minutes=2))
    return found


def test_an_app_is_set_up_by_a_right_code_only(mara: User, at_noon: time_machine.Traveller) -> None:
    secret = factors.new_secret()
    assert not factors.add_app(mara, secret, "000000" if code_of(secret) != "000000" else "111111")
    assert not factors.has(mara)
    assert factors.add_app(mara, secret, code_of(secret))
    assert factors.kinds([mara.pk]) == {mara.pk: {"totp"}}


def test_line_15_the_secret_stands_nowhere_in_the_database(mara: User, secret: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(data AS TEXT) FROM mfa_authenticator")
        stored = cursor.fetchall()
    assert stored
    assert secret not in str(stored)


def test_a_code_is_right_for_its_half_minute_and_the_ones_beside_it(mara: User, secret: str) -> None:
    for steps, right in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert bool(factors.judge(mara, code_of(secret, steps=steps), address=HOME)) is right, steps


def test_line_13_a_code_is_right_once(mara: User, secret: str, at_noon: time_machine.Traveller) -> None:
    code = code_of(secret)
    assert factors.judge(mara, code, address=HOME)
    assert factors.judge(mara, code, address=HOME) is None
    at_noon.shift(timedelta(minutes=1))
    assert factors.judge(mara, code_of(secret), address=HOME)


# The library takes a code with any punctuation in it for the code.
DISGUISES = ("{}.", "_{}", "{0[0]}+{0}", "{}\u200b", "{}\x00", "'{}'", "{} ", "-{}", "({})", "{}/", "{}#a")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_line_13_a_code_in_another_spelling_is_the_same_code(
    disguise: str, mara: User, secret: str, at_noon: time_machine.Traveller
) -> None:
    code = code_of(secret)
    assert factors.judge(mara, code, address=HOME)
    assert factors.judge(mara, disguise.format(code), address=HOME) is None


def test_line_13_the_code_that_set_the_app_up_opens_nothing(
    mara: User, at_noon: time_machine.Traveller
) -> None:
    secret = factors.new_secret()
    code = code_of(secret)
    assert factors.add_app(mara, secret, f"{code[:3]} {code[3:]}")
    for one in (code, f"{code[:3]} {code[3:]}", f"{code}."):
        assert factors.judge(mara, one, address=HOME) is None


def test_line_15_a_code_ends_within_two_minutes_and_is_kept_as_a_digest(
    mara: User, secret: str, at_noon: time_machine.Traveller
) -> None:
    code = code_of(secret)
    at_noon.shift(timedelta(minutes=2))
    assert factors.judge(mara, code, address=HOME) is None
    fresh = code_of(secret)
    assert factors.judge(mara, fresh, address=HOME)
    assert fresh not in str(list(SpentCode.objects.values()))


def test_line_16_somebody_else_s_code_is_wrong(shop: Shop, mara: User, secret: str) -> None:
    other = factors.new_secret()
    assert factors.add_app(shop.tess.user, other, code_of(other, steps=-1))
    assert factors.judge(mara, code_of(other), address=HOME) is None
    assert factors.judge(shop.tess.user, code_of(secret), address=HOME) is None


def test_line_14_after_five_wrong_codes_the_right_one_comes_too_late(mara: User, secret: str) -> None:
    for _ in range(5):
        assert factors.judge(mara, "000000", address=HOME) is None
    with pytest.raises(limits.TooMany):
        factors.judge(mara, code_of(secret), address=HOME)


def test_line_18_who_guesses_elsewhere_does_not_lock_the_owner_out(mara: User, secret: str) -> None:
    for _ in range(5):
        factors.judge(mara, "000000", address="198.51.100.66")
    with pytest.raises(limits.TooMany):
        factors.judge(mara, "000000", address="198.51.100.66")
    assert factors.judge(mara, code_of(secret), address=HOME)


def test_line_14_guessing_from_many_addresses_ends_as_well(
    mara: User, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE_ACCOUNT", limits.Limit("code-account", 7, timedelta(days=1)))
    for number in range(7):
        factors.judge(mara, "000000", address=f"198.51.100.{number}")
    with pytest.raises(limits.TooMany):
        factors.judge(mara, "000000", address="198.51.100.99")


def test_a_right_code_forgives_the_wrong_ones_before_it(
    mara: User, secret: str, at_noon: time_machine.Traveller
) -> None:
    for _ in range(3):
        for _ in range(4):
            factors.judge(mara, "000000", address=HOME)
        assert factors.judge(mara, code_of(secret), address=HOME)
        at_noon.shift(timedelta(minutes=2))


def test_recovery_codes_are_ten_of_at_least_twenty_bits_each_right_once(mara: User, secret: str) -> None:
    codes = factors.recovery_codes(mara)
    assert len(set(codes)) == 10
    assert all(len(one) == 8 and one.isdigit() for one in codes)  # 26 bits, line 15
    assert factors.recovery_codes(mara) == [], "shown once"
    spaced = f"{codes[0][:4]} {codes[0][4:]}"
    found = factors.judge(mara, spaced, address=HOME)
    assert found is not None
    assert found.type == "recovery_codes"
    assert factors.judge(mara, codes[0], address=HOME) is None
    assert factors.codes_left(mara) == 9


def test_new_recovery_codes_make_the_earlier_ones_worthless(mara: User, secret: str) -> None:
    earlier = factors.recovery_codes(mara)
    later = factors.recovery_codes(mara, anew=True)
    assert not set(earlier) & set(later)
    assert factors.judge(mara, earlier[0], address=HOME) is None
    assert factors.judge(mara, later[0], address=HOME)


def test_recovery_codes_go_with_the_last_factor(mara: User, secret: str) -> None:
    factors.recovery_codes(mara)
    app = Authenticator.objects.get(user=mara, type="totp")
    assert not factors.remove(mara, app.pk + 999)
    assert factors.remove(mara, app.pk)
    assert not Authenticator.objects.filter(user=mara).exists()


def test_nobody_removes_another_one_s_factor(shop: Shop, mara: User, secret: str) -> None:
    app = Authenticator.objects.get(user=mara, type="totp")
    assert not factors.remove(shop.tess.user, app.pk)
    assert factors.has(mara)


def test_an_app_reads_the_address(mara: User) -> None:
    address = factors.uri(mara, "JBSWY3DPEHPK3PXP")
    assert address == (
        "otpauth://totp/Paraph%3Amara%40vliegwerk.example?secret=JBSWY3DPEHPK3PXP&issuer=Paraph"
    )


def test_notes_of_spent_codes_are_forgotten(mara: User, secret: str) -> None:
    assert factors.judge(mara, code_of(secret), address=HOME)
    assert factors.forget_spent(clock.now()) == 1  # the one that set the app up
    assert factors.forget_spent(clock.now() + timedelta(seconds=1)) == 1
