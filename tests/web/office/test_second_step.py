"""The second step of a sign-in: code, recovery code, passkey; and proving it anew before factors change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from paraph.delivery import outbox
from paraph.people import factors, members, passkeys
from paraph.people.models import User
from tests.cast import PASSWORD, Shop
from tests.people.device import Device
from tests.people.test_factors import code_of
from tests.web.office.conftest import Staff

NOON = datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC)
SESSION = "__Host-paraph"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def secret(shop: Shop, at_noon: time_machine.Traveller) -> str:
    """Mara has an app."""
    found = factors.new_secret()
    assert factors.add_app(shop.mara.user, found, code_of(found))
    at_noon.shift(timedelta(minutes=2))
    return found


def knock(browser: Client, email: str = "mara@vliegwerk.example", onward: str = "/") -> Any:
    return browser.post("/sign-in/", {"email": email, "password": PASSWORD, "next": onward})


def step(browser: Client, code: str) -> Any:
    return browser.post("/sign-in/second/", {"code": code})


def device_of(user: User) -> Device:
    """A passkey that is set up."""
    found = Device()
    options, state = passkeys.begin_making(user)
    passkeys.made(user, state, found.make(options), name="My telephone")
    return found


def ask(browser: Client, address: str) -> dict[str, Any]:
    """The options a page's script fetches."""
    answer = browser.post(address)
    assert answer.status_code == 200, answer
    told: dict[str, Any] = json.loads(answer.content)
    return told


def test_a_password_alone_opens_nothing_for_who_has_a_factor(shop: Shop, secret: str) -> None:
    browser = Client()
    assert knock(browser, onward="/orders/")["Location"] == "/sign-in/second/"
    assert browser.get("/orders/").status_code == 302
    assert browser.get("/sign-in/second/").status_code == 200
    answer = step(browser, code_of(secret))
    assert (answer.status_code, answer["Location"]) == (302, "/orders/")
    assert browser.get("/orders/").status_code == 200


def test_a_wrong_code_says_so_and_opens_nothing(shop: Shop, secret: str) -> None:
    browser = Client()
    knock(browser)
    for wrong in ("000000", "", "not digits", "9" * 20):
        answer = step(browser, wrong)
        assert answer.status_code == 400
        assert browser.get("/").status_code == 302


def test_a_recovery_code_opens_once(shop: Shop, secret: str) -> None:
    codes = factors.recovery_codes(shop.mara.user)
    for wanted in (302, 400):
        browser = Client()
        knock(browser)
        assert step(browser, codes[0]).status_code == wanted


def test_line_11_the_session_id_changes_at_the_second_step(shop: Shop, secret: str) -> None:
    browser = Client()
    knock(browser)
    before = browser.cookies[SESSION].value
    step(browser, code_of(secret))
    assert browser.cookies[SESSION].value != before
    thief = Client()
    thief.cookies[SESSION] = before
    assert thief.get("/").status_code == 302
    assert step(thief, code_of(secret))["Location"] == "/sign-in/"


def test_line_14_after_five_wrong_codes_the_password_is_asked_for_again(shop: Shop, secret: str) -> None:
    browser = Client()
    knock(browser)
    assert [step(browser, "000000").status_code for _ in range(6)] == [400] * 5 + [429]
    assert browser.get("/sign-in/second/")["Location"] == "/sign-in/"
    knock(browser)
    assert step(browser, code_of(secret)).status_code == 429, "a new sign-in brings no new tries"


def test_the_second_step_waits_a_quarter_of_an_hour_at_most(
    shop: Shop, secret: str, at_noon: time_machine.Traveller
) -> None:
    browser = Client()
    knock(browser)
    at_noon.shift(timedelta(minutes=15, seconds=1))
    assert step(browser, code_of(secret))["Location"] == "/sign-in/"


def test_who_is_switched_off_between_the_steps_is_out(shop: Shop, secret: str) -> None:
    members.change(shop.tess, role="manager", without=[], by=shop.mara.actor)
    browser = Client()
    knock(browser)
    members.switch_off(shop.mara, by=shop.tess.actor)
    assert step(browser, code_of(secret))["Location"] == "/sign-in/"


def test_nobody_jumps_to_the_second_step(shop: Shop, secret: str) -> None:
    assert Client().get("/sign-in/second/")["Location"] == "/sign-in/"
    assert step(Client(), code_of(secret))["Location"] == "/sign-in/"


def test_a_passkey_signs_in_alone(shop: Shop, secret: str) -> None:
    """It is two factors in one, so no code is asked for on top."""
    device, browser = device_of(shop.mara.user), Client()
    credential = device.answer(ask(browser, "/sign-in/passkey/options/"))
    answer = browser.post("/sign-in/passkey/", {"credential": credential, "next": "/orders/"})
    assert answer["Location"] == "/orders/"
    assert browser.get("/orders/").context["member"] == shop.mara


def test_a_passkey_s_answer_works_once_and_in_its_own_browser(shop: Shop) -> None:
    device, browser, thief = device_of(shop.mara.user), Client(), Client()
    ask(thief, "/sign-in/passkey/options/")
    credential = device.answer(ask(browser, "/sign-in/passkey/options/"))
    assert thief.post("/sign-in/passkey/", {"credential": credential}).status_code == 400
    assert browser.post("/sign-in/passkey/", {"credential": credential}).status_code == 302
    browser.post("/sign-out/")
    assert browser.post("/sign-in/passkey/", {"credential": credential}).status_code == 400


def test_line_17_every_passkey_that_opens_nothing_gets_one_answer(shop: Shop) -> None:
    stranger = User.objects.create_user("nobody@new.example", None, name="No membership")
    texts = set()
    for device in (Device(handle=b"x" * 16), device_of(stranger), Device()):
        browser = Client()
        credential = device.answer(ask(browser, "/sign-in/passkey/options/"))
        answer = browser.post("/sign-in/passkey/", {"credential": credential})
        assert answer.status_code == 400
        texts.add("".join(line for line in answer.content.decode().splitlines() if "csrf" not in line))
    assert len(texts) == 1


def test_a_passkey_is_a_second_step_as_well(shop: Shop) -> None:
    device, browser = device_of(shop.mara.user), Client()
    assert knock(browser)["Location"] == "/sign-in/second/"
    other = device_of(shop.tess.user)
    wrong = other.answer(ask(browser, "/sign-in/passkey/options/"))
    assert browser.post("/sign-in/second/", {"credential": wrong}).status_code == 400
    right = device.answer(ask(browser, "/sign-in/passkey/options/"))
    assert browser.post("/sign-in/second/", {"credential": right}).status_code == 302
    assert browser.get("/").status_code == 200


# --- setting factors up, and proving it first ----------------------------------------------------------------------


@pytest.fixture
def mara(shop: Shop) -> Staff:
    """Mara, who just signed in by password."""
    browser = Staff()
    knock(browser)
    return browser


def test_an_app_is_set_up_and_asked_for_from_then_on(shop: Shop, mara: Staff) -> None:
    page = mara.get("/account/factors/app/")
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert mara.post("/account/factors/app/", {"code": "000000"}).status_code == 400
    done = mara.post("/account/factors/app/", {"code": code_of(secret)})
    assert done.status_code == 200
    assert len(done.context["fresh"]) == 10
    browser = Client()
    assert knock(browser)["Location"] == "/sign-in/second/"
    assert step(browser, done.context["fresh"][0]).status_code == 302
    outbox.deliver_due()
    assert "An authenticator app was set up" in str(mail.outbox[-1].body)


def test_line_11_the_session_id_changes_when_a_factor_is_set_up_and_when_it_is_confirmed(
    shop: Shop, mara: Staff, at_noon: time_machine.Traveller
) -> None:
    before = mara.cookies[SESSION].value
    secret = mara.get("/account/factors/app/").context["secret"]
    mara.post("/account/factors/app/", {"code": code_of(secret)})
    between = mara.cookies[SESSION].value
    at_noon.shift(timedelta(minutes=11))
    assert mara.post("/confirm/", {"code": code_of(secret), "next": "/account/"}).status_code == 302
    assert len({before, between, mara.cookies[SESSION].value}) == 3


def test_a_passkey_is_set_up_named_and_removed(shop: Shop, mara: Staff) -> None:
    device = Device()
    credential = device.make(ask(mara, "/account/factors/passkey/options/"))
    done = mara.post("/account/factors/passkey/", {"credential": credential, "name": "Blue key"})
    assert len(done.context["fresh"]) == 10
    assert "Blue key" in mara.text("/account/factors/")
    key = Authenticator.objects.get(type="webauthn")
    assert mara.post(f"/account/factors/{key.pk}/remove/")["Location"] == "/account/factors/"
    assert not Authenticator.objects.exists()


def test_an_answer_to_no_question_makes_no_passkey(shop: Shop, mara: Staff) -> None:
    credential = Device().make(ask(mara, "/account/factors/passkey/options/"))
    mara.post("/account/factors/passkey/", {"credential": "{}"})
    assert mara.post("/account/factors/passkey/", {"credential": credential}).status_code == 400
    assert not Authenticator.objects.exists()


ACTS = [
    ("get", "/account/factors/app/"),
    ("post", "/account/factors/app/"),
    ("get", "/account/factors/passkey/"),
    ("post", "/account/factors/passkey/"),
    ("post", "/account/factors/passkey/options/"),
    ("post", "/account/factors/codes/"),
    ("post", "/account/factors/{app}/remove/"),
    ("get", "/account/password/"),
    ("post", "/account/password/"),
]


@pytest.mark.parametrize(("method", "path"), ACTS)
def test_every_change_asks_for_a_fresh_proof(
    shop: Shop, secret: str, at_noon: time_machine.Traveller, method: str, path: str
) -> None:
    browser = Client()
    knock(browser)
    step(browser, code_of(secret))
    at_noon.shift(timedelta(minutes=10))
    app = Authenticator.objects.get(type="totp")
    told = {"code": code_of(secret), "password": "another long password", "credential": "{}"}
    before = list(Authenticator.objects.values()), User.objects.get(pk=shop.mara.user_id).password
    answer = getattr(browser, method)(path.format(app=app.pk), told)
    assert answer["Location"].startswith("/confirm/")
    assert (list(Authenticator.objects.values()), User.objects.get(pk=shop.mara.user_id).password) == before


def test_for_who_has_a_factor_the_password_is_no_proof(
    shop: Shop, secret: str, at_noon: time_machine.Traveller
) -> None:
    """Else a stolen password and an open window would remove the factor."""
    browser = Client()
    knock(browser)
    step(browser, code_of(secret))
    at_noon.shift(timedelta(minutes=11))
    assert browser.post("/confirm/", {"password": PASSWORD}).status_code == 400
    assert browser.get("/account/factors/app/")["Location"].startswith("/confirm/")
    assert browser.post("/confirm/", {"code": code_of(secret)}).status_code == 302
    assert browser.get("/account/factors/app/").status_code == 200


def test_confirming_by_passkey(shop: Shop, staff: Callable[..., Staff]) -> None:
    device, browser = device_of(shop.mara.user), staff(shop.mara)
    credential = device.answer(ask(browser, "/confirm/passkey/"))
    told = {"credential": credential, "next": "/account/factors/passkey/"}
    assert browser.post("/confirm/", told)["Location"] == "/account/factors/passkey/"
    assert browser.get("/account/factors/passkey/").status_code == 200


def test_guessing_at_the_confirmation_is_limited(
    shop: Shop, staff: Callable[..., Staff], secret: str
) -> None:
    mara, tess = staff(shop.mara), staff(shop.tess)
    assert [mara.post("/confirm/", {"code": "000000"}).status_code for _ in range(6)] == [400] * 5 + [429]
    tries = [tess.post("/confirm/", {"password": "guess"}).status_code for _ in range(9)]
    assert tries == [400] * 8 + [429]


# --- a second factor by policy -------------------------------------------------------------------------------------


@pytest.fixture
def strict(shop: Shop) -> Shop:
    """Vliegwerk asks everybody for a second factor."""
    shop.organisation.second_factor = True
    shop.organisation.save()
    return shop


OPEN = ("/account/", "/account/factors/", "/confirm/", "/organisations/")


def test_a_member_without_a_factor_is_led_to_set_one_up_before_anything_else(strict: Shop) -> None:
    browser = Staff()
    assert knock(browser, onward="/orders/")["Location"] == "/orders/"
    for path in ("/", "/orders/", "/customers/", "/notices/", "/settings/", "/settings/members/"):
        assert browser.get(path)["Location"] == "/account/factors/", path
    assert browser.post("/customers/new/", {"name": "x"})["Location"] == "/account/factors/"
    for path in OPEN:
        assert browser.get(path).status_code == 200, path
    assert "asks everybody for a second factor" in browser.text("/account/factors/")
    secret = browser.get("/account/factors/app/").context["secret"]
    browser.post("/account/factors/app/", {"code": code_of(secret)})
    assert browser.get("/orders/").status_code == 200


def test_a_session_opened_without_the_factor_confirms_it(
    strict: Shop, staff: Callable[..., Staff], secret: str
) -> None:
    browser = staff(strict.mara)
    assert browser.get("/")["Location"] == "/account/factors/"
    assert "this session was opened without one" in browser.text("/account/factors/")
    browser.post("/confirm/", {"code": code_of(secret)})
    assert browser.get("/").status_code == 200


def test_the_last_factor_stays_where_an_organisation_asks_for_one(strict: Shop) -> None:
    browser = Staff()
    knock(browser)
    secret = browser.get("/account/factors/app/").context["secret"]
    browser.post("/account/factors/app/", {"code": code_of(secret)})
    app = Authenticator.objects.get(type="totp")
    browser.post(f"/account/factors/{app.pk}/remove/")
    assert Authenticator.objects.filter(pk=app.pk).exists()
    assert "set up another one first" in browser.text("/account/factors/")


def test_an_organisation_that_does_not_ask_is_not_disturbed(strict: Shop, rival: Shop) -> None:
    browser = Staff()
    knock(browser, "mara@rivaal.example")
    assert browser.get("/").status_code == 200


def test_a_window_opened_by_password_alone_cannot_take_a_factor_away_that_came_later(shop: Shop) -> None:
    """Also within the ten minutes: the fresh proof of who has a factor is that factor."""
    earlier = Client()
    knock(earlier)
    device_of(shop.mara.user)
    key = Authenticator.objects.get(type="webauthn")
    assert earlier.post(f"/account/factors/{key.pk}/remove/")["Location"].startswith("/confirm/")
    assert Authenticator.objects.filter(pk=key.pk).exists()
