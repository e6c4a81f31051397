"""What a manager's word on a signature makes the customer's side read: in their language, once, with a link."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from paraph.automation import runner
from paraph.automation.models import Run, RunState
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.signoff import ceremonies, receipts, requests, verifying
from paraph.signoff.models import Ask, Invitation, Verification
from tests import cast
from tests.cast import Shop

WHY = "Jan was in <Spain> that day."


def say(shop: Shop, found: Verification, verb: Any, sentence: str = WHY) -> None:
    verb(found, sentence=sentence, by=shop.mara, actor=shop.mara.actor)
    runner.run_all()
    assert not Run.objects.exclude(state=RunState.DONE).exists()


def mailed(prefix: str) -> list[Delivery]:
    return list(Delivery.objects.filter(key__startswith=prefix).order_by("created_at", "to"))


def both_signed(shop: Shop) -> Verification:
    """Jan far from the site, and Claire by her link in French."""
    order = shop.open_order(lines=1)
    requests.ask(order, [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)], by=shop.mara.actor)
    found = cast.elsewhere(shop, order, [1])
    claire = shop.invite(order, contact=shop.claire)
    cast.sign(ceremonies.review(claire, by=cast.customer(claire)), language="fr")
    return found


def test_S1_30_who_signed_reads_why_it_is_not_accepted_with_a_link_that_works(shop: Shop) -> None:
    found = cast.elsewhere(shop, shop.open_order(lines=1), [1])
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):  # the link ran out long ago
        say(shop, found, verifying.reject)
        say(shop, found, verifying.reject, "Twice is once.")
        (letter,) = mailed("not_accepted:")
        assert (letter.to, letter.secret) == (shop.jan.email, True)
        written = body.unseal(letter)
        assert WHY in written.text
        assert receipts.code(found.signature) in written.text
        assert "&lt;Spain&gt;" in written.html
        assert "<Spain>" not in written.html
        (link,) = re.findall(r"https?://\S+(/s/\S+)", written.text)
        client = Client()
        assert WHY.split("<")[0] in client.post(link, follow=True).content.decode()
        notices = Entry.objects.filter(kind="notice.sent")
        (told,) = (one for one in notices if one.content["fact"]["notice"] == "not_accepted_told")
        assert told.content["fact"]["messages"] == [letter.message_id]
        assert told.cause == Entry.objects.get(kind="signature.rejected")


def test_everybody_who_signed_hears_once_that_the_request_ended(shop: Shop) -> None:
    found = both_signed(shop)
    other = found.signature.signoff.signatures.exclude(pk=found.signature_id).get()
    also = verifying.doubt(other, ["late"])
    assert also is not None
    say(shop, found, verifying.reject)
    jan, claire = mailed("not_accepted:")
    assert (jan.to, claire.to, claire.language) == (shop.jan.email, shop.claire.email, "fr")
    assert claire.subject.startswith("Non acceptée")
    assert "Jan Jansen" in body.unseal(claire).text
    say(shop, also, verifying.reject, "It came too late.")  # the others know already
    assert [one.to for one in mailed(f"not_accepted:{also.pk}")] == [shop.claire.email]


def test_a_link_that_was_switched_off_stays_off_and_without_an_address_nothing_is_written(shop: Shop) -> None:
    found = cast.elsewhere(shop, shop.open_order(lines=1), [1])
    Invitation.objects.update(revoked_at=clock.now())
    say(shop, found, verifying.reject)
    (letter,) = mailed("not_accepted:")
    assert "/s/" not in body.unseal(letter).text
    assert not letter.secret
    without = cast.elsewhere(shop, shop.open_order(lines=1), [1])
    shop.jan.email = ""
    shop.jan.save()
    say(shop, without, verifying.reject)
    assert mailed("not_accepted:") == [letter]


@pytest.mark.parametrize(("doubt", "letters"), [("identity_missing", 1), ("place_outside", 0)])
def test_who_was_told_that_the_shop_checks_hears_that_it_did(shop: Shop, doubt: str, letters: int) -> None:
    found = cast.elsewhere(shop, shop.open_order(lines=1), [1])
    Verification.objects.update(doubts=[doubt])
    say(shop, found, verifying.verify, "I called.")
    found_letters = mailed("verified:")
    assert len(found_letters) == letters
    assert all("I called." not in body.unseal(one).text for one in found_letters)
