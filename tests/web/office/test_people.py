"""Links that are out: renewed, revoked, withdrawn; and what the page says of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from paraph.lib import clock
from paraph.signoff import ceremonies, invitations
from paraph.signoff.models import Invitation, SignOff, State
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


def people(browser: Staff, invitation: Invitation) -> str:
    page = browser.text(f"/orders/{invitation.party.signoff.order_id}/")
    return page[page.index('id="people"') : page.index('id="papers"')]


def test_each_invitation_shows_sent_opened_used_expired_and_revoked(shop: Shop, mara: Staff) -> None:
    invitation = shop.invite(shop.open_order(1))
    assert "Sent" in people(mara, invitation)
    invitations.note_fetch(invitation)
    told = people(mara, invitation)
    assert "Sent" in told
    assert "link requested 1 time" in told
    token = shop.path(invitation).split("/")[2]
    invitations.open(token, by=cast.customer(invitation))
    assert "Opened" in people(mara, invitation)
    with time_machine.travel(clock.now() + timedelta(hours=49), tick=False):
        assert "Expired" in people(mara, invitation)
    cast.approve(invitation, [1])
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    assert "Signed" in people(mara, invitation)


def test_a_link_is_renewed_by_mail_and_the_old_one_stops(shop: Shop, mara: Staff) -> None:
    invitation = shop.invite(shop.open_order(1))
    order = invitation.party.signoff.order
    answer = mara.post(f"/orders/{order.pk}/invitations/{invitation.pk}/renew/", follow=True)
    assert "A new link is on its way to Jan Jansen." in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None
    assert Invitation.objects.count() == 2
    assert mara.get(shop.path(invitation)).status_code == 410


def test_a_link_is_revoked_at_once(shop: Shop, mara: Staff) -> None:
    invitation = shop.invite(shop.open_order(1))
    order = invitation.party.signoff.order
    answer = mara.post(f"/orders/{order.pk}/invitations/{invitation.pk}/revoke/", follow=True)
    assert "no longer works" in answer.content.decode()
    assert mara.get(shop.path(invitation)).status_code == 410
    told = people(mara, invitation)
    assert "Revoked" in told
    assert "/revoke/" not in told


def test_who_has_no_mail_address_is_not_offered_a_renewal_and_a_bent_request_is_answered_kindly(
    shop: Shop, mara: Staff
) -> None:
    invitation = shop.invite(shop.open_order(1), contact=shop.lotte)
    order = invitation.party.signoff.order
    assert "/renew/" not in people(mara, invitation)
    answer = mara.post(f"/orders/{order.pk}/invitations/{invitation.pk}/renew/", follow=True)
    assert "This contact has no mail address" in answer.content.decode()


def test_a_request_is_withdrawn_once(shop: Shop, mara: Staff) -> None:
    invitation = shop.invite(shop.open_order(1))
    signoff = invitation.party.signoff
    address = f"/orders/{signoff.order_id}/signoffs/{signoff.pk}/withdraw/"
    assert address in people(mara, invitation)
    assert "The request is withdrawn" in mara.post(address, follow=True).content.decode()
    assert SignOff.objects.get().state == State.WITHDRAWN
    assert "This request is closed" in mara.post(address, follow=True).content.decode()


def test_others_see_the_people_but_no_button(shop: Shop, staff: Callable[..., Staff]) -> None:
    invitation = shop.invite(shop.open_order(1))
    told = people(staff(shop.tess), invitation)
    assert "Jan Jansen" in told
    # But whoever was there may record that nobody signed.
    assert [one for one in re.findall(r'<form[^>]*action="([^"]+)"', told) if "/attempts/" not in one] == []
