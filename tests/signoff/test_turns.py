"""Who must sign: everybody, one after the other, any one of them (X-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from paraph.automation.runner import run_all
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, completion, disputes, followups, invitations, requests
from paraph.signoff.errors import Declined, HasDeclined, NotYourTurn, SignedByAnother, Unusable
from paraph.signoff.facts import NOT_LAST
from paraph.signoff.models import Ask, Invitation, Postponed, Rule, SignOff, State
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop, approve, customer, lines, sign


def ask(shop: Shop, order: WorkOrder, rule: str, *contacts: Any) -> SignOff:
    asks = [(one, Ask.AUTHORISE) for one in contacts or (shop.jan, shop.claire)]
    return requests.ask(order, asks, by=shop.mara.actor, rule=rule)


def send(shop: Shop, signoff: SignOff, contact: Any, **more: Any) -> Invitation | None:
    party = signoff.parties.select_related("contact", "signoff__order").get(contact=contact)
    return invitations.send(party, view="estimate", by=shop.mara, actor=shop.mara.actor, **more)


def mails(to: str) -> list[Delivery]:
    return list(Delivery.objects.filter(to__startswith=to, key__startswith="invitation:"))


def state(signoff: SignOff) -> str:
    return SignOff.objects.get(pk=signoff.pk).state


def test_X_08_everybody_in_any_order_is_what_it_was(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    assert signoff.rule == Rule.TOGETHER
    assert requests.next_to_sign(signoff) is None


def test_X_08_in_turn_the_next_is_invited_when_the_one_before_has_signed(shop: Shop) -> None:
    order = shop.open_order(2)
    signoff = ask(shop, order, Rule.IN_TURN)
    first = send(shop, signoff, shop.jan)
    assert send(shop, signoff, shop.claire, hours=12, text="After Jan, please.", language="nl") is None
    assert first
    assert (len(mails("jan")), len(mails("claire"))) == (1, 0)
    assert Entry.objects.filter(kind="invitation.postponed").count() == 1
    approve(first, (1, 2))
    sign(ceremonies.review(first, by=customer(first)))
    assert state(signoff) == State.OPEN
    run_all()
    assert [one.content["fact"]["party"] for one in Entry.objects.filter(kind="turn.passed")] == [
        str(signoff.parties.get(contact=shop.claire).pk)
    ]
    (mail,) = mails("claire")
    assert "After Jan, please." in body.unseal(mail).text
    second = Invitation.objects.get(party__contact=shop.claire)
    assert second.expires_at
    assert (second.expires_at - second.created_at).total_seconds() == 12 * 3600
    assert (second.language, second.sent_by) == ("nl", shop.mara)
    assert not Postponed.objects.exists()
    sign(ceremonies.review(second, by=customer(second)))
    assert state(signoff) == State.SEALED


def test_X_08_before_their_turn_a_link_can_be_read_and_nothing_else(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.IN_TURN)
    send(shop, signoff, shop.jan)
    later = shop.invite(order, contact=shop.claire)
    by = customer(later)
    for refused in (
        lambda: ceremonies.decide(later, lines(order)[0].pk, "approved", by=by),
        lambda: ceremonies.approve_all(later, by=by),
        lambda: ceremonies.review(later, by=by),
        lambda: ceremonies.decline(later, reason="No", by=by),
        lambda: invitations.remind(later, by=shop.mara, actor=shop.mara.actor),
    ):
        with pytest.raises(NotYourTurn, match="Jan Jansen"):
            refused()
    assert not order.signoffs.get().decisions.exists()


def test_the_order_of_asking_is_the_order_of_signing(shop: Shop) -> None:
    signoff = ask(shop, shop.open_order(1), Rule.IN_TURN, shop.claire, shop.jan)
    first = requests.next_to_sign(signoff)
    assert first
    assert first.contact == shop.claire


def test_a_reader_has_no_turn(shop: Shop) -> None:
    order = shop.open_order(1)
    asks = [(shop.claire, Ask.VIEW), (shop.jan, Ask.AUTHORISE)]
    signoff = requests.ask(order, asks, by=shop.mara.actor, rule=Rule.IN_TURN)
    assert send(shop, signoff, shop.claire)
    assert send(shop, signoff, shop.jan)


def test_whoever_may_no_longer_ask_calls_nobody(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.IN_TURN)
    first = send(shop, signoff, shop.jan)
    send(shop, signoff, shop.claire)
    assert first
    approve(first, (1,))
    sign(ceremonies.review(first, by=customer(first)))
    shop.mara.without = ["signature.ask"]
    shop.mara.save()
    run_all()
    assert mails("claire") == []
    failed = [one.content["fact"] for one in Entry.objects.filter(kind="rule.failed")]
    assert [(one["rule"], one["error"]) for one in failed] == [("party.called", "Forbidden")]


def test_a_rule_taken_away_calls_those_who_waited(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.IN_TURN)
    send(shop, signoff, shop.jan)
    send(shop, signoff, shop.claire)
    ask(shop, order, Rule.TOGETHER)
    run_all()
    assert len(mails("claire")) == 1


def test_the_rule_is_fixed_by_the_first_signature(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.TOGETHER)
    first = shop.invite(order)
    approve(first, (1,))
    sign(ceremonies.review(first, by=customer(first)))
    with pytest.raises(Unusable):
        ask(shop, order, Rule.ANY_ONE)
    assert SignOff.objects.get(pk=signoff.pk).rule == Rule.TOGETHER
    with pytest.raises(Unusable):
        ask(shop, order, "nonsense")


def test_X_08_of_any_one_the_first_signature_completes(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.ANY_ONE)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(claire, (1,))
    sign(ceremonies.review(claire, by=customer(claire)))
    assert state(signoff) == State.SEALED
    with pytest.raises(SignedByAnother, match="Claire Dubois"):
        ceremonies.review(jan, by=customer(jan))


def test_X_08_of_any_one_a_second_who_was_about_to_sign_changes_nothing(shop: Shop) -> None:
    order = shop.open_order(1)
    ask(shop, order, Rule.ANY_ONE)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(claire, (1,))
    both = [ceremonies.review(one, by=customer(one)) for one in (jan, claire)]
    sign(both[0])
    with pytest.raises(SignedByAnother, match="Jan Jansen"):
        sign(both[1])
    assert order.signoffs.get().signatures.count() == 1


def declined_by(invitation: Invitation, reason: str = "Not mine.") -> None:
    ceremonies.decline(invitation, reason=reason, by=customer(invitation))


def test_X_08_of_any_one_who_declines_is_out_alone_and_the_other_signs(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.ANY_ONE)
    jan, claire = send(shop, signoff, shop.jan), send(shop, signoff, shop.claire)
    assert jan
    assert claire
    run_all()
    declined_by(jan)
    declined_by(jan)
    run_all()
    assert state(signoff) == State.OPEN
    assert WorkOrder.objects.get(pk=order.pk).status == Status.NEEDS_SIGNATURE
    assert Entry.objects.filter(kind="party.declined").count() == 1
    assert not Entry.objects.filter(kind="signoff.declined").exists()
    told = {one.to for one in Delivery.objects.filter(key__startswith="notice:declined_one")}
    assert told == {"mara@vliegwerk.example", "tess@vliegwerk.example"}
    for refused in (
        lambda: ceremonies.review(jan, by=customer(jan)),
        lambda: ceremonies.decide(jan, lines(order)[0].pk, "approved", by=customer(jan)),
        lambda: disputes.dispute(jan, reason="Wrong", by=customer(jan)),
    ):
        with pytest.raises(Declined):
            refused()
    approve(claire, (1,))
    sign(ceremonies.review(claire, by=customer(claire)))
    assert state(signoff) == State.SEALED
    with pytest.raises(SignedByAnother):
        ceremonies.review(jan, by=customer(jan))


def test_X_08_of_any_one_the_last_who_declines_ends_it(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.ANY_ONE)
    requests.ask(order, [(shop.lotte, Ask.VIEW)], by=shop.mara.actor)
    declined_by(shop.invite(order))
    assert state(signoff) == State.OPEN
    declined_by(shop.invite(order, contact=shop.claire), "Nor mine.")
    assert state(signoff) == State.DECLINED
    assert [one.reason for one in signoff.declines.order_by("at")] == ["Not mine.", "Nor mine."]
    kinds = Entry.objects.filter(kind__endswith=".declined").order_by("index").values_list("kind", flat=True)
    assert list(kinds) == ["party.declined", "signoff.declined"]
    run_all()
    assert WorkOrder.objects.get(pk=order.pk).status == Status.OPEN
    assert ask(shop, order, Rule.ANY_ONE).pk != signoff.pk


@pytest.mark.parametrize("rule", [Rule.TOGETHER, Rule.IN_TURN])
def test_X_08_where_all_must_sign_one_who_declines_ends_it(shop: Shop, rule: str) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, rule)
    declined_by(shop.invite(order))
    assert state(signoff) == State.DECLINED


def test_X_08_who_declined_is_not_asked_again_by_the_same_request(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.ANY_ONE)
    jan = send(shop, signoff, shop.jan)
    assert jan
    declined_by(jan)
    by: dict[str, Any] = {"by": shop.mara, "actor": shop.mara.actor}
    for refused in (
        lambda: ask(shop, order, Rule.ANY_ONE, shop.jan),
        lambda: send(shop, signoff, shop.jan),
        lambda: invitations.renew(jan, **by),
        lambda: invitations.remind(jan, **by),
    ):
        with pytest.raises(HasDeclined, match="Jan Jansen declined"):
            refused()
    with pytest.raises(Unusable, match="has declined"):
        ask(shop, order, Rule.TOGETHER, shop.claire)
    requests.withdraw(signoff, by=shop.mara.actor)
    assert ask(shop, order, Rule.TOGETHER).pk != signoff.pk


def test_X_08_of_any_one_the_request_expires_with_the_links_of_those_who_are_left(shop: Shop) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False) as time:
        order = shop.open_order(1)
        signoff = ask(shop, order, Rule.ANY_ONE)
        jan = send(shop, signoff, shop.jan, hours=None)
        send(shop, signoff, shop.claire)
        assert jan
        declined_by(jan)
        time.shift(timedelta(hours=49))
        assert followups.expire_due() == 1
        assert state(signoff) == State.EXPIRED


def test_two_who_sign_at_the_same_moment_are_sealed_by_the_worker_without_an_alarm(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.open_order(1)
    signoff = ask(shop, order, Rule.TOGETHER)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(jan, (1,))
    first, second = (ceremonies.review(one, by=customer(one)) for one in (jan, claire))
    sign(first)
    real, asked = completion._still_to_act, iter([True])
    # Before the transaction of the other one it looked as if somebody else still had to sign.
    monkeypatch.setattr(
        completion, "_still_to_act", lambda *args, **more: next(asked, False) or real(*args, **more)
    )
    sign(second)
    signoff.refresh_from_db()
    assert (signoff.state, signoff.seal_fault) == (State.COMPLETE, NOT_LAST)
    run_all()
    assert not Delivery.objects.filter(key__startswith="notice:seal_pending").exists()
    assert completion.seal_pending("key_missing") == 0
    assert completion.seal_pending(NOT_LAST) == 1
    assert state(signoff) == State.SEALED


def test_a_withdrawn_request_calls_nobody(shop: Shop) -> None:
    signoff = ask(shop, shop.open_order(1), Rule.IN_TURN)
    send(shop, signoff, shop.jan)
    send(shop, signoff, shop.claire)
    requests.withdraw(signoff, by=shop.mara.actor)
    assert followups.call(signoff) == []
    assert not Postponed.objects.exists()
