"""Keys: made, mailed, handed over, opened, renewed, revoked, expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.lib import clock, home
from paraph.lib.links import BadLink
from paraph.people import access
from paraph.signoff import invitations, requests
from paraph.signoff.errors import (
    Closed,
    LinkExpired,
    LinkRevoked,
    LinkUnknown,
    NoAddress,
    NobodyToAsk,
    NotThere,
    Unusable,
)
from paraph.signoff.models import Ask, Invitation, Party
from tests.cast import Shop, customer

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def party(shop: Shop) -> Party:
    return requests.ask(shop.open_order(), [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor).parties.get()


def send(shop: Shop, **changes: object) -> Invitation:
    said: dict[str, object] = {"view": "estimate", "by": shop.mara, "actor": shop.mara.actor, **changes}
    sent = invitations.send(party(shop), **said)  # type: ignore[arg-type]
    assert sent is not None
    return sent


def token_of(shop: Shop, invitation: Invitation) -> str:
    return shop.links[invitation.pk].split("/s/")[1].rstrip("/")


def test_S3_18_line_9_a_key_lives_exactly_48_hours_by_default(shop: Shop) -> None:
    with time_machine.travel(NOON, tick=False):
        invitation = send(shop)
    assert invitation.expires_at == invitation.created_at + timedelta(hours=48)
    assert Entry.objects.get(kind="invitation.sent").content["fact"]["hours"] == 48


@pytest.mark.parametrize("hours", [0, -1, 180 * 24 + 1])
def test_a_validity_out_of_bounds_is_refused(shop: Shop, hours: int) -> None:
    with pytest.raises(Unusable):
        send(shop, hours=hours)


def test_S3_16_S3_17_the_customer_gets_the_link_and_the_managers_a_copy_without_it(shop: Shop) -> None:
    send(shop, text="Please look today.")
    to_customer = Delivery.objects.get(to=shop.jan.email)
    to_manager = Delivery.objects.get(to=shop.mara.user.email)
    assert "/s/" in body.unseal(to_customer).text
    assert "Please look today." in body.unseal(to_customer).text
    assert "/s/" not in body.unseal(to_manager).text + body.unseal(to_manager).html
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("role", ["dispatcher", "technician", "biller"])
def test_S3_20_only_managers_send(shop: Shop, role: str) -> None:
    with pytest.raises(access.Forbidden):
        send(shop, by=shop.members[role])
    assert not Invitation.objects.exists()


def test_somebody_without_a_mail_address_gets_a_kind_refusal(shop: Shop) -> None:
    signoff = requests.ask(shop.open_order(), [(shop.lotte, Ask.AUTHORISE)], by=shop.mara.actor)
    with pytest.raises(NoAddress):
        invitations.send(signoff.parties.get(), view="estimate", by=shop.mara, actor=shop.mara.actor)


def test_S3_10_decision_3_a_copied_link_is_recorded_and_not_kept(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    entry = Entry.objects.get(kind="invitation.handed_over")
    assert token_of(shop, invitation).encode() not in bytes(entry.leaf)
    assert invitation.key_digest not in shop.links[invitation.pk]
    assert not Delivery.objects.exists()


def test_S3_02_a_link_opens_its_own_invitation(shop: Shop) -> None:
    one, other = shop.invite(shop.open_order()), shop.invite(shop.open_order())
    assert invitations.peek(token_of(shop, one)).pk == one.pk
    assert invitations.peek(token_of(shop, other)).pk == other.pk


def test_peeking_changes_nothing_and_opening_is_recorded_once(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    token = token_of(shop, invitation)
    before = Entry.objects.count()
    invitations.peek(token)
    assert Entry.objects.count() == before
    for _ in range(2):
        invitations.open(token, by=customer(invitation))
    assert Entry.objects.filter(kind="invitation.opened").count() == 1


def test_S3_37_line_8_expired_and_revoked_links_say_so(shop: Shop) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        invitation = shop.invite(shop.open_order())
        token = token_of(shop, invitation)
        traveller.shift(timedelta(hours=47, minutes=59, seconds=59))
        invitations.peek(token)
        traveller.shift(timedelta(seconds=1))
        with pytest.raises(LinkExpired):
            invitations.peek(token)
        invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
        with pytest.raises(LinkRevoked):
            invitations.peek(token)


def test_line_10_every_changed_character_makes_the_link_unknown(shop: Shop) -> None:
    token = token_of(shop, shop.invite(shop.open_order()))
    for position in range(0, len(token), 7):
        other = "A" if token[position] != "A" else "B"
        with pytest.raises(LinkUnknown):
            invitations.peek(token[:position] + other + token[position + 1 :])
    for flawed in ("", token[:-1], token[1:], token + "A", token + "=", token * 9, "é", "\x00"):
        with pytest.raises(LinkUnknown):
            invitations.peek(flawed)


def test_line_10_a_genuine_token_with_another_key_is_unknown(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    forged = home.links().mint(
        {"grant": str(invitation.pk), "key": "guess", "expires": clock.iso(clock.now())},
        audience=invitations.AUDIENCE,
    )
    with pytest.raises(LinkUnknown):
        invitations.peek(forged)
    with pytest.raises(BadLink):
        home.links().read(token_of(shop, invitation), audience="preview")


def test_decision_2_renewing_keeps_decisions_and_ends_the_earlier_key(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    fresh = invitations.renew(invitation, by=shop.mara, actor=shop.mara.actor)
    assert fresh.party == invitation.party
    with pytest.raises(LinkRevoked):
        invitations.peek(token_of(shop, invitation))
    assert Entry.objects.filter(kind="invitation.renewed").count() == 1


def test_decision_2_a_customer_can_ask_for_a_new_link(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    invitations.ask_renewal(invitation, by=customer(invitation))
    assert Entry.objects.filter(kind="renewal.requested").count() == 1
    requests.withdraw(invitation.party.signoff, by=shop.mara.actor)
    with pytest.raises(Closed):
        invitations.ask_renewal(invitation, by=customer(invitation))


def test_somebody_elses_contact_cannot_be_asked(shop: Shop, rival: Shop) -> None:
    with pytest.raises(NotThere):
        requests.ask(shop.open_order(), [(rival.jan, Ask.AUTHORISE)], by=shop.mara.actor)


def test_asking_only_readers_asks_nobody(shop: Shop) -> None:
    with pytest.raises(NobodyToAsk):
        requests.ask(shop.open_order(), [(shop.jan, Ask.VIEW)], by=shop.mara.actor)


def test_asking_again_uses_the_open_request(shop: Shop) -> None:
    order = shop.open_order()
    first = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    second = requests.ask(order, [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.VIEW)], by=shop.mara.actor)
    assert first == second
    assert Entry.objects.filter(kind="signoff.requested").count() == 2
