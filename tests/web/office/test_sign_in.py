"""The entrance (security.md lines 11, 17, 18, 37, 38)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD, Shop
from tests.web.office.conftest import Staff

DOOR = "/sign-in/"


def knock(browser: Client, email: str, password: str = PASSWORD, onward: str = "/", **extra: str) -> Any:
    told: dict[str, Any] = {"email": email, "password": password, "next": onward}
    options: dict[str, Any] = dict(extra)
    return browser.post(DOOR, told, **options)


def test_every_page_leads_a_stranger_to_the_entrance_and_back(shop: Shop) -> None:
    browser = Client()
    answer: Any = browser.get("/orders/?q=tyre")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/orders/%3Fq%3Dtyre"
    page = browser.get(answer["Location"]).content.decode()
    assert 'value="/orders/?q=tyre"' in page
    answer = knock(browser, "MARA@vliegwerk.example", onward="/orders/?q=tyre")
    assert answer["Location"] == "/orders/?q=tyre"
    assert browser.get("/orders/?q=tyre").status_code == 200


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(shop: Shop, onward: str) -> None:
    assert knock(Client(), "mara@vliegwerk.example", onward=onward)["Location"] == "/"


def test_line_11_the_session_id_changes_at_sign_in(shop: Shop) -> None:
    browser = Client()
    session = browser.session
    session["basket"] = "kept"
    session.save()
    knock(browser, "mara@vliegwerk.example")
    assert browser.session.session_key != session.session_key


def test_line_17_a_wrong_address_and_a_wrong_password_look_alike(shop: Shop) -> None:
    shop.tess.active = False
    shop.tess.save()
    answers = [
        knock(Client(), *pair)
        for pair in (
            ("nobody@vliegwerk.example", PASSWORD),
            ("mara@vliegwerk.example", "wrong horse"),
            ("tess@vliegwerk.example", PASSWORD),
        )
    ]
    assert {one.status_code for one in answers} == {400}
    texts = [one.content.decode() for one in answers]
    for typed in ("nobody", "mara", "tess"):
        texts = [one.replace(f"{typed}@vliegwerk.example", "") for one in texts]
    without_token = {
        "".join(line for line in one.splitlines() if "csrfmiddlewaretoken" not in line) for one in texts
    }
    assert len(without_token) == 1
    assert "do not belong together" in without_token.pop()


def test_line_17_an_unknown_address_costs_a_hash_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    knock(Client(), "nobody@vliegwerk.example", "guess one")
    knock(Client(), "mara@vliegwerk.example", "guess two")
    assert hashed == ["guess one", "guess two"]


def test_line_18_an_account_is_tried_eight_times_from_one_address(shop: Shop) -> None:
    browser = Client()
    for _ in range(8):
        assert knock(browser, "mara@vliegwerk.example", "guess").status_code == 400
    assert knock(browser, "Mara@vliegwerk.example").status_code == 429
    elsewhere = knock(Client(), "mara@vliegwerk.example", REMOTE_ADDR="192.0.2.99")
    assert elsewhere.status_code == 302, "a lock-out must not block the account itself"


def test_line_18_an_address_is_heard_twenty_times(shop: Shop) -> None:
    answers = [knock(Client(), f"guess{number}@vliegwerk.example") for number in range(21)]
    assert [one.status_code for one in answers] == [400] * 20 + [429]


def test_line_38_each_try_is_logged_without_secrets(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        knock(Client(), "mara@vliegwerk.example", "not-the-password")
        knock(Client(), "mara@vliegwerk.example")
    assert "sign-in failed" in caplog.text
    assert f"signed in: user {shop.mara.user.pk}" in caplog.text
    for secret in ("not-the-password", PASSWORD, "mara@"):
        assert secret not in caplog.text


def test_an_unusable_address_is_said_beside_the_field_and_the_password_is_not_repeated(shop: Shop) -> None:
    page = knock(Client(), "no address", "secret-in-field").content.decode()
    assert "Enter a valid email address" in page
    assert "secret-in-field" not in page


def test_signing_out_ends_the_session_and_is_a_post(shop: Shop, staff: Callable[..., Staff]) -> None:
    mara = staff(shop.mara)
    assert mara.get("/sign-out/").status_code == 405
    assert mara.post("/sign-out/")["Location"] == DOOR
    assert mara.get("/").status_code == 302


def test_line_41_a_member_who_left_is_out_at_the_next_click(shop: Shop, staff: Callable[..., Staff]) -> None:
    tess = staff(shop.tess)
    tess.text("/")
    shop.tess.active = False
    shop.tess.save()
    assert tess.get("/").status_code == 302
