"""What follows from a dispute: the order's status, and who hears of it, in which language, with which link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from paraph.automation.models import Notice, Run, RunState
from paraph.automation.runner import run_all
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.lib import clock
from paraph.people.models import Role
from paraph.signoff import ceremonies, disputes
from paraph.signoff.models import Dispute, Invitation, SignOff, State
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop, approve, customer, lines, sign
from tests.signoff.test_disputes import WRONG, raised, revised, settle

pytestmark = pytest.mark.django_db


def run() -> None:
    run_all()
    assert not Run.objects.exclude(state=RunState.DONE).exists()


def status(order: WorkOrder) -> str:
    return WorkOrder.objects.get(pk=order.pk).status


def mailed(prefix: str) -> list[Delivery]:
    return list(Delivery.objects.filter(key__startswith=prefix).order_by("to"))


def written(one: Delivery) -> body.Body:
    return body.unseal(one)


def told(kind: str) -> set[str]:
    return {one.member.user.name.split()[0] for one in Notice.objects.filter(kind=kind)}


def test_S0_34_the_order_is_disputed_until_it_is_resolved(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    run()
    found = raised(invitation)
    run()
    assert status(order) == Status.DISPUTED
    settle(shop, found)
    run()
    assert status(order) == Status.NEEDS_SIGNATURE


def test_disputed_wins_over_every_other_rule(shop: Shop) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1,))
    raised(Invitation.objects.get(), (1,), signed=True)
    run()
    invitation = shop.invite(order)  # line 2 is asked in a request of its own
    run()
    assert status(order) == Status.DISPUTED
    approve(invitation, (2,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    run()
    assert status(order) == Status.DISPUTED
    settle(shop, Dispute.objects.get())
    run()
    assert status(order) == Status.APPROVED


def test_S1_04_work_that_was_reported_is_completed_again_without_another_report(shop: Shop) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    run()
    reported = orders.report(order, by=shop.tess.actor).reported_at
    run()
    found = raised(Invitation.objects.get(), (), signed=True)
    run()
    assert status(order) == Status.DISPUTED
    settle(shop, found)
    run()
    order.refresh_from_db()
    assert (order.status, order.reported_at) == (Status.COMPLETED, reported)


def test_S1_04_a_report_can_be_taken_back_while_it_is_disputed(shop: Shop) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    run()
    orders.report(order, by=shop.tess.actor)
    found = raised(Invitation.objects.get(), (), signed=True)
    run()
    orders.reopen(order, by=shop.mara.actor)
    run()
    assert status(order) == Status.DISPUTED
    settle(shop, found)
    run()
    assert status(order) == Status.APPROVED


def test_a_correction_of_what_somebody_signed_is_asked_anew(shop: Shop) -> None:
    order = shop.open_order(2)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(jan, (1, 2))
    sign(ceremonies.review(jan, by=customer(jan)))
    found = raised(claire, (2,))
    revised(shop, jan, 2, hourly_rate=1)
    run()
    assert SignOff.objects.get().state == State.DISPUTED
    settle(shop, found, "corrected")
    run()
    assert SignOff.objects.get().state == State.SUPERSEDED


def test_S0_34_managers_the_technician_and_who_signed_already_are_told(shop: Shop) -> None:
    order = shop.open_order(2)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(jan, (1, 2))
    sign(ceremonies.review(jan, by=customer(jan)))
    run()
    raised(claire, (2,), reason="C'est faux <b>")
    run()
    assert told("disputed") == {"Mara", "Tess"}
    assert {one.to for one in mailed("notice:disputed")} == {shop.mara.user.email, shop.tess.user.email}
    (letter,) = mailed("dispute_raised:")
    assert (letter.to, letter.secret) == (shop.jan.email, True)
    assert "Claire Dubois" in written(letter).text
    assert "C&#x27;est faux &lt;b&gt;" in written(letter).html
    assert "<b>" not in written(letter).html


def test_the_answer_reaches_who_disputes_in_their_language_with_a_link_that_works(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2), contact=shop.claire)
    found = raised(invitation)
    run()
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):  # the link ran out long ago
        disputes.answer(found, text="Nous regardons.", by=shop.tess, actor=shop.tess.actor)
        run()
        (letter,) = mailed("dispute_answered:")
        assert letter.subject.startswith("Réponse à votre contestation")
        assert "Nous regardons." in written(letter).text
        assert told("dispute_answered") == {"Mara"}
        (link,) = re.findall(r"https?://\S+(/s/\S+)", written(letter).text)
        assert Client().post(link).status_code == 302


def test_a_link_that_ran_out_stays_shut_where_nobody_may_open_it(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    found = raised(invitation)
    shop.mara.without = ["signature.ask"]
    shop.mara.save()
    dirk = shop.members[Role.DISPATCHER]
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        disputes.answer(found, text="We look.", by=dirk, actor=dirk.actor)
        run()
    (letter,) = mailed("dispute_answered:")
    assert "/s/" not in written(letter).text
    assert not letter.secret


def test_S0_34_corrected_and_offered_again_everybody_who_can_sign_gets_a_link(shop: Shop) -> None:
    order = shop.open_order(2)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    found = raised(jan)
    revised(shop, jan, 2, hourly_rate=1)
    settle(shop, found, "corrected")
    run()
    letters = mailed("dispute_resolved:")
    assert [one.to for one in letters] == [shop.claire.email, shop.jan.email]
    assert all("/s/" in written(one).text for one in letters)
    assert told("dispute_settled") == {"Tess"}
    approve(claire, (1,))
    assert lines(order)


def test_who_takes_it_back_is_not_told_what_they_did(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    disputes.take_back(raised(invitation), invitation, by=customer(invitation))
    run()
    assert mailed("dispute_resolved:") == []
    assert told("dispute_settled") == {"Mara", "Tess"}


def test_what_the_customer_adds_reaches_the_staff(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    found = raised(invitation, reason=WRONG)
    disputes.add(found, invitation, text="And it leaks.", by=customer(invitation))
    run()
    assert told("dispute_continued") == {"Mara", "Tess"}
    assert all("And it leaks." in written(one).text for one in mailed("notice:dispute_continued"))


def test_X_13_managers_hear_that_nobody_was_there(shop: Shop) -> None:
    from tests.signoff.test_outcomes import record

    order = shop.open_order(1)
    record(shop, order)
    run()
    assert told("attempted") == {"Mara"}
    assert status(order) == Status.OPEN
