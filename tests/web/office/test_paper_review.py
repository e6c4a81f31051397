"""What the reviewer is told, and when *Accept* is offered (S0-33, I9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.people.models import Member
from paraph.signoff.models import Match, Return, ReturnFile
from paraph.work import orders
from tests import cast, paperwork
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def returned(shop: Shop) -> Return:
    """Jan printed his paper, and a photo of it waits to be reviewed."""
    invitation = shop.invite(shop.open_order(lines=1))
    paper = shop.paper(invitation)
    return paperwork.to_review(invitation, paper=paper)


def page(found: Return, desk: Staff) -> str:
    return desk.get(f"/orders/{found.party.signoff.order_id}/returns/{found.pk}/").content.decode()


def test_S0_33_accept_is_not_offered_for_what_the_order_no_longer_says(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    desk = staff(shop.mara)
    assert 'id="accepting"' in page(returned, desk)
    order = orders.load(returned.party.signoff.order_id)
    orders.revise(
        order, cast.again(order, title="Something else"), expected=order.revision, by=shop.mara.actor
    )
    Return.objects.update(outcome=Match.OLDER_REVISION)
    told = page(returned, desk)
    assert 'id="accepting"' not in told
    assert 'id="returning"' in told
    assert "The order has changed since this paper was printed" in told


def test_S0_31_the_reviewer_reads_what_taking_the_file_in_found(
    shop: Shop, returned: Return, staff: Callable[[Member], Staff]
) -> None:
    ReturnFile.objects.update(told={"notes": ["pages_lost", "repaired"]})
    told = page(returned, staff(shop.mara))
    assert "page.jpg was damaged: these are the pages that were found, others may be missing." in told
    assert "has been repaired" not in told
