"""A signature in doubt: nothing moves while it waits, and what a manager says decides (decision 4, S1-20, S1-30)."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.automation import runner
from paraph.automation.models import Notice
from paraph.billing import invoices
from paraph.billing.models import Invoice
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.people import access
from paraph.signoff import approvals, ceremonies, completion, disputes, requests, subjects, verifying
from paraph.signoff.errors import Decided, Disputed, Unusable
from paraph.signoff.models import Ask, SignOff, State, Verdict, Verification
from paraph.work import orders
from paraph.work.guards import ReportRefused
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.billing import bills
from tests.cast import Shop


@pytest.fixture
def doubted(shop: Shop) -> Verification:
    """All three lines of an order signed for, far from the site."""
    bills.ready(shop)
    found = cast.elsewhere(shop, shop.open_order(lines=3))
    runner.run_all()
    return found


def say(shop: Shop, found: Verification, verb: Any, sentence: str = "", by: Any = None) -> Verification:
    who = by or shop.mara
    done: Verification = verb(found, sentence=sentence, by=who, actor=who.actor)
    runner.run_all()
    return done


def order_of(found: Verification) -> WorkOrder:
    return orders.load(found.order_id)


def kinds(found: Verification) -> list[str]:
    entries = Entry.objects.filter(log_id=found.organisation_id, topic=found.order.topic)
    return list(entries.order_by("index").values_list("kind", flat=True))


def test_S1_30_while_it_waits_the_order_is_not_done_and_nothing_is_invoiced(
    shop: Shop, doubted: Verification
) -> None:
    assert order_of(doubted).status == Status.NEEDS_VERIFICATION
    assert doubted.doubts == ["place_outside"]
    with pytest.raises(ReportRefused):
        orders.report(cast.worked(shop, order_of(doubted), "2"), by=shop.tess.actor)
    assert invoices.draft_all(order_of(doubted), by=shop.mara.actor) == []
    assert Notice.objects.filter(member=shop.mara, kind="doubted").exists()
    assert [one.pk for one in verifying.waiting(shop.organisation.pk)] == [doubted.pk]


def test_S1_20_once_verified_the_order_is_approved_and_is_invoiced_as_usual(
    shop: Shop, doubted: Verification
) -> None:
    say(shop, doubted, verifying.verify, "I called them.")
    say(shop, doubted, verifying.verify, "Twice is once.")
    assert order_of(doubted).status == Status.APPROVED
    assert kinds(doubted).count("signature.verified") == 1
    orders.report(cast.worked(shop, order_of(doubted), "2"), by=shop.tess.actor)
    runner.run_all()
    assert Invoice.objects.filter(order=doubted.order).count() == 1
    with pytest.raises(Decided):
        say(shop, doubted, verifying.reject, "No.")


def test_S1_20_work_reported_before_is_drafted_when_it_is_verified(shop: Shop) -> None:
    """A service report is signed when the work was reported; then the word of a manager is the last step."""
    bills.ready(shop)
    found = cast.elsewhere(shop, shop.open_order(lines=1), [1])
    runner.run_all()
    WorkOrder.objects.filter(pk=found.order_id).update(status=Status.COMPLETED, reported_at=clock.now())
    assert invoices.draft_all(order_of(found), by=shop.mara.actor) == []
    say(shop, found, verifying.verify)
    assert Invoice.objects.filter(order=found.order).count() == 1


def test_decision_4_one_that_is_not_accepted_authorises_nothing_and_is_asked_again(
    shop: Shop, doubted: Verification
) -> None:
    with pytest.raises(Unusable):
        say(shop, doubted, verifying.reject, "  ")
    say(shop, doubted, verifying.reject, "Jan was in Spain that day.")
    order = order_of(doubted)
    signoff = SignOff.objects.get(pk=doubted.signature.signoff_id)
    assert (signoff.state, signoff.is_sealed) == (State.REJECTED, True)
    assert order.status == Status.OPEN
    assert approvals.approvals_of(order) == []
    assert not any(
        one.authorised or one.changed or one.choice != "pending" for one in subjects.standing(order).values()
    )
    assert Notice.objects.filter(member=shop.tess, kind="not_accepted").exists()
    printed = completion.printed(orders.load(order.pk), "estimate", "en", signoff=signoff)
    assert b"record.json" not in printed, "nothing printed now bears it"
    # What the shop changes now supersedes nothing, and asking again is a new request.
    orders.revise(order, cast.again(order, title="Other title"), by=shop.mara.actor, expected=order.revision)
    runner.run_all()
    assert SignOff.objects.get(pk=signoff.pk).state == State.REJECTED
    again = shop.invite(order_of(doubted))
    assert again.party.signoff_id != signoff.pk
    cast.approve(again, [1, 2, 3])
    cast.sign(ceremonies.review(again, by=cast.customer(again)))
    runner.run_all()
    assert order_of(doubted).status == Status.APPROVED
    with pytest.raises(Decided):
        say(shop, doubted, verifying.verify)


def test_decision_4_of_two_who_sign_the_whole_request_ends(shop: Shop) -> None:
    order = shop.open_order(lines=1)
    requests.ask(order, [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)], by=shop.mara.actor)
    found = cast.elsewhere(shop, order, [1])
    assert found.signature.signoff.state == State.OPEN
    SignOff.objects.filter(pk=found.signature.signoff_id).update(state=State.EXPIRED)
    say(shop, found, verifying.reject, "Not Jan.")
    assert SignOff.objects.get(pk=found.signature.signoff_id).state == State.REJECTED


def test_S0_34_what_is_disputed_is_resolved_first(shop: Shop, doubted: Verification) -> None:
    invitation = doubted.signature.party.invitations.get()
    disputes.dispute(invitation, reason="That was not me", signed=True, by=cast.customer(invitation))
    with pytest.raises(Disputed):
        say(shop, doubted, verifying.reject, "As they say.")
    assert Verification.objects.get(pk=doubted.pk).verdict == Verdict.WAITING


def test_only_a_manager_of_the_shop_stands_for_a_signature(
    shop: Shop, rival: Shop, doubted: Verification
) -> None:
    for by in (shop.tess, shop.members["dispatcher"], rival.mara):
        for verb in (verifying.verify, verifying.reject):
            with pytest.raises(access.Forbidden):
                say(shop, doubted, verb, "x", by=by)


def test_a_manager_may_be_kept_from_it(shop: Shop, doubted: Verification) -> None:
    shop.mara.without = ["signature.verify"]
    with pytest.raises(access.Forbidden):
        say(shop, doubted, verifying.verify)
