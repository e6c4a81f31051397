"""The shipped rules, each played through the verbs that trigger it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import translation

from paraph.automation import notices, rules, runner, undelivered, words
from paraph.automation.effects import SetStatus, Tell
from paraph.automation.models import Notice, Run, RunState
from paraph.automation.runner import run_all
from paraph.delivery import body
from paraph.delivery.models import Delivery
from paraph.evidence.facts import FACTS
from paraph.evidence.models import Entry
from paraph.lib import home
from paraph.signoff import ceremonies, completion, disputes, invitations, opting, reading, requests
from paraph.signoff.models import Ask, Rule, State
from paraph.work import comments, orders
from paraph.work.models import Status, WorkOrder
from tests import cast, scans
from tests.attacks.reported import make_capture
from tests.cast import Shop
from tests.scans import Machine

pytestmark = pytest.mark.django_db


def status(order: WorkOrder) -> str:
    return WorkOrder.objects.get(pk=order.pk).status


def run(shop: Shop) -> int:
    done = run_all()
    assert not Run.objects.exclude(state=RunState.DONE).exists()
    return done


def told(kind: str) -> set[str]:
    """The members with a notice of a kind, by first name."""
    return {one.member.user.name.split()[0] for one in Notice.objects.filter(kind=kind)}


def mailed(prefix: str) -> list[Delivery]:
    return list(Delivery.objects.filter(key__startswith=prefix).order_by("to"))


def caused(kind: str) -> list[str]:
    """The kinds of the entries that led to entries of a kind."""
    return [str(one.cause and one.cause.kind) for one in Entry.objects.filter(kind=kind).order_by("index")]


def test_S0_22_an_order_that_waits_for_a_signature_says_so(shop: Shop) -> None:
    order = shop.open_order()
    shop.invite(order)
    run(shop)
    assert status(order) == Status.NEEDS_SIGNATURE
    assert caused("order.status_changed") == ["signoff.requested"]
    assert caused("rule.ran") == ["signoff.requested"]


def test_S1_14_an_order_whose_lines_were_all_decided_and_signed_for_is_approved(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    invitation = shop.invite(order)
    cast.approve(invitation, [1, 2])
    reject(invitation, 3)
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    run(shop)
    assert status(order) == Status.APPROVED
    assert caused("rule.ran")[-1] == "signoff.completed"


def test_S1_14_an_order_with_undecided_lines_is_partly_approved(shop: Shop) -> None:
    order = shop.open_order(lines=4)
    cast.signed(shop, order, [1, 2])
    run(shop)
    assert status(order) == Status.PARTLY_APPROVED


def test_a_withdrawn_request_leaves_the_order_as_it_was_before(shop: Shop) -> None:
    order = shop.open_order(lines=4)
    requests.withdraw(shop.invite(order).party.signoff, by=shop.mara.actor)
    run(shop)
    assert status(order) == Status.OPEN
    cast.signed(shop, order, [1])
    requests.withdraw(shop.invite(order, contact=shop.claire).party.signoff, by=shop.mara.actor)
    run(shop)
    assert status(order) == Status.PARTLY_APPROVED


def test_a_cancelled_order_stays_cancelled(shop: Shop) -> None:
    order = shop.open_order()
    shop.invite(order)
    orders.set_status(order, Status.CANCELLED, by=shop.mara.actor)
    run(shop)
    assert status(order) == Status.CANCELLED
    assert caused("rule.ran") == []


def test_S0_18_managers_and_the_technician_hear_of_a_signature(shop: Shop) -> None:
    cast.signed(shop, shop.open_order(lines=3))
    run(shop)
    assert told("signed") == {"Mara", "Tess"}
    mails = mailed("notice:signed")
    assert {mail.to for mail in mails} == {"mara@vliegwerk.example", "tess@vliegwerk.example"}
    letter = body.unseal(mails[0])
    assert mails[0].subject == "Ticket signed: WO-1001 100-hour inspection"
    assert "Jan Jansen signed (typed). Lines: 1, 2, 3." in letter.text
    assert "/orders/" in letter.html
    facts = [
        one for one in Entry.objects.filter(kind="notice.sent") if one.content["fact"]["notice"] == "signed"
    ]
    assert [len(one.content["fact"]["messages"]) for one in facts] == [2]
    assert {one.message_id for one in mails} == set(facts[0].content["fact"]["messages"])


def test_R10_the_signer_gets_receipt_and_sealed_copy_in_one_mail(shop: Shop) -> None:
    signoff = cast.signed(shop, shop.open_order(lines=3))
    run(shop)
    (receipt,) = mailed("receipt:")
    assert mailed("copy:") == []
    assert receipt.to == "jan@vliegwerk.example"
    files = body.unseal(receipt).attachments
    sealed = signoff.sealed_copy.read()
    assert [one.mime for one in files] == ["application/json", "application/pdf"]
    assert files[1].content == sealed
    assert (
        f"sha256:{signoff.sealed_copy.blob}"
        == Entry.objects.get(kind="copy.sealed").content["fact"]["digest"]
    )


def test_R10_everybody_who_signed_gets_the_sealed_copy_in_the_end(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    first, second = shop.invite(order), shop.invite(order, contact=shop.claire)
    cast.approve(first, [1, 2])
    cast.sign(ceremonies.review(first, by=cast.customer(first)))
    run(shop)
    assert [len(body.unseal(one).attachments) for one in mailed("receipt:")] == [1]
    cast.sign(ceremonies.review(second, by=cast.customer(second)), language="fr")
    run(shop)
    assert [one.to for one in mailed("copy:")] == ["jan@vliegwerk.example"]


def test_a_signer_without_an_address_is_no_fault(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=1), contact=shop.lotte)
    cast.approve(invitation, [1])
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    run(shop)
    assert mailed("receipt:") == []
    assert told("signed") == {"Mara", "Tess"}


def test_F20_a_pending_seal_is_told_and_the_copy_follows_by_mail(shop: Shop) -> None:
    with seal_key_gone():
        signoff = cast.signed(shop, shop.open_order(lines=3))
        run(shop)
    assert signoff.state == State.COMPLETE
    assert told("seal_pending") == {"Mara"}
    assert [one.mime for one in body.unseal(mailed("receipt:")[0]).attachments] == ["application/json"]
    assert completion.seal_pending() == 1
    run(shop)
    (copy,) = mailed("copy:")
    assert copy.to == "jan@vliegwerk.example"
    assert (
        body.unseal(copy).attachments[0].content
        == type(signoff).objects.get(pk=signoff.pk).sealed_copy.read()
    )


def test_S3_31_a_customers_comment_is_told_and_one_of_staff_is_not(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    order = invitation.party.signoff.order
    comments.add(order, None, text="Well seen", by=shop.tess.actor)
    run(shop)
    assert told("commented") == set()
    comments.add(order, cast.lines(order)[0], text="<b>Why</b> so dear?", by=cast.customer(invitation))
    run(shop)
    assert told("commented") == {"Mara", "Tess"}
    letter = body.unseal(mailed("notice:commented")[0])
    assert "<b>Why</b> so dear?" in letter.text
    assert "<b>Why" not in letter.html


def test_S3_25_a_rejected_line_is_told_in_the_app_only(shop: Shop) -> None:
    reject(shop.invite(shop.open_order()), 2)
    run(shop)
    assert told("rejected") == {"Mara", "Tess"}
    assert mailed("notice:rejected") == []


def test_decision_2_a_customer_who_needs_a_new_link_is_heard(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order())
    invitations.ask_renewal(invitation, by=cast.customer(invitation))
    run(shop)
    assert told("renewal") == {"Mara"}
    assert [mail.to for mail in mailed("notice:renewal")] == ["mara@vliegwerk.example"]


def test_F17_a_mail_that_never_arrived_is_told(shop: Shop) -> None:
    order = shop.open_order()
    signoff = requests.ask(order, [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    invitations.send(signoff.parties.get(), view="estimate", by=shop.mara, actor=shop.mara.actor)
    Delivery.objects.update(last_error="SMTPRecipientsRefused: 550 no such user", attempts=1)
    undelivered.record(Delivery.objects.get(to="jan@vliegwerk.example"))
    run(shop)
    assert told("undelivered") == {"Mara"}
    (notice,) = notices.unread(shop.mara).filter(kind="undelivered")
    assert "jan@vliegwerk.example" in notice.text
    assert "550" in notice.text


def test_nobody_is_told_who_left_or_works_elsewhere(shop: Shop, rival: Shop) -> None:
    shop.tess.active = False
    shop.tess.save()
    cast.signed(shop, shop.open_order(lines=3))
    run(shop)
    assert {one.member for one in Notice.objects.filter(kind="signed")} == {shop.mara}


def test_a_notice_is_read_in_the_readers_language_and_once(shop: Shop) -> None:
    order = shop.open_order(lines=3)
    cast.signed(shop, order)
    run(shop)
    (notice,) = notices.unread(shop.mara)
    assert (notice.title, notice.order) == ("Ticket signed", order)
    assert notice.text == "Jan Jansen signed (typed). Lines: 1, 2, 3."
    assert notices.mark_read(shop.mara, order) == 1
    assert notices.mark_read(shop.mara) == 0
    assert not notices.unread(shop.mara).exists()
    assert notices.of(shop.mara).count() == 1


def test_every_rule_waits_for_a_known_fact_and_has_a_name() -> None:
    keys = [rule.key for rule in rules.RULES]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(words.RULES)
    assert {rule.on for rule in rules.RULES} <= set(FACTS)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_every_notice_that_is_mailed_has_a_letter_in_each_language(
    shop: Shop, machine: Machine, language: str
) -> None:
    for member in shop.members.values():
        member.user.language = language
        member.user.save()
    invitation = shop.invite(shop.open_order())
    order = invitation.party.signoff.order
    comments.add(order, None, text="Hello", by=cast.customer(invitation))
    invitations.ask_renewal(invitation, by=cast.customer(invitation))
    done = shop.open_order(lines=1)
    cast.signed(shop, done, [1])
    orders.report(done, by=shop.tess.actor)
    declined = shop.invite(shop.open_order())
    ceremonies.decline(declined, reason="Too dear.", by=cast.customer(declined))
    several = shop.open_order()
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(several, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)
    one = shop.invite(several)
    ceremonies.decline(one, reason="Ask Claire.", by=cast.customer(one))
    opting.opt_out(invitation, by=cast.customer(invitation))
    disputing = shop.invite(shop.open_order())
    dispute = disputes.dispute(disputing, reason="Not done.", by=cast.customer(disputing))
    disputes.add(dispute, disputing, text="Look.", by=cast.customer(disputing))
    disputes.take_back(dispute, disputing, by=cast.customer(disputing))
    with seal_key_gone():
        cast.signed(shop, shop.open_order(lines=3))
    scans.hand_in(shop.invite(shop.open_order(lines=1)), scans.any_scan(1))
    reading.read_due()
    cast.elsewhere(shop, shop.open_order(lines=1), [1])
    make_capture(shop)
    with translation.override("en"):
        run(shop)
    kinds = {one.notice for rule in rules.RULES for one in rule.then if isinstance(one, Tell) and one.mail}
    assert {mail.key.split(":")[1] for mail in mailed("notice:")} == kinds
    assert all(f'lang="{language}"' in body.unseal(mail).html for mail in mailed("notice:"))


def test_S1_04_a_rule_cannot_complete_an_order_without_consent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = rules.Rule("test.done", "comment.added", (SetStatus(lambda occasion: Status.COMPLETED),))
    monkeypatch.setattr(runner, "RULES", (rule,))
    order = shop.open_order(lines=2)
    cast.signed(shop, order, [1])
    comments.add(order, None, text="Done!", by=shop.tess.actor)
    run_all()
    assert status(order) == Status.OPEN
    (failed,) = Entry.objects.filter(kind="rule.failed")
    assert failed.content["fact"]["error"] == "ApprovalMissing"
    run_all()
    assert Entry.objects.filter(kind="rule.failed").count() == 1
    cast.signed(shop, order, [2])
    comments.add(order, None, text="Now!", by=shop.tess.actor)
    run_all()
    assert status(order) == Status.COMPLETED
    assert Entry.objects.filter(kind="order.reported").count() == 1


def changed(shop: Shop, order: WorkOrder, number: int) -> None:
    """The shop changes a line, and the rules run."""
    draft = cast.again(order)
    draft.items[number - 1].__dict__["finding"] += ", worn"
    orders.revise(order, draft, expected=orders.load(order.pk).revision, by=shop.mara.actor)
    run(shop)


def test_X_11_the_status_falls_back_with_what_is_authorised(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    cast.signed(shop, order, [1, 2])
    run(shop)
    assert status(order) == Status.APPROVED
    changed(shop, order, 1)
    assert status(order) == Status.PARTLY_APPROVED
    assert told("superseded") == {"Mara"}
    assert mailed("notice:superseded") == []
    changed(shop, order, 2)
    assert status(order) == Status.NEEDS_SIGNATURE
    shop.invite(order)
    run(shop)
    assert status(order) == Status.NEEDS_SIGNATURE


def test_S1_04_X_11_completed_work_that_loses_its_consent_is_no_longer_completed(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    cast.signed(shop, order, [1, 2])
    orders.report(order, by=shop.tess.actor)
    orders.revise(order, cast.again(order, title="Other words"), expected=1, by=shop.mara.actor)
    run(shop)
    assert status(order) == Status.COMPLETED
    changed(shop, order, 1)
    assert status(order) == Status.PARTLY_APPROVED


def test_a_changed_order_nobody_signed_is_left_alone(shop: Shop) -> None:
    order = shop.open_order(lines=2)
    changed(shop, order, 1)
    assert status(order) == Status.OPEN
    assert caused("rule.ran") == []


def reject(invitation: Any, number: int) -> None:
    line = next(one for one in cast.lines(invitation.party.signoff.order) if one.number == number)
    ceremonies.decide(invitation, line.pk, "rejected", by=cast.customer(invitation))


@contextmanager
def seal_key_gone() -> Iterator[None]:
    """The seal key is moved away, and comes back."""
    path = home.keys() / "seal.key.pem"
    away = path.with_suffix(".away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)
