"""What the customer authorises now, and what still needs consent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.signoff import approvals, ceremonies, subjects
from paraph.signoff.models import State, View
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests.cast import Shop, again, approve, customer, line, lines, sign, signed


def change(shop: Shop, order: WorkOrder, number: int, **fields: Any) -> None:
    """The shop changes fields of one line."""
    draft = again(order)
    draft.items[number - 1].__dict__.update(fields)
    orders.revise(order, draft, expected=WorkOrder.objects.get(pk=order.pk).revision, by=shop.mara.actor)


def decide(invitation: Any, number: int, choice: str) -> None:
    one = next(one for one in lines(invitation.party.signoff.order) if one.number == number)
    ceremonies.decide(invitation, one.pk, choice, by=customer(invitation))


def numbers(order: WorkOrder) -> list[list[int]]:
    return [[one["number"] for one in found.items] for found in approvals.approvals_of(order)]


def left(order: WorkOrder) -> list[tuple[int, str]]:
    return [(one.number, one.reason) for one in approvals.missing(order)]


def test_an_order_nobody_signed_has_no_approval_and_misses_every_line(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    approve(invitation, (1,))
    assert approvals.approvals_of(order) == []
    assert left(order) == [(1, "unsigned"), (2, "undecided")]


def test_an_approval_holds_the_lines_as_they_were_signed_and_who_signed(shop: Shop) -> None:
    order = shop.open_order(3)
    signoff = signed(shop, order, (1, 3))
    (found,) = approvals.approvals_of(order)
    assert (found.signoff, found.at, found.contact_names) == (signoff, signoff.completed_at, ("Jan Jansen",))
    assert [one["number"] for one in found.items] == [1, 3]
    assert found.items[0]["total"] == 33300
    assert found.verified
    assert found.priced
    assert left(order) == [(2, "undecided")]


def test_each_line_belongs_to_the_newest_approval_that_covers_it(shop: Shop) -> None:
    order = shop.open_order(3)
    signed(shop, order, (1, 2))
    change(shop, order, 2, estimated_hours=Decimal(4))
    assert numbers(order) == [[1]]
    assert left(order) == [(2, "changed"), (3, "undecided")]
    signed(shop, order, (2, 3))
    assert numbers(order) == [[1], [2, 3]]
    assert approvals.approvals_of(order)[1].items[0]["labour"]["hours"] == "4"
    assert left(order) == []


def test_a_line_rejected_under_a_signature_is_settled_until_it_changes(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    decide(invitation, 2, "rejected")
    assert left(order) == [(1, "undecided"), (2, "unsigned")]
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    assert left(order) == []
    change(shop, order, 2, estimated_hours=Decimal(1))
    assert left(order) == [(2, "unsigned")]


def test_a_rejection_taken_back_later_is_not_settled(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation = shop.invite(order)
    decide(invitation, 2, "rejected")
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    decide(shop.invite(order), 2, "pending")
    assert left(order) == [(2, "undecided")]


def test_one_of_two_signatures_authorises_nothing(shop: Shop) -> None:
    order = shop.open_order(2)
    invitation, other = shop.invite(order), shop.invite(order, contact=shop.claire)
    approve(invitation, (1, 2))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    assert numbers(order) == []
    assert left(order) == [(1, "unsigned"), (2, "unsigned")]
    sign(ceremonies.review(other, by=customer(other)))
    assert numbers(order) == [[1, 2]]
    assert approvals.approvals_of(order)[0].contact_names == ("Jan Jansen", "Claire Dubois")


def test_S3_04_a_price_is_covered_by_who_saw_it_and_by_nobody_else(shop: Shop) -> None:
    order = shop.open_order(1)
    invitation = shop.invite(order, view=View.AUTHORISATION)
    approve(invitation, (1,))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    (found,) = approvals.approvals_of(order)
    assert not found.priced
    assert "total" not in found.items[0]
    change(shop, order, 1, hourly_rate=9900)
    assert numbers(order) == [[1]]
    change(shop, order, 1, estimated_hours=Decimal(9))
    assert numbers(order) == []


def test_two_signers_with_two_views_both_have_to_be_true(shop: Shop) -> None:
    order = shop.open_order(1)
    priced, unpriced = (
        shop.invite(order),
        shop.invite(order, contact=shop.claire, view=View.AUTHORISATION),
    )
    approve(priced, (1,))
    for one in (priced, unpriced):
        sign(ceremonies.review(one, by=customer(one)))
    (found,) = approvals.approvals_of(order)
    assert found.items[0]["total"] == 33300
    change(shop, order, 1, hourly_rate=9900)
    assert numbers(order) == []
    assert left(order) == [(1, "changed")]


def test_a_line_that_says_again_what_was_signed_is_authorised_again(shop: Shop) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    change(shop, order, 1, finding="Another finding")
    assert numbers(order) == []
    change(shop, order, 1, finding="Finding 1")
    assert numbers(order) == [[1]]


def test_a_rejection_after_the_change_stands_even_when_the_change_is_undone(shop: Shop) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    change(shop, order, 1, estimated_hours=Decimal(9))
    invitation = shop.invite(order)
    decide(invitation, 1, "rejected")
    change(shop, order, 1, estimated_hours=Decimal("2.5"))
    assert numbers(order) == []
    assert left(order) == [(1, "unsigned")]
    decide(invitation, 1, "pending")
    assert numbers(order) == [[1]]


def test_a_changed_line_can_be_decided_and_signed_again(shop: Shop) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    change(shop, order, 1, estimated_hours=Decimal(9))
    invitation = shop.invite(order)
    decide(invitation, 1, "approved")
    (stand,) = subjects.standing(orders.load(order.pk)).values()
    assert (stand.choice, stand.changed, stand.authorised) == ("approved", True, False)
    assert ("hours", "2.5", "9") in [(one.path[-1], one.before, one.after) for one in stand.changes]
    sign(ceremonies.review(invitation, by=customer(invitation)))
    assert numbers(order) == [[1]]


@pytest.mark.parametrize("field", ["title", "notes", "technician"])
def test_words_around_the_work_leave_the_authorisation_alone(shop: Shop, field: str) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    told: dict[str, Any] = {"title": "Another title", "notes": "Bring the key.", "technician": None}
    orders.revise(order, again(order, **{field: told[field]}), expected=1, by=shop.mara.actor)
    assert numbers(order) == [[1]]


@pytest.mark.parametrize("field", ["object_name", "site"])
def test_other_work_is_not_authorised(shop: Shop, field: str) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    told: dict[str, Any] = {"object_name": "PH-ABC", "site": None}
    orders.revise(order, again(order, **{field: told[field]}), expected=1, by=shop.mara.actor)
    assert numbers(order) == []
    assert left(order) == [(1, "changed")]


def test_a_name_that_is_corrected_leaves_the_authorisation_alone(shop: Shop) -> None:
    order = shop.open_order(1)
    signed(shop, order, (1,))
    shop.customer.name = "Aero Club of Vliegwerk"
    shop.customer.save()
    assert numbers(order) == [[1]]


def test_a_new_line_and_a_line_that_is_gone_leave_the_others_alone(shop: Shop) -> None:
    order = shop.open_order(2)
    signed(shop, order, (1, 2))
    draft = again(order)
    orders.revise(order, again(order, items=[draft.items[0], line("New")]), expected=1, by=shop.mara.actor)
    assert numbers(order) == [[1]]
    assert left(order) == [(3, "undecided")]


def test_a_superseded_request_authorises_what_is_unchanged(shop: Shop) -> None:
    order = shop.open_order(2)
    signoff = signed(shop, order, (1, 2))
    change(shop, order, 2, estimated_hours=Decimal(9))
    type(signoff).objects.filter(pk=signoff.pk).update(state=State.SUPERSEDED)
    assert numbers(order) == [[1]]


def test_more_lines_cost_no_more_queries(shop: Shop) -> None:
    counts = []
    for many in (1, 6):
        order = shop.open_order(many)
        signed(shop, order, range(1, many + 1))
        with CaptureQueriesContext(
            connection,
        ) as made:
            approvals.approvals_of(order)
            approvals.missing(order)
        counts.append(len(made))
    assert counts[0] == counts[1]
