"""Requests on the order page: superseded, in turn, declined, expired; reminding and extending (X-08, X-11)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.automation import notices, runner
from paraph.delivery.models import Delivery
from paraph.lib import clock
from paraph.signoff import ceremonies, followups, invitations, requests
from paraph.signoff.models import Ask, Invitation, Rule, SignOff, State
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import cast
from tests.cast import Shop
from tests.signoff.test_approvals import change
from tests.web.office.conftest import Staff

pytestmark = pytest.mark.slow


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


def words(page: str) -> str:
    """The text of a page as it is read."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split())).replace("\xa0", " ")


def mailed(shop: Shop, order: WorkOrder) -> Invitation:
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    party = signoff.parties.select_related("contact", "signoff__order").get()
    found = invitations.send(party, view="estimate", by=shop.mara, actor=shop.mara.actor)
    assert found
    return found


def test_X_11_the_page_says_what_changed_since_it_was_signed(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(3)
    cast.signed(shop, order, (1, 2, 3))
    change(shop, order, 2, estimated_hours=Decimal(4), finding="Both tyres worn")
    runner.run_all()
    page = mara.text(f"/orders/{order.pk}/")
    text = words(page)
    assert "1 line changed after it was signed for: ask again." in text
    assert "Signature superseded Jan Jansen signed on" in text
    assert "Finding Finding 2 Both tyres worn" in text
    assert "Labour 2.5 h 4 h" in text
    assert "Price without tax €333.00 €460.50" in text
    assert "Partly approved" in text
    # The signature and its sealed copy stay where they were.
    assert f"/orders/{order.pk}/signoffs/{SignOff.objects.get().pk}/sealed.pdf" in page
    assert mara.get(f"/orders/{order.pk}/sealed.pdf").status_code == 200
    assert {one.kind for one in notices.unread(shop.mara)} == {"signed", "superseded"}
    assert "Superseded" in words(mara.text("/orders/"))


def test_a_line_that_was_removed_is_told(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1, 2))
    orders.revise(order, cast.again(order, items=cast.again(order).items[:1]), expected=1, by=shop.mara.actor)
    runner.run_all()
    assert "Line 2: Finding 2 The shop removed this line." in words(mara.text(f"/orders/{order.pk}/"))


def test_X_08_in_turn_the_page_says_who_is_next(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    signoff = requests.ask(order, asks, by=shop.mara.actor, rule=Rule.IN_TURN)
    for party in signoff.parties.select_related("contact", "signoff__order"):
        invitations.send(party, view="estimate", by=shop.mara, actor=shop.mara.actor)
    text = words(mara.text(f"/orders/{order.pk}/"))
    assert "One after the other" in text
    assert "Jan Jansen Decide and sign · signs as number 1" in text
    assert "signs as number 2 · gets the link when it is their turn" in text
    assert "Waiting for Jan Jansen since" in text


def test_X_08_a_manager_reminds_and_extends_from_the_order_page(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    invitation = mailed(shop, order)
    at = f"/orders/{order.pk}/invitations/{invitation.pk}"
    page = mara.text(f"/orders/{order.pk}/")
    assert f'action="{at}/remind/"' in page
    assert f'action="{at}/extend/"' in page
    answer = mara.post(f"{at}/remind/", follow=True)
    assert "A reminder is on its way to Jan Jansen." in answer.content.decode()
    assert Delivery.objects.filter(key__startswith="invitation-reminder:").count() == 1
    before = invitation.expires_at
    answer = mara.post(f"{at}/extend/", {"hours": "168"}, follow=True)
    assert "The link of Jan Jansen: valid until" in answer.content.decode()
    invitation.refresh_from_db()
    assert before
    assert invitation.expires_at == before + timedelta(days=7)
    answer = mara.post(f"{at}/extend/", {"hours": "5"}, follow=True)
    assert "Choose a validity between 1 hour and 180 days." in answer.content.decode()
    mara.post(f"{at}/extend/", {"hours": "never"})
    page = mara.text(f"/orders/{order.pk}/")
    assert "No end date" in page
    assert f'action="{at}/extend/"' not in page


def test_a_refused_reminder_says_why(shop: Shop, mara: Staff) -> None:
    invitation = mailed(shop, shop.open_order(1))
    invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
    order = invitation.party.signoff.order
    for act in ("remind", "extend"):
        address = f"/orders/{order.pk}/invitations/{invitation.pk}/{act}/"
        answer = mara.post(address, {"hours": "48"}, follow=True)
        assert "This link is no longer valid." in answer.content.decode()


def test_X_08_a_declined_request_says_why_and_the_shop_can_ask_again(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    invitation = mailed(shop, order)
    ceremonies.decline(invitation, reason="Too dear.", by=cast.customer(invitation))
    runner.run_all()
    text = words(mara.text(f"/orders/{order.pk}/"))
    assert "Jan Jansen declined: Too dear." in text
    assert "In preparation" in text
    assert "Declined" in words(mara.text("/orders/"))
    mailed(shop, order)
    runner.run_all()
    text = words(mara.text(f"/orders/{order.pk}/"))
    assert "Waiting for Jan Jansen since" in text
    assert re.search(r"Declined [^.]* · Jan Jansen Too dear\.", text)


def test_X_08_of_any_one_the_page_says_who_declined_and_whom_it_waits_for(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
    invitation, left = shop.invite(order), shop.invite(order, contact=shop.claire)
    ceremonies.decline(invitation, reason="Ask Claire.", by=cast.customer(invitation))
    runner.run_all()
    page = mara.text(f"/orders/{order.pk}/")
    text = words(page)
    assert "Waiting for Claire Dubois since" in text
    assert re.search(r"Declined [^.]* · Jan Jansen Ask Claire\.", text)
    assert "Next: wait for Claire Dubois; one signature is enough." in text
    assert f"{invitation.pk}/remind/" not in page
    assert f"{invitation.pk}/renew/" not in page
    assert f"{left.pk}/renew/" in page
    ceremonies.decline(left, reason="Too dear.", by=cast.customer(left))
    runner.run_all()
    text = words(mara.text(f"/orders/{order.pk}/"))
    assert "Claire Dubois declined: Too dear." in text
    assert "the others can still sign" not in text


def test_X_08_an_expired_request_is_opened_again_by_extending(shop: Shop, mara: Staff) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False) as time:
        order = shop.open_order(1)
        invitation = mailed(shop, order)
        time.shift(timedelta(hours=49))
        mara.force_login(shop.mara.user)
        followups.expire_due()
        runner.run_all()
        text = words(mara.text(f"/orders/{order.pk}/"))
        assert "The request to Jan Jansen expired. Extend the link, renew it, or ask again." in text
        assert "Expired" in words(mara.text("/orders/"))
        assert "expired" in words(mara.text("/"))
        mara.post(f"/orders/{order.pk}/invitations/{invitation.pk}/extend/", {"hours": "48"})
        assert SignOff.objects.get().state == State.OPEN
        assert Invitation.objects.get().is_open(clock.now())


def test_two_who_signed_at_the_same_moment_are_no_alarm(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    signoff = cast.signed(shop, order, (1,))
    SignOff.objects.filter(pk=signoff.pk).update(
        state=State.COMPLETE, seal_fault="not_last", completed_at=clock.now()
    )
    text = words(mara.text(f"/orders/{order.pk}/"))
    assert "Two people signed at the same moment" in text
    assert "Seal pending" not in words(mara.text("/"))
    SignOff.objects.update(completed_at=clock.now() - timedelta(minutes=5))
    assert "somebody else signed at the same moment" in words(mara.text("/"))


def test_superseded_requests_cost_no_query_each(shop: Shop, mara: Staff) -> None:
    counts = []
    order = shop.open_order(4)
    for number in (1, 2, 3, 4):
        cast.signed(shop, order, (number,))
        change(shop, order, number, estimated_hours=Decimal(9))
        runner.run_all()
        with CaptureQueriesContext(connection) as made:
            mara.text(f"/orders/{order.pk}/")
        counts.append(len(made))
    assert len(set(counts[1:])) == 1
