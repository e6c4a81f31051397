"""A new password by mail: works once, for an hour, and says nothing about who is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.core import mail

from paraph.delivery import letters, outbox
from paraph.people import limits, members, passwords
from paraph.people.models import User
from tests.cast import PASSWORD, Shop

NOON = datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC)
LINK = re.compile(r"http://localhost:8000/reset/([^/\s]+)/")
FRESH = "a fresh long password"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def ask(email: str = "mara@vliegwerk.example") -> str:
    """The key that was mailed, or ""."""
    before = len(mail.outbox)
    passwords.ask_reset(email)
    outbox.deliver_due()
    if len(mail.outbox) == before:
        return ""
    found = LINK.search(str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_link_sets_a_password_and_ends_all_sessions(shop: Shop) -> None:
    before = shop.mara.user.get_session_auth_hash()
    user = passwords.reset(ask("MARA@vliegwerk.example"), FRESH)
    assert user.check_password(FRESH)
    assert user.get_session_auth_hash() != before


def test_it_works_once(shop: Shop) -> None:
    key = ask()
    passwords.reset(key, FRESH)
    with pytest.raises(passwords.BadReset):
        passwords.reset(key, "yet another password")
    assert User.objects.get(pk=shop.mara.user_id).check_password(FRESH)


def test_using_one_link_ends_the_others(shop: Shop) -> None:
    first, second = ask(), ask()
    passwords.reset(second, FRESH)
    with pytest.raises(passwords.BadReset):
        passwords.peek(first)


def test_it_ends_after_an_hour_and_when_its_owner_signs_in(
    shop: Shop, at_noon: time_machine.Traveller
) -> None:
    late = ask()
    at_noon.shift(timedelta(minutes=59))
    passwords.peek(late)
    at_noon.shift(timedelta(minutes=1))
    with pytest.raises(passwords.BadReset):
        passwords.peek(late)
    overtaken = ask()
    User.objects.filter(pk=shop.mara.user_id).update(last_login=NOON)
    with pytest.raises(passwords.BadReset):
        passwords.peek(overtaken)


def test_a_changed_link_and_one_of_another_kind_are_no_links(shop: Shop) -> None:
    key = ask()
    invitation = shop.path(shop.invite(shop.open_order())).split("/")[2]
    for broken in (key[:-1], key[:20] + ("A" if key[20] != "A" else "B") + key[21:], "", "x", invitation):
        with pytest.raises(passwords.BadReset):
            passwords.peek(broken)


def test_line_17_nobody_else_gets_a_letter(shop: Shop) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)
    single = User.objects.create_user("sso@vliegwerk.example", None, name="By single sign-on")
    members.add(shop.organisation, single.email, name="x", role="biller", by=shop.mara.actor)
    SocialAccount.objects.create(user=single, provider="sso", uid="1")
    for email in ("nobody@vliegwerk.example", "tess@vliegwerk.example", "sso@vliegwerk.example"):
        assert ask(email) == "", email
    assert ask("bram@vliegwerk.example")


def test_line_17_known_or_not_the_same_work_is_done(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    composed: list[str] = []
    compose = letters.compose

    def counting(template: str, *told: Any) -> Any:
        composed.append(template)
        return compose(template, *told)

    monkeypatch.setattr(letters, "compose", counting)
    for email in ("mara@vliegwerk.example", "nobody@vliegwerk.example"):
        passwords.ask_reset(email)
    assert composed == ["people/mail/reset"] * 2


def test_line_18_a_mailbox_is_not_flooded_and_the_asker_is_not_told(shop: Shop) -> None:
    sent = [bool(ask()) for _ in range(limits.RESET_ACCOUNT.times + 2)]
    assert sent == [True] * limits.RESET_ACCOUNT.times + [False] * 2


def test_the_owner_is_told_what_changed(shop: Shop) -> None:
    passwords.tell(shop.mara.user, "passkey")
    outbox.deliver_due()
    assert mail.outbox[-1].to == [shop.mara.user.email]
    assert "A passkey was set up" in str(mail.outbox[-1].body)
    assert User.objects.get(pk=shop.mara.user_id).check_password(PASSWORD)
