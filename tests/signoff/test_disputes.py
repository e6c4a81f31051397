"""A customer says that something is wrong: raised, talked over, resolved; nobody signs or invoices meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from paraph.billing import invoices
from paraph.billing.errors import Incomplete, WorkDisputed
from paraph.evidence.models import Entry
from paraph.people.access import Forbidden
from paraph.people.models import Role
from paraph.signoff import ceremonies, disputes, invitations, requests, subjects
from paraph.signoff.approvals import approvals_of
from paraph.signoff.errors import (
    Closed,
    Disputed,
    DisputedAlready,
    NotThere,
    OnlyToRead,
    Resolved,
    SignedMeanwhile,
    Unusable,
)
from paraph.signoff.models import (
    Ask,
    Dispute,
    DisputeMessage,
    DisputeState,
    Invitation,
    Resolution,
    SignOff,
    State,
)
from paraph.work import orders
from paraph.work.guards import ReportRefused
from paraph.work.models import Status
from tests import cast
from tests.billing import bills
from tests.cast import Shop, again, approve, customer, lines, sign

WRONG = "The tyre was new last year."


def raised(invitation: Invitation, numbers: tuple[int, ...] = (2,), **changes: Any) -> Dispute:
    chosen = [one.pk for one in lines(invitation.party.signoff.order) if one.number in numbers]
    said = {"reason": WRONG, "items": chosen, "by": customer(invitation), **changes}
    return disputes.dispute(invitation, **said)


def state(invitation: Invitation) -> str:
    return SignOff.objects.get(pk=invitation.party.signoff_id).state


def settle(shop: Shop, dispute: Dispute, resolution: str = Resolution.EXPLAINED) -> Dispute:
    said: dict[str, Any] = {
        "resolution": resolution,
        "text": "It was not.",
        "by": shop.mara,
        "actor": shop.mara.actor,
    }
    return disputes.resolve(dispute, **said)


def revised(shop: Shop, invitation: Invitation, number: int, **changes: Any) -> None:
    """The shop changes one line."""
    order = orders.load(invitation.party.signoff.order_id)
    draft = again(order)
    draft.items[number - 1].__dict__.update(changes)
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)


def kinds(prefix: str) -> list[str]:
    found = Entry.objects.filter(kind__startswith=prefix).order_by("index")
    return list(found.values_list("kind", flat=True))


def test_S0_34_a_dispute_names_lines_and_what_was_on_the_screen(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(3))
    found = raised(invitation, (1, 3))
    assert (found.numbers, found.state, found.signed) == ([1, 3], DisputeState.OPEN, False)
    assert state(invitation) == State.DISPUTED
    entry = Entry.objects.get(kind="dispute.raised")
    assert entry.content["fact"]["snapshot"] == found.snapshot.digest
    assert WRONG not in bytes(entry.leaf).decode()
    assert entry.fact.personal() == {"reason": WRONG}


def test_S0_34_nobody_decides_reviews_or_signs_while_it_is_disputed(shop: Shop) -> None:
    order = shop.open_order(3)
    invitation, other = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    raised(invitation)
    for one in (invitation, other):
        with pytest.raises(Disputed):
            ceremonies.decide(one, lines(order)[1].pk, "approved", by=customer(one))
        with pytest.raises(Disputed):
            ceremonies.review(one, by=customer(one))
        with pytest.raises(Disputed):
            ceremonies.decline(one, reason="No", by=customer(one))
    with pytest.raises(Disputed):
        sign(ceremony)
    assert not kinds("signature")


def test_S0_34_nobody_is_asked_or_reminded_and_nothing_is_withdrawn_beside_a_dispute(shop: Shop) -> None:
    order = shop.open_order(3)
    invitation = shop.invite(order)
    raised(invitation)
    with pytest.raises(Disputed):
        requests.ask(order, [(shop.claire, Ask.AUTHORISE)], by=shop.mara.actor)
    with pytest.raises(Disputed):
        invitations.remind(invitation, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(Disputed):
        requests.withdraw(invitation.party.signoff, by=shop.mara.actor)


def test_the_same_dispute_twice_is_one_and_another_one_has_to_wait(shop: Shop) -> None:
    order = shop.open_order(3)
    invitation, other = shop.invite(order), shop.invite(order, contact=shop.claire)
    assert raised(invitation) == raised(invitation)
    with pytest.raises(DisputedAlready):
        raised(invitation, reason="And this, too")
    with pytest.raises(DisputedAlready):
        raised(other)
    assert kinds("dispute") == ["dispute.raised"]


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 4001])
def test_a_dispute_needs_a_reason_that_can_be_read(shop: Shop, reason: str) -> None:
    invitation = shop.invite(shop.open_order(1))
    with pytest.raises(Unusable):
        raised(invitation, reason=reason)
    assert state(invitation) == State.OPEN


def test_line_2_lines_of_another_order_are_not_there(shop: Shop) -> None:
    invitation, other = shop.invite(shop.open_order(1)), shop.open_order(1)
    for wrong in (lines(other)[0].pk, uuid4()):
        with pytest.raises(NotThere):
            raised(invitation, items=[wrong])


def test_who_only_reads_does_not_dispute(shop: Shop) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    reader = shop.invite(order, contact=shop.claire, ask=Ask.VIEW)
    with pytest.raises(OnlyToRead):
        raised(reader, ())


@pytest.mark.parametrize("ended", ["declined", "withdrawn"])
def test_what_is_over_is_not_disputed(shop: Shop, ended: str) -> None:
    invitation = shop.invite(shop.open_order(1))
    if ended == "declined":
        ceremonies.decline(invitation, reason="No", by=customer(invitation))
    else:
        requests.withdraw(invitation.party.signoff, by=shop.mara.actor)
    with pytest.raises(Closed):
        raised(invitation, ())


def test_what_was_signed_meanwhile_is_disputed_only_knowingly(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(1))
    approve(invitation, (1,))
    signature = sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(SignedMeanwhile):
        raised(invitation, (1,))
    found = raised(invitation, (1,), signed=True)
    assert (found.snapshot, found.signed) == (signature.snapshot, True)
    assert state(invitation) == State.SEALED


def test_both_sides_talk_and_the_answer_is_the_staffs(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    found = raised(invitation)
    for role in (Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN):
        member = shop.members[role]
        disputes.answer(found, text=f"I am {role}", by=member, actor=member.actor)
    found.refresh_from_db()
    first = found.messages.all()[0]
    assert (found.state, found.answered_at) == (DisputeState.ANSWERED, first.at)
    disputes.add(found, invitation, text="Look again", by=customer(invitation))
    found.refresh_from_db()
    assert found.state == DisputeState.OPEN
    bram = shop.members[Role.BILLER]
    with pytest.raises(Forbidden):
        disputes.answer(found, text="Me, too", by=bram, actor=bram.actor)
    assert found.messages.count() == 4
    assert kinds("dispute")[1:] == ["dispute.answered"] * 3 + ["dispute.continued"]


def test_line_2_a_dispute_of_another_request_is_not_there(shop: Shop) -> None:
    found = raised(shop.invite(shop.open_order(2)))
    stranger = shop.invite(shop.open_order(2), contact=shop.claire)
    with pytest.raises(NotThere):
        disputes.add(found, stranger, text="Hello", by=customer(stranger))
    with pytest.raises(NotThere):
        disputes.take_back(found, stranger, by=customer(stranger))


def test_only_who_raised_it_takes_it_back(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation, other = shop.invite(order), shop.invite(order, contact=shop.claire)
    found = raised(invitation)
    with pytest.raises(NotThere):
        disputes.take_back(found, other, by=customer(other))
    disputes.take_back(found, invitation, by=customer(invitation))
    disputes.take_back(found, invitation, by=customer(invitation))
    assert state(invitation) == State.OPEN
    assert kinds("dispute") == ["dispute.raised", "dispute.resolved"]
    with pytest.raises(Resolved):
        settle(shop, found)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN, Role.BILLER])
def test_only_a_manager_resolves(shop: Shop, role: Role) -> None:
    found = raised(shop.invite(shop.open_order(2)))
    member = shop.members[role]
    with pytest.raises(Forbidden):
        disputes.resolve(found, resolution="explained", text="So", by=member, actor=member.actor)


def test_S1_23_an_explained_dispute_opens_the_request_again_and_the_facts_hold_the_time(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    approve(invitation, (1,))
    found = settle(shop, raised(invitation))
    assert (found.state, found.resolution, found.resolved_by) == ("resolved", "explained", shop.mara)
    assert state(invitation) == State.OPEN
    sign(ceremonies.review(invitation, by=customer(invitation)))
    first, last = Entry.objects.filter(kind__startswith="dispute.").order_by("index")
    assert first.content["fact"]["dispute"] == last.content["fact"]["dispute"] == str(found.pk)
    assert last.at >= first.at
    with pytest.raises(Resolved):
        disputes.answer(found, text="More", by=shop.mara, actor=shop.mara.actor)


def test_S0_34_corrected_wants_a_correction_and_keeps_decisions_on_unchanged_lines(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(3))
    approve(invitation, (1, 2))
    found = raised(invitation)
    with pytest.raises(Unusable):
        settle(shop, found, Resolution.CORRECTED)
    revised(shop, invitation, 2, hourly_rate=100)
    settle(shop, found, Resolution.CORRECTED)
    stand = subjects.standing(orders.load(invitation.party.signoff.order_id))
    assert [stand[str(one.pk)].choice for one in lines(invitation.party.signoff.order)] == [
        "approved",
        "pending",
        "pending",
    ]
    assert kinds("item.cleared") == ["item.cleared"]
    assert state(invitation) == State.OPEN


def test_withdrawn_by_the_shop_ends_the_request_and_the_dispute(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    settle(shop, raised(invitation), Resolution.WITHDRAWN)
    assert state(invitation) == State.WITHDRAWN
    assert kinds("signoff.w") == ["signoff.withdrawn"]


def test_a_signature_is_not_withdrawn(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(1))
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    found = raised(invitation, (), signed=True)
    for wrong in (Resolution.WITHDRAWN, Resolution.TAKEN_BACK, "whatever"):
        with pytest.raises(Unusable):
            settle(shop, found, wrong)
    settle(shop, found)
    assert state(invitation) == State.SEALED


def test_S1_04_disputed_work_is_not_reported_by_any_door(shop: Shop) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    invitation = Invitation.objects.get()
    found = raised(invitation, (), signed=True)
    with pytest.raises(ReportRefused):
        orders.report(order, by=shop.tess.actor)
    with pytest.raises(ReportRefused):
        orders.set_status(order, Status.COMPLETED, by=shop.mara.actor)
    settle(shop, found)
    assert orders.report(order, by=shop.tess.actor).status == Status.COMPLETED


def test_S1_28_nothing_is_drafted_or_issued_for_disputed_work(shop: Shop) -> None:
    bills.ready(shop)
    bram = shop.members[Role.BILLER]
    order = bills.reported(shop)
    invoice = bills.drafted(shop, order)
    other = bills.reported(shop)
    for one in (order, other):
        raised(Invitation.objects.get(party__signoff__order=one), (), signed=True)
    with pytest.raises(WorkDisputed):
        invoices.draft(approvals_of(other)[0], by=bram.actor)
    assert invoices.draft_all(other, by=bram.actor) == []
    with pytest.raises(Incomplete) as refused:
        invoices.issue(invoice, by=bram, actor=bram.actor)
    assert WorkDisputed.sentence in [one.sentence for one in refused.value.problems]
    settle(shop, Dispute.objects.get(signoff__order=order))
    assert invoices.issue(invoice, by=bram, actor=bram.actor).number


def test_a_message_is_counted_only_when_it_says_something(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(2))
    found = raised(invitation)
    for text in ("", " ", "x" * 4001):
        with pytest.raises(Unusable):
            disputes.answer(found, text=text, by=shop.mara, actor=shop.mara.actor)
        with pytest.raises(Unusable):
            disputes.add(found, invitation, text=text, by=customer(invitation))
        with pytest.raises(Unusable):
            disputes.resolve(found, resolution="explained", text=text, by=shop.mara, actor=shop.mara.actor)
    assert not DisputeMessage.objects.exists()
