"""The customer's page when the order changed after the signature, and when it is not their turn (X-08, X-11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from paraph.automation import runner
from paraph.delivery.models import Delivery
from paraph.signoff import followups, invitations, requests
from paraph.signoff.models import Ask, Decline, Rule, SignOff, State, View
from tests.cast import Shop
from tests.signoff.test_approvals import change
from tests.web.portal.conftest import Customer
from tests.web.portal.test_order import words

pytestmark = pytest.mark.slow


def test_X_11_the_signer_sees_what_changed_and_keeps_copy_and_receipt(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.decide(2, "approved")
    jan.sign()
    before = jan.get(jan.at("sealed")).content
    mails = Delivery.objects.filter(to=shop.jan.email).count()
    change(shop, jan.order, 2, estimated_hours=Decimal(4))
    runner.run_all()
    text = words(jan.page())
    assert "Superseded" in text
    assert "Changed after it was signed" in text
    assert "Line 2: Finding 2" in text
    assert "Labour 2.5 h 4 h" in text
    assert "Line 1: Finding 1 What" not in text
    assert jan.get(jan.at("sealed")).content == before
    assert "The shop changed the order after you signed." in words(jan.page("receipt"))
    assert b"record.json" not in jan.get(jan.at("print")).content
    # Nothing is sent to the customer until they are asked again: only what the signature itself sent.
    sent = Delivery.objects.filter(to=shop.jan.email).exclude(key__startswith="receipt:")
    assert sent.count() == mails


def test_X_11_asked_again_the_difference_alone_is_open(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    for number in (1, 2, 3):
        jan.decide(number, "approved")
    jan.sign()
    change(shop, jan.order, 2, estimated_hours=Decimal(4))
    runner.run_all()
    again = enter(shop.invite(jan.order))
    text = words(again.page())
    assert "What changed since it was signed" in text
    assert "Labour 2.5 h 4 h" in text
    assert again.decide(1, "rejected").status_code == 409
    again.decide(2, "approved")
    page = again.review()
    assert "You sign for line 2" in words(page.content.decode())
    again.sign(page)
    runner.run_all()
    text = words(jan.page())
    assert "Signed for again since, in a newer request: 2" in text


def test_S3_04_a_page_without_prices_says_that_something_changed_and_not_what(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    jan.decide(1, "approved")
    jan.sign()
    change(shop, jan.order, 1, hourly_rate=9900)
    runner.run_all()
    text = words(enter(shop.invite(jan.order, view=View.AUTHORISATION)).page())
    assert "Line 1: Finding 1 What changed is not part of this view." in text
    assert "€" not in text


def test_X_12_a_page_in_memory_is_made_anew_when_the_signature_is_superseded(
    shop: Shop, jan: Customer
) -> None:
    jan.decide(1, "approved")
    jan.sign()
    assert "Superseded" not in words(jan.page())
    change(shop, jan.order, 1, estimated_hours=Decimal(4))
    runner.run_all()
    assert "Superseded" in words(jan.page())


def test_X_08_a_later_party_reads_whose_turn_it_is_and_is_refused(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(2)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.IN_TURN)
    first, later = enter(shop.invite(order)), enter(shop.invite(order, contact=shop.claire))
    text = words(later.get(later.home, {"language": "en"}).content.decode())
    assert "Jan Jansen" in text
    assert "/decision/" not in later.page()
    assert later.decide(1, "approved").status_code == 409
    answer = later.post(later.at("review"))
    assert answer.status_code == 409
    assert "Jan Jansen" in words(answer.content.decode())
    first.decide(1, "approved")
    first.sign()
    # The page from memory is made anew when the turn has passed.
    assert later.at("review") in later.page()


def test_X_08_the_link_itself_says_whose_turn_it_is(shop: Shop) -> None:
    order = shop.open_order(1)
    asks = [(shop.claire, Ask.AUTHORISE), (shop.jan, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.IN_TURN)
    later = shop.invite(order)
    page = Customer().get(shop.path(later)).content.decode()
    assert "It is the turn of Claire Dubois to sign." in page


def test_X_08_of_any_one_the_others_read_that_nothing_is_asked_any_more(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(1)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
    jan, lotte = enter(shop.invite(order, contact=shop.claire)), enter(shop.invite(order))
    jan.decide(1, "approved")
    jan.sign(name="Claire Dubois", typed="Claire Dubois")
    assert SignOff.objects.get().state == State.SEALED
    assert "Claire Dubois signed. One signature was enough" in words(lotte.page())
    answer = lotte.post(lotte.at("review"))
    assert answer.status_code == 409
    assert "One signature was enough" in words(answer.content.decode())


def test_X_08_of_any_one_who_declined_reads_so_and_the_other_still_signs(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(1)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
    claire, jan = enter(shop.invite(order, contact=shop.claire)), enter(shop.invite(order))
    answer = jan.post(jan.at("decline"), {"reason": "Ask Claire"}, follow=True)
    text = words(answer.content.decode())
    assert "You declined this request on" in text
    assert "Somebody else was asked, too, and one signature is enough." in text
    assert jan.at("review") not in jan.page()
    assert jan.post(jan.at("review")).status_code == 409
    assert "declined this request" not in words(claire.page())
    assert claire.at("decline") in claire.page()
    claire.decide(1, "approved")
    claire.sign(name="Claire Dubois", typed="Claire Dubois")
    assert SignOff.objects.get().state == State.SEALED
    text = words(jan.page())
    assert "You declined this request on" in text
    assert "Claire Dubois signed, and one signature was enough." in text


def test_X_08_declining_keeps_what_was_typed_and_ends_the_request(shop: Shop, jan: Customer) -> None:
    assert jan.at("decline") in jan.page()
    answer = jan.post(jan.at("decline"), {"reason": " "})
    assert answer.status_code == 400
    assert "Say why, in a few words" in words(answer.content.decode())
    long = "far too dear " * 400
    answer = jan.post(jan.at("decline"), {"reason": long})
    assert answer.status_code == 400
    assert long.strip() in answer.content.decode()
    assert not Decline.objects.exists()
    answer = jan.post(jan.at("decline"), {"reason": "Too dear <b>for us</b>"}, follow=True)
    text = answer.content.decode()
    assert "You declined this request on" in text
    assert "Too dear &lt;b&gt;for us&lt;/b&gt;" in text
    assert SignOff.objects.get().state == State.DECLINED
    assert jan.at("decline") not in jan.page()
    # A second click, and the form opened again: the order page, with no second refusal.
    assert jan.post(jan.at("decline"), {"reason": "Again"}).status_code == 302
    assert jan.get(jan.at("decline")).status_code == 302
    assert Decline.objects.count() == 1


def test_who_signed_is_offered_no_way_to_decline(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    assert jan.at("decline") not in jan.page()
    assert jan.get(jan.at("decline")).status_code == 302


def test_X_08_a_link_without_an_end_date_says_so_and_works(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(1)
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    invitation, link = invitations.hand_over(
        signoff.parties.get(), view="estimate", by=shop.mara, actor=shop.mara.actor, hours=None
    )
    shop.links[invitation.pk] = link
    page = Customer().get(shop.path(invitation)).content.decode()
    assert "no end date" in page
    customer = enter(invitation)
    assert "Valid until" not in words(customer.page())
    customer.decide(1, "approved")
    customer.sign()
    assert SignOff.objects.get().state == State.SEALED
    assert followups.expire_due() == 0


def test_two_signers_are_never_shown_one_document_for_different_things(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(1)
    jan, claire = enter(shop.invite(order)), enter(shop.invite(order, contact=shop.claire))
    jan.decide(1, "approved")
    jan.sign()
    change(shop, order, 1, estimated_hours=Decimal(4))
    answer = claire.post(claire.at("review"))
    assert answer.status_code == 409
    runner.run_all()
    text = words(jan.page())
    assert "Changed after it was signed" in text
