"""The six outcomes, and three more, on papers that were really drawn, signed and scanned (issue 4, point 5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from paraph.signoff import reading
from paraph.signoff.models import Match, Paper, Return, ReturnState, Signature
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import scans
from tests.cast import Shop, again

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
Pages = list[Image.Image]


@pytest.fixture
def paper(shop: Shop) -> Paper:
    """Jan has printed his order, on two pages."""
    found = shop.paper(shop.invite(shop.open_order(lines=3)))
    assert found.pages == 2
    return found


def read(paper: Paper, pages: Pages) -> Return:
    returned = scans.hand_in(paper.invitation, scans.as_pdf(pages))
    assert reading.read_due() == 1
    returned.refresh_from_db()
    return returned


def test_complete(paper: Paper) -> None:
    returned = read(paper, scans.signed_by_hand(paper))
    assert (returned.outcome, returned.state) == (Match.COMPLETE, ReturnState.FILED), returned.findings
    assert Signature.objects.get().method == "paper"


def test_complete_in_another_order_and_one_page_upside_down(paper: Paper) -> None:
    first, second = scans.signed_by_hand(paper)
    returned = read(paper, [second, first.rotate(180)])
    assert returned.outcome == Match.COMPLETE, returned.findings
    assert "reordered" in returned.findings["notes"]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda pages: pages[:1], Match.PAGE_MISSING),
        (scans.altered, Match.ALTERED),
        (lambda pages: scans.blank(), Match.UNREADABLE),
        (lambda pages: [Image.new("RGB", pages[0].size, (12, 12, 12))], Match.UNREADABLE),
        (lambda pages: scans.foreign(), Match.FOREIGN),
        (lambda pages: [*pages, *scans.foreign()], Match.OTHER_PAGES),
    ],
)
def test_what_is_not_in_order(paper: Paper, change: Callable[[Pages], Pages], outcome: Match) -> None:
    returned = read(paper, change(scans.signed_by_hand(paper)))
    assert (returned.outcome, returned.state) == (outcome, ReturnState.REVIEW), returned.findings
    assert not Signature.objects.exists()


def test_not_signed(paper: Paper) -> None:
    assert read(paper, scans.printed(paper.read())).outcome == Match.NOT_SIGNED


def test_wrong_order(shop: Shop, paper: Paper) -> None:
    other = shop.paper(shop.invite(shop.open_order(lines=1)))
    returned = read(paper, scans.signed_by_hand(other))
    assert (returned.outcome, returned.paper) == (Match.WRONG_ORDER, other)


def test_older_revision(shop: Shop, paper: Paper) -> None:
    order = WorkOrder.objects.get()
    orders.revise(order, again(order, title="Something else"), by=shop.mara.actor, expected=order.revision)
    assert read(paper, scans.signed_by_hand(paper)).outcome == Match.OLDER_REVISION
