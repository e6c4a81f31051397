"""Ends, reminders, extensions, refusals (X-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from paraph.automation.runner import run_all
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.people.access import Forbidden
from paraph.signoff import ceremonies, followups, invitations, keys, requests
from paraph.signoff.errors import AlreadySigned, Closed, LinkExpired, LinkRevoked, NoAddress, Unusable
from paraph.signoff.models import Ask, Decline, Invitation, SignOff, State
from paraph.work.models import Status, WorkOrder
from tests import paperwork
from tests.cast import Shop, approve, customer, lines, sign

START = "2026-11-21T12:00:00Z"


def mailed(shop: Shop, order: WorkOrder, hours: int | None = 48) -> Invitation:
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    party = signoff.parties.select_related("contact", "signoff__order").get(contact=shop.jan)
    found = invitations.send(party, view="estimate", by=shop.mara, actor=shop.mara.actor, hours=hours)
    assert found
    return found


def reminders() -> list[Delivery]:
    return list(Delivery.objects.filter(key__startswith="invitation-reminder:").order_by("pk"))


def token(delivery: Delivery) -> str:
    return body.unseal(delivery).text.split("/s/")[1].split("/")[0]


def kinds(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def by(shop: Shop) -> dict[str, Any]:
    return {"by": shop.mara, "actor": shop.mara.actor}


def test_X_08_a_link_without_an_end_date_never_runs_out(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        invitation = mailed(shop, shop.open_order(1), hours=None)
        assert invitation.expires_at is None
        assert invitation.remind_at is None
        time.shift(timedelta(days=5000))
        assert invitations.check(invitation).state(clock.now()) == "sent"
        assert followups.expire_due() == 0
        approve(invitation, (1,))
        assert (
            sign(ceremonies.review(invitation, by=customer(invitation))).record["invitation"]["expires_at"]
            is None
        )
    letter = body.unseal(Delivery.objects.get(key=f"invitation:{invitation.pk}"))
    assert "no end date" in letter.text
    assert "no end date" in letter.html
    copy = body.unseal(Delivery.objects.get(key__startswith="invitation-copy:"))
    assert "The link has no end date." in copy.text


@pytest.mark.parametrize("hours", [0, 180 * 24 + 1])
def test_X_08_a_link_lives_between_an_hour_and_180_days(shop: Shop, hours: int) -> None:
    with pytest.raises(Unusable):
        mailed(shop, shop.open_order(1), hours=hours)


def test_X_08_a_reminder_carries_a_fresh_key_and_nothing_restarts(shop: Shop) -> None:
    invitation = mailed(shop, shop.open_order(1))
    first = token(Delivery.objects.get(key=f"invitation:{invitation.pk}"))
    invitations.remind(invitation, **by(shop))
    (mail,) = reminders()
    assert mail.to == "jan@vliegwerk.example"
    assert token(mail) != first
    for one in (first, token(mail)):
        found = invitations.peek(one)
        assert (found.pk, found.expires_at) == (invitation.pk, invitation.expires_at)
    assert Invitation.objects.count() == 1
    assert kinds("invitation.reminded") == 1
    invitations.revoke(invitation, **by(shop))
    for one in (first, token(mail)):
        with pytest.raises(LinkRevoked):
            invitations.peek(one)


def test_only_the_newest_reminders_keep_their_keys(shop: Shop) -> None:
    invitation = mailed(shop, shop.open_order(1))
    for _ in range(keys.MOST_SPARE + 2):
        invitation = invitations.remind(invitation, **by(shop))
    assert len(invitation.spare_keys) == keys.MOST_SPARE
    assert len(reminders()) == keys.MOST_SPARE + 2


def test_who_signed_or_cannot_be_reached_is_not_reminded(shop: Shop) -> None:
    order = shop.open_order(1)
    invitation = mailed(shop, order)
    with pytest.raises(Forbidden):
        invitations.remind(invitation, by=shop.tess, actor=shop.tess.actor)
    lotte = shop.invite(order, contact=shop.lotte)
    with pytest.raises(NoAddress):
        invitations.remind(lotte, **by(shop))
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(Closed):
        invitations.remind(invitation, **by(shop))
    assert reminders() == []


def test_X_08_the_worker_reminds_once_a_day_before_the_end(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        mailed(shop, shop.open_order(1))
        time.shift(timedelta(hours=23, minutes=59))
        assert followups.remind_due() == 0
        time.shift(timedelta(minutes=1))
        assert followups.remind_due() == 1
        assert followups.remind_due() == 0
        assert len(reminders()) == 1
        assert Entry.objects.get(kind="invitation.reminded").content["by"]["kind"] == "system"


def test_a_short_link_is_reminded_of_after_half_of_its_time(shop: Shop) -> None:
    with time_machine.travel(START, tick=False):
        invitation = mailed(shop, shop.open_order(1), hours=4)
        assert invitation.remind_at == clock.now() + timedelta(hours=2)


def test_the_worker_reminds_nobody_who_signed_was_reminded_or_has_a_newer_link(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        signed, reminded, renewed = (mailed(shop, shop.open_order(1)) for _ in range(3))
        approve(signed, (1,))
        sign(ceremonies.review(signed, by=customer(signed)))
        invitations.remind(reminded, **by(shop))
        time.shift(timedelta(hours=1))
        invitations.renew(renewed, **by(shop))
        handed = shop.invite(shop.open_order(1))
        assert handed.remind_at is None
        time.shift(timedelta(hours=23))
        assert followups.remind_due() == 0
        assert len(reminders()) == 1
        time.shift(timedelta(hours=1))
        assert followups.remind_due() == 1  # the renewed one's own time has come


def test_reminding_can_be_switched_off(shop: Shop, settings: Any) -> None:
    settings.PARAPH_REMIND_HOURS = 0
    assert mailed(shop, shop.open_order(1)).remind_at is None


def test_X_08_the_same_link_is_extended_and_nothing_restarts(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        order = shop.open_order(1)
        invitation = mailed(shop, order)
        approve(invitation, (1,))
        link = token(Delivery.objects.get(key=f"invitation:{invitation.pk}"))
        longer = invitations.extend(invitation, hours=24, **by(shop))
        assert longer.expires_at == clock.now() + timedelta(hours=72)
        assert longer.remind_at == clock.now() + timedelta(hours=48)
        time.shift(timedelta(hours=71))
        assert invitations.peek(link).pk == invitation.pk
        sign(ceremonies.review(longer, by=customer(longer)))
        assert kinds("invitation.extended") == 1
        assert Delivery.objects.filter(key__startswith="invitation:").count() == 1


def test_an_extended_link_keeps_within_180_days_and_may_lose_its_end(shop: Shop) -> None:
    invitation = mailed(shop, shop.open_order(1), hours=180 * 24)
    with pytest.raises(Unusable):
        invitations.extend(invitation, hours=1, **by(shop))
    assert invitations.extend(invitation, hours=None, **by(shop)).expires_at is None
    assert invitations.extend(invitation, hours=1, **by(shop)).expires_at is None
    invitations.revoke(invitation, **by(shop))
    with pytest.raises(LinkRevoked):
        invitations.extend(invitation, hours=1, **by(shop))


def test_X_08_when_the_last_link_ran_out_the_request_expired_and_extending_opens_it_again(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        order = shop.open_order(1)
        jan, claire = mailed(shop, order), shop.invite(order, contact=shop.claire, hours=60)
        approve(jan, (1,))
        time.shift(timedelta(hours=50))
        assert followups.expire_due() == 0
        time.shift(timedelta(hours=10))
        assert (followups.expire_due(), followups.expire_due()) == (1, 0)
        signoff = SignOff.objects.get()
        assert signoff.state == State.EXPIRED
        run_all()
        assert WorkOrder.objects.get(pk=order.pk).status == Status.OPEN
        with pytest.raises(LinkExpired):
            invitations.remind(jan, **by(shop))
        longer = invitations.extend(jan, hours=5, **by(shop))
        run_all()
        assert SignOff.objects.get().state == State.OPEN
        assert WorkOrder.objects.get(pk=order.pk).status == Status.NEEDS_SIGNATURE
        assert (kinds("signoff.expired"), kinds("signoff.reopened")) == (1, 1)
        assert (
            ceremonies.review(longer, by=customer(longer)).snapshot.facts["items"][0]["decision"]
            == "approved"
        )
        assert claire.has_run_out(clock.now())


@pytest.mark.parametrize("how", ["renew", "ask"])
def test_renewing_or_asking_again_opens_the_expired_request(shop: Shop, how: str) -> None:
    with time_machine.travel(START, tick=False) as time:
        order = shop.open_order(1)
        invitation = mailed(shop, order)
        time.shift(timedelta(hours=49))
        assert followups.expire_due() == 1
        if how == "renew":
            invitations.renew(Invitation.objects.get(), **by(shop))
        else:
            requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
        signoff = SignOff.objects.get()
        assert (signoff.pk, signoff.state) == (invitation.party.signoff_id, State.OPEN)
        assert kinds("signoff.reopened") == 1


def test_a_request_lives_as_long_as_one_link_without_an_end_does(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        order = shop.open_order(1)
        mailed(shop, order)
        requests.ask(order, [(shop.claire, Ask.AUTHORISE)], by=shop.mara.actor)
        party = SignOff.objects.get().parties.get(contact=shop.claire)
        invitations.hand_over(party, view="estimate", hours=None, **by(shop))
        time.shift(timedelta(hours=49))
        assert followups.expire_due() == 0


def test_links_that_were_revoked_did_not_run_out(shop: Shop) -> None:
    with time_machine.travel(START, tick=False) as time:
        invitation = mailed(shop, shop.open_order(1))
        invitations.revoke(invitation, **by(shop))
        time.shift(timedelta(hours=49))
        assert followups.expire_due() == 0


def test_X_08_a_customer_declines_with_a_reason_and_the_shop_can_ask_again(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = mailed(shop, order)
    approve(invitation, (1,))
    found = ceremonies.decline(invitation, reason="  Too dear for us.  ", by=customer(invitation))
    assert ceremonies.decline(invitation, reason="Again", by=customer(invitation)) == found
    assert found.reason == "Too dear for us."
    assert SignOff.objects.get().state == State.DECLINED
    entry = Entry.objects.get(kind="signoff.declined")
    assert "Too dear" not in str(entry.content)
    run_all()
    assert WorkOrder.objects.get(pk=order.pk).status == Status.OPEN
    told = {one.to for one in Delivery.objects.filter(key__startswith="notice:declined")}
    assert told == {"mara@vliegwerk.example", "tess@vliegwerk.example"}
    letter = body.unseal(Delivery.objects.filter(key__startswith="notice:declined")[0])
    assert "Jan Jansen declined: Too dear for us." in letter.text
    for refused in (
        lambda: ceremonies.review(invitation, by=customer(invitation)),
        lambda: ceremonies.decide(invitation, lines(order)[0].pk, "rejected", by=customer(invitation)),
        lambda: invitations.renew(invitation, **by(shop)),
        lambda: invitations.extend(invitation, hours=4, **by(shop)),
        lambda: requests.withdraw(SignOff.objects.get(), by=shop.mara.actor),
    ):
        with pytest.raises(Closed):
            refused()
    fresh = mailed(shop, order)
    assert fresh.party.signoff_id != invitation.party.signoff_id
    content = ceremonies.review(fresh, by=customer(fresh)).snapshot.facts
    assert content["items"][0]["decision"] == "approved"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 4001])
def test_declining_takes_a_reason_somebody_can_read(shop: Shop, reason: str) -> None:
    invitation = mailed(shop, shop.open_order(1))
    with pytest.raises(Unusable):
        ceremonies.decline(invitation, reason=reason, by=customer(invitation))
    assert not Decline.objects.exists()
    assert SignOff.objects.get().state == State.OPEN


def test_who_signed_cannot_decline(shop: Shop) -> None:
    order = shop.open_order(1)
    invitation = mailed(shop, order)
    shop.invite(order, contact=shop.claire)
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(AlreadySigned):
        ceremonies.decline(invitation, reason="No", by=customer(invitation))


def test_S0_30_while_paper_is_out_two_reminders_ask_for_the_pages_each_with_a_fresh_key(shop: Shop) -> None:
    with time_machine.travel(START, tick=False):
        invitation = mailed(shop, shop.open_order(lines=1))
        shop.paper(invitation)
    days = []
    while (at := Invitation.objects.get().remind_at) is not None:
        with time_machine.travel(at, tick=False):
            assert followups.remind_due() == 1
        days.append((at - Invitation.objects.get().created_at).days)
    assert days == [8, 15]
    letters = [body.unseal(one).text for one in reminders()]
    assert all("to sign it on paper" in one and "Upload the signed pages" in one for one in letters)
    assert len({token(one) for one in reminders()}) == 2


def test_whose_signed_pages_are_looked_at_is_not_reminded(shop: Shop) -> None:
    with time_machine.travel(START, tick=False):
        invitation = mailed(shop, shop.open_order(lines=1))
        shop.paper(invitation)
        paperwork.to_review(invitation)
    with time_machine.travel(Invitation.objects.get().remind_at or START, tick=False):
        assert followups.remind_due() == 0
    assert not reminders()
