"""Line 17: a wrong address, an unknown account, a wrong password and a locked-out member look the same."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import hashers
from django.test import Client

from paraph.people.models import Member, User
from tests import cast
from tests.cast import Shop


def _try(email: str, password: str) -> tuple[int, str]:
    answer = Client().post("/sign-in/", {"email": email, "password": password})
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return answer.status_code, page.replace(email, "(address)")


def test_line_17_every_reason_not_to_let_somebody_in_is_one_answer(shop: Shop) -> None:
    gone, switched_off, nowhere = (
        shop.members["dispatcher"],
        shop.members["technician"],
        shop.members["biller"],
    )
    Member.objects.filter(pk=gone.pk).update(active=False)
    User.objects.filter(pk=switched_off.user_id).update(is_active=False)
    nowhere.delete()
    without = User.objects.create_user("nopassword@vliegwerk.example", None, name="No password")
    answers = {
        _try("mara@vliegwerk.example", "wrong password"),
        _try("nobody@vliegwerk.example", cast.PASSWORD),
        _try("dirk@vliegwerk.example", cast.PASSWORD),
        _try("tess@vliegwerk.example", cast.PASSWORD),
        _try("bram@vliegwerk.example", cast.PASSWORD),
        _try(
            without.email,
            "x",
        ),
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 400
    assert (
        Client().post("/sign-in/", {"email": "MARA@vliegwerk.example", "password": cast.PASSWORD}).status_code
        == 302
    )


@pytest.mark.parametrize("email", ["mara@vliegwerk.example", "nobody@vliegwerk.example"])
def test_line_17_a_password_is_hashed_once_whether_or_not_the_account_exists(
    shop: Shop, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The costly step is counted instead of timed."""
    counted: list[str] = []
    hasher = hashers.get_hasher()
    encode = type(hasher).encode

    def counting(self: object, password: str, salt: str, *rest: object) -> str:
        counted.append(email)
        return str(encode(hasher, password, salt, *rest))

    monkeypatch.setattr(type(hasher), "encode", counting)
    _try(email, "wrong password")
    assert len(counted) == 1


def test_line_17_an_unknown_link_and_a_link_of_somebody_else_are_one_answer(shop: Shop) -> None:
    invitation, stranger = shop.invite(shop.open_order()), Client()
    theirs = stranger.get(f"/p/{invitation.pk}/")
    nobody = stranger.get("/p/00000000-0000-4000-8000-000000000000/")
    assert (theirs.status_code, theirs.content) == (nobody.status_code, nobody.content)
    assert theirs.status_code == 404


def test_line_17_what_was_typed_as_an_address_is_in_no_log(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        _try("my-password-in-the-wrong-field@vliegwerk.example", "another secret")
    assert "sign-in failed" in caplog.text
    assert "my-password" not in caplog.text
    assert "another secret" not in caplog.text
