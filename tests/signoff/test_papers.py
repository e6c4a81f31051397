"""Paper: issued once a snapshot, recognised for ever, and the link waits for it (S0-28 … S0-30, decision 2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from paraph.evidence.models import Entry
from paraph.intake import codes
from paraph.lib import canonical
from paraph.people import organisations
from paraph.signoff import ceremonies, invitations, papers
from paraph.signoff.errors import AlreadySigned, LinkRevoked, NothingApproved, OnlyToRead, Unusable
from paraph.signoff.models import Ask, Paper
from paraph.work import orders
from tests.cast import Shop, again, approve, customer, sign


def facts(kind: str) -> list[dict[str, object]]:
    return [one.content["fact"] for one in Entry.objects.filter(kind=kind).order_by("index")]


def test_S0_28_a_paper_is_stored_counted_and_recorded(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=3))
    approve(invitation, [1, 2])
    paper = papers.issue(invitation, format="a4", language="nl", by=customer(invitation))
    pdf = paper.read()
    assert pdf.startswith(b"%PDF")
    assert codes.parse(codes.PageCode(paper.code, 1, paper.pages, papers.short(paper.snapshot)).text)
    told = facts("copy.downloaded")[0]
    assert told["blob"] == canonical.digest(pdf)
    assert told["snapshot"] == paper.snapshot.digest == paper.ceremony.snapshot.digest
    assert told["code"] == paper.code
    assert papers.find(paper.code) == paper
    assert papers.newest(invitation.party) == paper
    assert papers.is_current(paper)


def test_S0_29_where_the_block_is_stands_on_the_paper(shop: Shop) -> None:
    for format, height in (("a4", 841.89), ("letter", 792.0)):
        paper = shop.paper(shop.invite(shop.open_order(lines=2)), format=format)
        block = papers.block(paper)
        assert block.page == paper.pages
        assert 180 < block.height < block.width
        assert height - 160 < block.top + block.height < height - 100


def test_the_same_again_is_the_same_paper_and_another_size_or_language_another(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2))
    first = shop.paper(invitation)
    assert shop.paper(invitation) == first
    others = {shop.paper(invitation, format="letter"), shop.paper(invitation, language="fr")}
    assert len({one.code for one in {first, *others}}) == 3
    assert len(facts("copy.downloaded")) == 3
    assert {one.ceremony for one in others} == {first.ceremony}


def test_a_change_makes_another_paper_and_the_older_one_is_still_known(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    invitation = shop.invite(order)
    older = shop.paper(invitation)
    orders.revise(order, again(order, notes="Call first."), expected=order.revision, by=shop.mara.actor)
    assert not papers.is_current(older)
    newer = shop.paper(invitation)
    assert newer.snapshot.revision > older.snapshot.revision
    assert papers.newest(invitation.party) == newer
    assert papers.find(older.code) == older


def test_S0_30_asking_for_paper_lets_the_link_live_longer_once(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2), hours=48)
    before = invitation.expires_at
    assert before
    shop.paper(invitation)
    invitation.refresh_from_db()
    assert invitation.expires_at == before + timedelta(days=14)
    shop.paper(invitation, format="letter")
    invitation.refresh_from_db()
    assert invitation.expires_at == before + timedelta(days=14)
    assert len(facts("invitation.prolonged")) == 1


def test_decision_2_the_shop_sets_the_allowance(shop: Shop) -> None:
    organisations.settle(shop.organisation, {"paper_days": 30}, by=shop.mara, actor=shop.mara.actor)
    invitation = shop.invite(shop.open_order(lines=1), hours=48)
    before = invitation.expires_at
    shop.paper(invitation)
    invitation.refresh_from_db()
    assert before
    assert invitation.expires_at == before + timedelta(days=30)


def test_the_same_paper_by_a_renewed_link_lets_that_link_live_longer_too(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    first = shop.paper(invitation)
    fresh = invitations.renew(invitation, by=shop.mara, actor=shop.mara.actor)
    before = fresh.expires_at
    assert shop.paper(fresh) == first
    fresh.refresh_from_db()
    assert before
    assert fresh.expires_at == before + timedelta(days=14)


def test_paper_is_refused_where_signing_is(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    invitation = shop.invite(order)
    with pytest.raises(NothingApproved):
        papers.issue(invitation, format="a4", language="en", by=customer(invitation))
    approve(invitation, [1])
    with pytest.raises(Unusable):
        papers.issue(invitation, format="a3", language="en", by=customer(invitation))
    with pytest.raises(Unusable):
        papers.issue(invitation, format="a4", language="de", by=customer(invitation))
    reader = shop.invite(order, contact=shop.claire, ask=Ask.VIEW)
    with pytest.raises(OnlyToRead):
        papers.issue(reader, format="a4", language="en", by=customer(reader))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(AlreadySigned):
        papers.issue(invitation, format="a4", language="en", by=customer(invitation))
    assert not Paper.objects.exists()


def test_a_link_that_was_switched_off_gives_no_paper(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=2))
    approve(invitation, [1])
    invitations.revoke(invitation, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(LinkRevoked):
        papers.issue(invitation, format="a4", language="en", by=customer(invitation))
