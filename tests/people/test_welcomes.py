"""Inviting a new member: one link, one use, one week; and nobody learns who is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail

from paraph.delivery import outbox
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.people import access, members, welcomes
from paraph.people.models import Member, Role, User, Welcome
from tests.cast import Shop

NOON = datetime(2026, 11, 21, 12, 0, 1, tzinfo=UTC)
LINK = re.compile(r"http://localhost:8000/join/([^/\s]+)/")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def invite(shop: Shop, email: str = "nora@new.example", **changes: Any) -> Welcome:
    told: dict[str, Any] = {
        "name": "Nora",
        "role": "technician",
        "language": "en",
        "by": shop.mara,
        **changes,
    }
    return welcomes.invite(shop.organisation, email, actor=shop.mara.actor, **told)


def token() -> str:
    """The key in the newest letter, as the invited person gets it."""
    outbox.deliver_due()
    found = LINK.search(str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_an_invitation_lets_somebody_in_as_what_the_manager_said(shop: Shop) -> None:
    invite(shop, role="manager", without=["signature.ask", "order.view"])
    found = welcomes.peek(token())
    member = welcomes.accept(found, actor=shop.mara.actor, name="Nora B.", password="a long password")
    assert (member.user.name, member.role, member.without) == ("Nora B.", "manager", ["signature.ask"])
    assert member.user.check_password("a long password")
    assert not access.can(member, "signature.ask")


def test_a_link_works_once(shop: Shop) -> None:
    invite(shop)
    key = token()
    found = welcomes.peek(key)
    welcomes.accept(found, actor=shop.mara.actor, name="Nora", password="a long password")
    for again in (lambda: welcomes.peek(key), lambda: welcomes.accept(found, actor=shop.mara.actor)):
        with pytest.raises(welcomes.Unwelcome):
            again()
    assert Member.objects.filter(user__email="nora@new.example").count() == 1


def test_a_link_ends_after_a_week_and_by_withdrawal(shop: Shop, at_noon: time_machine.Traveller) -> None:
    late = invite(shop)
    key = token()
    at_noon.shift(timedelta(days=7) - timedelta(seconds=1))
    welcomes.peek(key)
    at_noon.shift(timedelta(seconds=1))
    with pytest.raises(welcomes.Unwelcome):
        welcomes.peek(key)
    welcomes.send_again(late, by=shop.mara, actor=shop.mara.actor)
    fresh = token()
    welcomes.peek(fresh)
    welcomes.withdraw(late, by=shop.mara, actor=shop.mara.actor)
    welcomes.withdraw(late, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(welcomes.Unwelcome):
        welcomes.peek(fresh)
    with pytest.raises(welcomes.Unwelcome):
        welcomes.send_again(late, by=shop.mara, actor=shop.mara.actor)


def test_sending_again_makes_the_earlier_link_useless(shop: Shop) -> None:
    welcome = invite(shop)
    earlier = token()
    welcomes.send_again(welcome, by=shop.mara, actor=shop.mara.actor)
    later = token()
    with pytest.raises(welcomes.Unwelcome):
        welcomes.peek(earlier)
    assert welcomes.peek(later) == welcome
    assert len(mail.outbox) == 2


def test_a_changed_link_is_no_link(shop: Shop) -> None:
    invite(shop)
    key = token()
    for broken in (
        key[:-1],
        key[:30] + ("A" if key[30] != "A" else "B") + key[31:],
        "",
        "nonsense",
        key + "x",
    ):
        with pytest.raises(welcomes.Unwelcome):
            welcomes.peek(broken)


def test_a_key_of_another_audience_is_no_link(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    with pytest.raises(welcomes.Unwelcome):
        welcomes.peek(shop.path(invitation).split("/")[2])


def test_the_key_is_not_in_the_database_and_the_letter_is_wiped_after_sending(shop: Shop) -> None:
    welcome = invite(shop)
    key = token()
    assert key not in str(Welcome.objects.values())
    welcome.refresh_from_db()
    assert len(welcome.key_hash) == 64
    delivery = Delivery.objects.get(to="nora@new.example")
    assert delivery.secret
    assert not delivery.body


def test_an_address_is_invited_once_and_a_member_not_at_all(shop: Shop, rival: Shop) -> None:
    invite(shop)
    for taken in ("NORA@new.example", "tess@vliegwerk.example"):
        with pytest.raises(welcomes.AlreadyThere):
            invite(shop, taken)
    invite(shop, "tess@rivaal.example")  # somebody of another organisation is as unknown as anybody
    welcomes.invite(
        rival.organisation,
        "nora@new.example",
        name="N",
        role="biller",
        language="nl",
        by=rival.mara,
        actor=rival.mara.actor,
    )


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER])
def test_only_a_manager_invites(shop: Shop, role: Role) -> None:
    with pytest.raises(access.Forbidden):
        invite(shop, by=shop.members[role])
    welcome = invite(shop)
    for verb in (welcomes.send_again, welcomes.withdraw):
        with pytest.raises(access.Forbidden):
            verb(welcome, by=shop.members[role], actor=shop.mara.actor)
    assert Welcome.objects.get().is_open(NOON)


def test_somebody_who_is_known_keeps_their_password_and_name(shop: Shop, rival: Shop) -> None:
    invite(shop, "tess@rivaal.example", name="Another Tess")
    user = User.objects.get(email="tess@rivaal.example")
    before = user.password
    member = welcomes.accept(
        welcomes.peek(token()), actor=shop.mara.actor, name="Mallory", password="taken over now"
    )
    user.refresh_from_db()
    assert (user.password, user.name) == (before, "Tess of Rivaal")
    assert member.user == user
    assert member.organisation == shop.organisation


def test_who_was_switched_off_and_is_invited_again_was_a_member_all_along(shop: Shop) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)
    with pytest.raises(welcomes.AlreadyThere):
        invite(shop, shop.tess.user.email)


def test_every_step_is_a_fact(shop: Shop) -> None:
    welcome = invite(shop)
    welcomes.send_again(welcome, by=shop.mara, actor=shop.mara.actor)
    welcomes.accept(welcome, actor=shop.mara.actor, name="Nora", password="a long password")
    other = invite(shop, "second@new.example")
    welcomes.withdraw(other, by=shop.mara, actor=shop.mara.actor)
    kinds = [
        one.content["fact"]["change"] for one in Entry.objects.filter(kind="access.changed").order_by("index")
    ]
    assert kinds == ["invited", "invited_again", "joined", "invited", "withdrawn"]


def test_the_letter_speaks_the_language_the_manager_chose_and_names_the_shop(shop: Shop) -> None:
    invite(shop, language="en")
    token()
    letter = mail.outbox[-1]
    assert letter.subject == "Mara of Vliegwerk invites you to work with Vliegwerk"
    assert "works once, for 7 days" in str(letter.body)
    assert letter.reply_to == [shop.mara.user.email]
