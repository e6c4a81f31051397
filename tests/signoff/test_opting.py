"""Who may not or will not sign electronically has paper; nobody is left without a way (S0-21, S4-19, decision 7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.automation import runner
from paraph.automation.models import Notice
from paraph.evidence.models import Entry
from paraph.people import access, contacts, organisations
from paraph.people.models import Role
from paraph.signoff import ceremonies, opting, papers, ways
from paraph.signoff.errors import AlreadySigned, NoElectronicWay, NoPaperWay, OnlyToRead
from paraph.signoff.models import Ask, Invitation, OptOut, Signature
from tests.cast import Shop, approve, customer, sign

Opened = Callable[[], Invitation]


def kinds(*prefixes: str) -> list[str]:
    found = Entry.objects.order_by("index").values_list("kind", flat=True)
    return [one for one in found if one.startswith(prefixes)]


def test_S4_19_opting_out_closes_the_electronic_way_and_leaves_paper_open(shop: Shop, opened: Opened) -> None:
    invitation = opened()
    approve(invitation, [1])
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    opting.opt_out(invitation, by=customer(invitation))
    with pytest.raises(NoElectronicWay):
        sign(ceremony)
    assert not Signature.objects.exists()
    assert not kinds("ceremony.consented", "signature.")
    papers.issue(invitation, format="a4", language="en", by=customer(invitation))
    assert kinds("copy.") == ["copy.downloaded"]


def test_opting_out_twice_is_once_and_can_be_taken_back_until_signed(shop: Shop, opened: Opened) -> None:
    invitation = opened()
    approve(invitation, [1])
    first = opting.opt_out(invitation, by=customer(invitation))
    assert opting.opt_out(invitation, by=customer(invitation)) == first
    opting.opt_in(invitation, by=customer(invitation))
    opting.opt_in(invitation, by=customer(invitation))
    assert kinds("party.") == ["party.opted_out", "party.opted_in"]
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(AlreadySigned):
        opting.opt_out(invitation, by=customer(invitation))
    assert OptOut.objects.count() == 1


def test_a_reader_of_whom_nothing_is_asked_cannot_opt_out(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    shop.invite(order)
    reader = shop.invite(order, contact=shop.claire, ask=Ask.VIEW)
    with pytest.raises(OnlyToRead):
        opting.opt_out(reader, by=customer(reader))


def test_S4_19_managers_hear_that_somebody_opted_out(shop: Shop, opened: Opened) -> None:
    opting.opt_out(opened(), by=shop.jan.actor)
    runner.run_all()
    assert [one.member for one in Notice.objects.filter(kind="opted_out")] == [shop.mara]


def test_S0_20_the_office_says_who_may_sign_electronically_and_the_record_says_who_said_it(
    shop: Shop,
) -> None:
    contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)
    contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)
    told = [one.content for one in Entry.objects.filter(kind="contact.access_changed")]
    assert [(one["by"]["ref"], one["fact"]["may_e_sign"]) for one in told] == [(str(shop.mara.pk), False)]
    with pytest.raises(access.Forbidden):
        contacts.allow_e_sign(
            shop.jan, True, by=shop.members[Role.BILLER], actor=shop.members[Role.BILLER].actor
        )


@pytest.mark.parametrize("offered", [True, False])
def test_nobody_is_left_without_a_way(shop: Shop, opened: Opened, *, offered: bool) -> None:
    """Paper that is switched off stays for whoever has no other way."""
    organisations.settle(shop.organisation, {"paper": offered}, by=shop.mara, actor=shop.mara.actor)
    invitation = opened()
    approve(invitation, [1])
    assert (ways.of(invitation.party_id).e_sign, ways.of(invitation.party_id).paper) == (True, offered)
    if not offered:
        with pytest.raises(NoPaperWay):
            papers.issue(invitation, format="a4", language="en", by=customer(invitation))
    contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)
    assert (ways.of(invitation.party_id).e_sign, ways.of(invitation.party_id).paper) == (False, True)
    papers.issue(invitation, format="a4", language="en", by=customer(invitation))
    assert papers.newest(invitation.party) is not None
