"""Passkeys: made and believed only for our own address, question, person and key."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from paraph.people import passkeys
from paraph.people.models import User
from tests.cast import Shop
from tests.people.device import Device


def _made(user: User, device: Device) -> None:
    options, state = passkeys.begin_making(user)
    passkeys.made(user, state, device.make(options), name="Key")


@pytest.fixture
def mara(shop: Shop) -> User:
    return shop.mara.user


@pytest.fixture
def device(mara: User) -> Device:
    """Mara's device, with a key that is known."""
    found = Device()
    _made(mara, found)
    return found


def test_a_passkey_says_whose_it_is_without_being_asked_for_a_name(mara: User, device: Device) -> None:
    options, state = passkeys.begin_asking(None)
    assert not options["publicKey"].get("allowCredentials"), "nobody's keys are named to a stranger"
    assert options["publicKey"]["userVerification"] == "required"
    assert passkeys.asked(state, device.answer(options)).user == mara


def test_what_the_browser_is_told_names_this_installation_and_nobody_else(mara: User) -> None:
    options, _ = passkeys.begin_making(mara)
    told = options["publicKey"]
    assert told["rp"]["id"] == "localhost"
    assert told["authenticatorSelection"]["residentKey"] == "required"
    assert told["authenticatorSelection"]["userVerification"] == "required"
    json.dumps(options)


@pytest.mark.parametrize(
    "lie",
    [
        lambda device: setattr(device, "origin", "https://evil.example"),
        lambda device: setattr(device, "origin", "http://localhost:9999"),
        lambda device: setattr(device, "verifies", False),
        lambda device: setattr(device, "key", Device().key),
        lambda device: setattr(device, "credential", b"unknown-unknown!"),
        lambda device: setattr(device, "handle", b"x" * 16),
        lambda device: setattr(device, "handle", b""),
    ],
    ids=["other site", "other port", "no finger", "other key", "unknown key", "other person", "nobody"],
)
def test_a_lie_is_not_believed(device: Device, lie: Callable[[Device], None]) -> None:
    lie(device)
    options, state = passkeys.begin_asking(None)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, device.answer(options))


def test_an_answer_to_another_question_is_not_believed(device: Device) -> None:
    earlier, _ = passkeys.begin_asking(None)
    _, state = passkeys.begin_asking(None)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, device.answer(earlier))


def test_somebody_else_s_passkey_does_not_prove_me(shop: Shop, device: Device) -> None:
    options, state = passkeys.begin_asking(shop.tess.user)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, device.answer(options), user=shop.tess.user)


def test_a_copied_key_is_noticed_by_its_counter(mara: User, device: Device) -> None:
    device.counter = 7
    options, state = passkeys.begin_asking(mara)
    passkeys.asked(state, device.answer(options), user=mara)
    options, state = passkeys.begin_asking(mara)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, device.answer(options), user=mara)
    device.counter = 8
    passkeys.asked(state, device.answer(options), user=mara)


def test_a_switched_off_user_s_passkey_opens_nothing(mara: User, device: Device) -> None:
    User.objects.filter(pk=mara.pk).update(is_active=False)
    options, state = passkeys.begin_asking(None)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, device.answer(options))


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "no json", '{"response": {}}', "x" * 30_000])
def test_nonsense_is_refused_in_one_way(mara: User, device: Device, answer: str) -> None:
    _, state = passkeys.begin_asking(None)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.asked(state, answer)
    with pytest.raises(passkeys.BadPasskey):
        passkeys.made(mara, state, answer, name="x")


@pytest.mark.parametrize("lie", ["https://evil.example", "http://localhost:9999"])
def test_a_passkey_made_for_another_site_is_not_kept(mara: User, lie: str) -> None:
    with pytest.raises(passkeys.BadPasskey):
        _made(mara, Device(origin=lie))


def test_a_passkey_without_a_verified_person_is_not_kept(mara: User) -> None:
    with pytest.raises(passkeys.BadPasskey):
        _made(mara, Device(verifies=False))
