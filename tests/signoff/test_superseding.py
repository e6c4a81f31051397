"""A change after the signature: superseded, told once, asked again for the difference alone (decision 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from paraph.automation.runner import run_pending
from paraph.evidence.models import Entry
from paraph.sealing.errors import KeyMissing
from paraph.signoff import approvals, ceremonies, completion, subjects, superseding
from paraph.signoff.errors import Closed, Outdated, Stale
from paraph.signoff.models import SealedCopy, SignOff, State
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests.cast import Shop, again, approve, customer, line, sign, signed
from tests.signoff.test_approvals import change, decide

pytestmark = pytest.mark.slow


def state(signoff: SignOff) -> str:
    return SignOff.objects.get(pk=signoff.pk).state


def told(kind: str = "signoff.superseded") -> list[Any]:
    """What was recorded of it: numbers of lines, or True where the order itself changed."""
    found = [one.content["fact"] for one in Entry.objects.filter(kind=kind).order_by("index")]
    return [[*one.get("numbers", []), *([True] if one.get("whole") else [])] for one in found]


def judge(order: WorkOrder) -> None:
    superseding.judge(order.pk)


def test_X_11_a_changed_line_supersedes_the_signature_and_keeps_the_sealed_copy(shop: Shop) -> None:
    order = shop.open_order(2)
    signoff = signed(shop, order, (1, 2))
    before = SealedCopy.objects.get(signoff=signoff).read()
    change(shop, order, 2, estimated_hours=Decimal(9))
    assert state(signoff) == State.SEALED
    run_pending(shop.organisation.log)
    assert state(signoff) == State.SUPERSEDED
    assert told() == [[2]]
    entry = Entry.objects.get(kind="signoff.superseded")
    assert entry.cause
    assert entry.cause.kind == "order.revised"
    assert SealedCopy.objects.get(signoff=signoff).read() == before
    assert signoff.signatures.count() == 1


def test_each_change_is_told_once_however_often_it_is_judged(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    change(shop, order, 2, estimated_hours=Decimal(9))
    judge(order)
    judge(order)
    assert told() == [[2]]
    change(shop, order, 1, estimated_hours=Decimal(9))
    judge(order)
    change(shop, order, 1, estimated_hours=Decimal(10))
    judge(order)
    assert told() == [[2], [1], [1]]


@pytest.mark.parametrize(
    "changes",
    [{"title": "Other"}, {"notes": "Bring the key"}, {"technician": None}, {"contacts": []}],
    ids=["title", "notes", "technician", "contacts"],
)
def test_what_was_not_agreed_supersedes_nothing(shop: Shop, changes: dict[str, Any]) -> None:
    order = shop.open_order(1)
    signoff = signed(shop, order, (1,))
    orders.revise(order, again(order, **changes), expected=1, by=shop.mara.actor)
    judge(order)
    assert state(signoff) == State.SEALED
    assert told() == []


def test_a_new_line_and_a_line_nobody_signed_for_supersede_nothing(shop: Shop) -> None:
    order = shop.open_order(2)
    signoff = signed(shop, order, (1,))
    change(shop, order, 2, estimated_hours=Decimal(9))
    draft = again(order)
    orders.revise(order, again(order, items=[*draft.items, line("New")]), expected=2, by=shop.mara.actor)
    judge(order)
    assert state(signoff) == State.SEALED


def test_actual_hours_supersede_nothing(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = signed(shop, order, (1,))
    orders.report(order, by=shop.tess.actor, hours={order.items.get().pk: Decimal(9)})
    judge(order)
    assert state(signoff) == State.SEALED


def test_a_line_that_is_gone_supersedes_and_the_rest_stays_authorised(shop: Shop) -> None:
    order = shop.open_order(2)
    signoff = signed(shop, order, (1, 2))
    orders.revise(order, again(order, items=again(order).items[:1]), expected=1, by=shop.mara.actor)
    judge(order)
    assert state(signoff) == State.SUPERSEDED
    assert told() == [[2]]
    (approval,) = approvals.approvals_of(order)
    assert [one["number"] for one in approval.items] == [1]
    (difference,) = superseding.differences(orders.load(order.pk))
    assert [(one.path[2:], one.after) for one in difference.changes] == [((), None)]


def test_another_object_supersedes_the_whole(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = signed(shop, order, (1,))
    orders.revise(order, again(order, object_name="PH-ABC"), expected=1, by=shop.mara.actor)
    judge(order)
    assert state(signoff) == State.SUPERSEDED
    assert told() == [[True]]
    assert approvals.approvals_of(order) == []


def test_an_order_that_says_again_what_was_signed_restores_the_signature(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = signed(shop, order, (1,))
    for finding in ("Other", "Finding 1"):
        change(shop, order, 1, finding=finding)
        judge(order)
    assert state(signoff) == State.SEALED
    assert len(told("signoff.restored")) == 1
    signoff.refresh_from_db()
    assert (signoff.changed, signoff.superseded_at) == ({}, None)


def test_asking_again_covers_the_difference_only(shop: Shop) -> None:
    order = shop.open_order(3)
    first = signed(shop, order, (1, 2, 3))
    change(shop, order, 2, estimated_hours=Decimal(4))
    judge(order)
    invitation = shop.invite(order)
    approve(invitation, (2,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    lines = ceremony.snapshot.facts["items"]
    assert [one["authorised"] for one in lines] == [True, False, True]
    assert ceremony.snapshot.facts["sums"]["approved"]["net"] == 4 * 8500 + 12050
    signature = sign(ceremony)
    assert signature.items == [lines[1]["id"]]
    found = approvals.approvals_of(order)
    assert [[one["number"] for one in approval.items] for approval in found] == [[1, 3], [2]]
    judge(order)
    assert state(first) == State.SUPERSEDED
    assert told() == [[2]]


def test_a_line_signed_for_again_belongs_to_the_newer_signature(shop: Shop) -> None:
    order = shop.open_order(2)
    first = signed(shop, order, (1, 2))
    change(shop, order, 2, estimated_hours=Decimal(4))
    judge(order)
    second = signed(shop, order, (2,))
    change(shop, order, 2, estimated_hours=Decimal("2.5"))
    judge(order)
    # What the first one says of line 2 holds no more, though the order says it again: the customer signed otherwise.
    assert [state(one) for one in (first, second)] == [State.SUPERSEDED, State.SUPERSEDED]
    assert [one.content["fact"]["signoff"] for one in Entry.objects.filter(kind="signoff.superseded")] == [
        str(first.pk),
        str(second.pk),
    ]
    (approval,) = approvals.approvals_of(order)
    assert [one["number"] for one in approval.items] == [1]


def test_a_change_is_told_of_the_newest_signature_for_a_line_and_of_no_older_one(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    change(shop, order, 2, estimated_hours=Decimal(4))
    judge(order)
    second = signed(shop, order, (2,))
    change(shop, order, 2, estimated_hours=Decimal(5))
    judge(order)
    facts = [one.content["fact"] for one in Entry.objects.filter(kind="signoff.superseded").order_by("index")]
    assert len(facts) == 2
    assert facts[1]["signoff"] == str(second.pk)


def test_a_seal_that_was_pending_is_made_and_then_compared(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise KeyMissing("seal.key.pem is missing")

    order = shop.open_order(1)
    with monkeypatch.context() as patched:
        patched.setattr(completion, "keyset", missing)
        signoff = signed(shop, order, (1,))
    assert state(signoff) == State.COMPLETE
    change(shop, order, 1, estimated_hours=Decimal(9))
    judge(order)
    assert state(signoff) == State.COMPLETE
    assert approvals.approvals_of(order) == []
    assert completion.seal_pending() == 1
    assert state(signoff) == State.SUPERSEDED
    assert told() == [[1]]
    assert SealedCopy.objects.filter(signoff=signoff).exists()


def test_S3_04_a_reader_without_prices_learns_no_price(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    change(shop, order, 1, hourly_rate=9900)
    change(shop, order, 2, hourly_rate=9900, estimated_hours=Decimal(3))
    (difference,) = superseding.differences(orders.load(order.pk), priced=False)
    assert [one.path[2:] for one in difference.changes] == [("labour", "hours")]
    assert sorted(difference.numbers(list(difference.now))) == [1, 2]


def test_X_12_what_was_reviewed_before_the_change_cannot_be_signed(shop: Shop) -> None:
    order = shop.open_order(1)
    invitation = shop.invite(order)
    approve(invitation, (1,))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    change(shop, order, 1, estimated_hours=Decimal(9))
    with pytest.raises(Stale):
        sign(ceremony)
    assert not SignOff.objects.exclude(state=State.OPEN).exists()


def test_two_people_never_sign_one_document_for_different_things(shop: Shop) -> None:
    order = shop.open_order(1)
    jan, claire = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(jan, (1,))
    sign(ceremonies.review(jan, by=customer(jan)))
    change(shop, order, 1, estimated_hours=Decimal(9))
    with pytest.raises(Outdated):
        ceremonies.review(claire, by=customer(claire))
    run_pending(shop.organisation.log)
    assert state(jan.party.signoff) == State.SUPERSEDED
    assert told() == [[1]]
    assert approvals.approvals_of(order) == []
    with pytest.raises(Closed):
        ceremonies.review(claire, by=customer(claire))
    fresh = shop.invite(order)
    assert fresh.party.signoff_id != jan.party.signoff_id
    decide(fresh, 1, "approved")
    sign(ceremonies.review(fresh, by=customer(fresh)))
    assert approvals.missing(order) == []


def test_the_document_printed_of_a_changed_order_bears_no_superseded_signature(shop: Shop) -> None:
    order = shop.open_order(1)
    signoff = signed(shop, order, (1,))
    change(shop, order, 1, estimated_hours=Decimal(9))
    judge(order)
    signoff.refresh_from_db()
    paper = completion.printed(orders.load(order.pk), "estimate", "en", signoff=signoff)
    assert paper != signoff.sealed_copy.read()
    assert b"record.json" not in paper


def test_the_mark_of_a_page_changes_with_the_order(shop: Shop) -> None:
    order = shop.open_order(1)
    before = subjects.mark(order.pk)
    change(shop, order, 1, estimated_hours=Decimal(9))
    assert subjects.mark(order.pk) != before
