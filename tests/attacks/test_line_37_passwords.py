"""Line 37: passwords are kept with Argon2id, common ones are refused, and no letters are prescribed."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client, override_settings

from paraph.people.models import User
from tests.attacks.world import World, sign_in
from tests.cast import PASSWORD, Shop

# OWASP Password Storage Cheat Sheet: Argon2id with at least 19 MiB, 2 passes, 1 lane.
LEAST_MEMORY_KIB, LEAST_PASSES = 19 * 1024, 2
COMMON = [
    "password",
    "password1",
    "1234567890",
    "qwertyuiop",
    "iloveyou12",
    "letmein123",
    "football123",
    "short",
]
FINE = [
    "correct horse battery",
    "alllowercaseletters",
    "        spaces in front",
    "パスワードはとても長い",
    "0192837465564738",
]


@pytest.fixture
def product() -> ModuleType:
    """The settings an installation runs with; those of the tests hash faster."""
    return importlib.import_module("paraph.config.settings")


@pytest.mark.slow
def test_line_37_the_product_hashes_with_argon2id_at_full_cost_and_nothing_else(product: ModuleType) -> None:
    assert product.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS):
        stored = make_password("correct horse battery")
        kind, version, cost = stored.split("$")[1:4]
        told = dict(part.split("=") for part in cost.split(","))
        assert (kind, version) == ("argon2id", "v=19")
        assert int(told["m"]) >= LEAST_MEMORY_KIB
        assert int(told["t"]) >= LEAST_PASSES
        assert make_password("correct horse battery") != stored, "each has a salt of its own"
        assert check_password("correct horse battery", stored)
        assert not check_password("correct horse batterx", stored)
        assert identify_hasher(stored).algorithm == "argon2"


@pytest.mark.parametrize("password", COMMON)
def test_line_37_common_and_short_passwords_are_refused(product: ModuleType, password: str) -> None:
    validators = get_password_validators(product.AUTH_PASSWORD_VALIDATORS)
    with pytest.raises(ValidationError):
        validate_password(password, password_validators=validators)


@pytest.mark.parametrize("password", FINE)
def test_line_37_no_letters_are_prescribed(product: ModuleType, password: str) -> None:
    validate_password(password, password_validators=get_password_validators(product.AUTH_PASSWORD_VALIDATORS))


def test_line_37_a_password_is_taken_whole_with_its_spaces_and_capitals(shop: Shop) -> None:
    password = "  Ünïcode with spaces  " + "x" * 200
    user = User.objects.get(pk=shop.mara.user_id)
    user.set_password(password)
    user.save()

    def tried(typed: str) -> int:
        return Client().post("/sign-in/", {"email": user.email, "password": typed}).status_code

    assert tried(password) == 302
    for other in (password.strip(), password.lower(), password[:72], password[:-1]):
        assert tried(other) == 400


def test_line_37_no_password_means_no_way_in(shop: Shop) -> None:
    user = User.objects.get(pk=shop.mara.user_id)
    user.set_password(None)
    user.save()
    for typed in ("", "!", user.password, "None", " "):
        assert Client().post("/sign-in/", {"email": user.email, "password": typed}).status_code == 400


@pytest.mark.parametrize("password", ["password1", "short"])
def test_line_37_every_page_that_takes_a_new_password_refuses_common_ones(
    world: World, password: str
) -> None:
    shop, before = world.shop, set(User.objects.values_list("email", "password"))
    mara = sign_in(shop.mara)
    assert mara.post("/confirm/", {"password": PASSWORD}).status_code == 302
    pages = (
        (mara, "/account/password/"),
        (Client(), f"/reset/{world.ids['reset_key']}/"),
        (Client(), f"/join/{world.welcome_key}/"),
    )
    for browser, path in pages:
        told = {"name": "Nora", "password": password}
        assert browser.post(path, told).status_code == 400, path
    assert set(User.objects.values_list("email", "password")) == before
    for browser, path in pages:
        assert browser.post(path, {"name": "Nora", "password": "a long passphrase"}).status_code == 302, path
    fresh = User.objects.get(email=world.welcome.email)
    assert fresh.check_password("a long passphrase")
