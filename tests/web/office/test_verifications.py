"""*Needs verification* in the office, and what the customer reads of it (S1-30, decision 4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from paraph.automation import runner
from paraph.signoff.models import Verdict, Verification
from tests import cast
from tests.attacks.world import come_in
from tests.cast import Shop
from tests.web.office.conftest import Staff

Come = Callable[..., Staff]


@pytest.fixture
def doubted(shop: Shop) -> Verification:
    found = cast.elsewhere(shop, shop.open_order(lines=3))
    runner.run_all()
    return found


def page_of(found: Verification) -> str:
    return f"/orders/{found.order_id}/verifications/{found.pk}/"


def test_S1_30_a_manager_reads_all_that_surrounds_it(shop: Shop, staff: Come, doubted: Verification) -> None:
    mara = staff(shop.mara)
    start, queue = mara.text("/"), mara.text("/verifications/")
    assert "Signatures to verify" in start
    assert "It was signed outside the site’s area." in queue
    assert doubted.order.number in queue
    page = mara.text(page_of(doubted))
    # 0.045° north of the centre of a circle of 200 m.
    assert "5,004 m from the centre of the site, ± 19 m" in page
    assert "found within 1 second" in page
    assert "Tess&#x27;s phone" in page
    assert "Arrived here, by our clock" in page
    assert '<path d="M' in page
    assert page.count("Signed for") == 3
    order = mara.text(f"/orders/{doubted.order_id}/")
    assert "Verify the signature" in order
    assert "the signature of Jan Jansen needs verification" in order


def test_S1_30_verifying_is_one_press_and_the_order_page_says_who(
    shop: Shop, staff: Come, doubted: Verification
) -> None:
    mara = staff(shop.mara)
    answer = mara.post(page_of(doubted) + "verify/", {"verify-sentence": "I called them."})
    assert answer["Location"] == f"/orders/{doubted.order_id}/"
    order = staff(shop.members["biller"]).text(f"/orders/{doubted.order_id}/")
    assert "I called them." in order
    assert shop.mara.user.name in order
    assert "No signature is in doubt" in mara.text("/verifications/")
    assert mara.post(page_of(doubted) + "reject/", {"reject-sentence": "No."}).status_code == 409


def test_decision_4_a_reason_is_required_and_the_customer_reads_it(
    shop: Shop, staff: Come, doubted: Verification
) -> None:
    mara = staff(shop.mara)
    missing = mara.post(page_of(doubted) + "reject/", {"reject-sentence": " "})
    assert missing.status_code == 400
    assert "Say in a sentence why" in missing.content.decode()
    long = mara.post(page_of(doubted) + "reject/", {"reject-sentence": "x" * 2001})
    assert long.status_code == 400
    assert "x" * 2001 in long.content.decode()
    assert (
        mara.post(page_of(doubted) + "reject/", {"reject-sentence": "Jan was in Spain."}).status_code == 302
    )
    assert "The signature was not accepted. Next: ask again." in mara.text(f"/orders/{doubted.order_id}/")
    assert "Not accepted" in mara.text("/orders/")
    invitation = doubted.signature.party.invitations.get()
    customer = come_in(shop, invitation)
    for path in ("", "receipt/"):
        page = customer.get(f"/p/{invitation.pk}/{path}").content.decode()
        assert "did not accept this signature" in page
        assert "Jan was in Spain." in page
    assert customer.get(f"/p/{invitation.pk}/sealed.pdf").status_code == 200
    assert customer.get(f"/p/{invitation.pk}/receipt.json").status_code == 200


def test_nobody_else_sees_or_decides_and_reading_changes_nothing(
    shop: Shop, rival: Shop, staff: Come, doubted: Verification
) -> None:
    for member, status in ((shop.tess, 403), (shop.members["dispatcher"], 403), (rival.mara, 404)):
        browser = staff(member)
        assert browser.get(page_of(doubted)).status_code == status
        assert browser.post(page_of(doubted) + "verify/").status_code == status
        assert browser.post(page_of(doubted) + "reject/", {"reject-sentence": "x"}).status_code == status
    assert staff(shop.mara).get(page_of(doubted) + "verify/").status_code == 405
    assert Verification.objects.get(pk=doubted.pk).verdict == Verdict.WAITING


def test_the_queue_takes_a_constant_number_of_queries(
    shop: Shop, staff: Come, doubted: Verification, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        cast.elsewhere(shop, shop.open_order(lines=1), [1])
    mara = staff(shop.mara)
    mara.text("/verifications/")  # the first page of a session notes that it is in use
    with django_assert_max_num_queries(9):
        mara.text("/verifications/")
