"""The service report: what was done, accepted by the customer (S1-06, S1-18); docs/decisions/0032."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from paraph.lib import canonical
from paraph.signoff import approvals, ceremonies, consent, in_person, requests, subjects, superseding
from paraph.signoff.errors import HoursMissing, NothingToAsk, NotThere, OtherRequest, Stale, Undecided
from paraph.signoff.models import Ask, Policy, Rule, SignOff, State, View
from paraph.work import checklists, orders, photos
from paraph.work.guards import ApprovalMissing, ReportRefused
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop, accepted, again, approve, customer, lines, sign, signed, worked
from tests.paperwork import photo

VECTORS = Path(__file__).parents[1] / "vectors"


def show_prices(shop: Shop) -> None:
    """The organisation's reports have prices in them."""
    Policy.objects.update_or_create(organisation=shop.organisation, kind=None, defaults={"prices": True})


def stand(order: WorkOrder, view: str = "") -> list[tuple[str, bool, bool]]:
    found = subjects.standing(orders.load(order.pk), view)
    return [(one.choice, one.authorised, one.settled) for one in found.values()]


def numbers(order: WorkOrder) -> list[tuple[bool, list[int]]]:
    return [
        (one.signoff.of_report, [item["number"] for item in one.items])
        for one in approvals.approvals_of(order)
    ]


def test_S1_18_a_report_tells_tasks_parts_and_the_hours_worked_and_no_money(shop: Shop) -> None:
    order = worked(shop, shop.open_order(2), "3.25", "0")
    told = subjects.present(orders.load(order.pk), View.REPORT)
    assert told["view"] == "report"
    assert "sums" not in told
    assert [one["labour"] for one in told["items"]] == [
        {"code": "32-40", "hours": "3.25"},
        {"code": "32-40", "hours": "0"},
    ]
    assert told["items"][0]["parts"] == [{"name": "Tyre", "number": "156E66", "quantity": "1"}]
    assert told["items"][0]["action"] == "Replace and test."


def test_with_prices_the_sums_are_those_of_the_hours_worked(shop: Shop) -> None:
    show_prices(shop)
    order = worked(shop, shop.open_order(1), "3")
    told = subjects.present(orders.load(order.pk), View.REPORT)
    assert told["items"][0]["labour"] == {"code": "32-40", "hours": "3", "rate": 8500, "total": 25500}
    assert told["items"][0]["total"] == 25500 + 12050
    assert told["sums"]["all"] == {
        "net": 37550,
        "taxes": [{"rate": "21", "net": 37550, "tax": 7886}],
        "gross": 45436,
    }


def test_hours_nobody_recorded_are_null_and_never_a_figure(shop: Shop) -> None:
    show_prices(shop)
    told = subjects.present(orders.load(shop.open_order(1).pk), View.REPORT)
    assert told["items"][0]["labour"]["hours"] is None
    assert told["items"][0]["total"] == 12050  # what can be told so far: the part


def test_a_report_cannot_be_asked_for_before_the_hours_are_recorded(shop: Shop) -> None:
    order = worked(shop, shop.open_order(3), "3")
    draft = again(order)
    draft.items[0].__dict__["actual_hours"] = draft.items[2].__dict__["actual_hours"] = None
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)
    with pytest.raises(HoursMissing) as refusal:
        shop.invite(order, view=View.REPORT)
    assert str(refusal.value) == "Report the hours first: lines 1, 3 have none."
    assert not SignOff.objects.exists()
    worked(shop, order, "0")
    invitation = shop.invite(order, view=View.REPORT)
    ceremonies.approve_all(invitation, by=customer(invitation))
    now = WorkOrder.objects.get(pk=order.pk)
    orders.revise(now, again(order, items=draft.items), expected=now.revision, by=shop.mara.actor)
    with pytest.raises(HoursMissing):
        ceremonies.review(invitation, by=customer(invitation))


def test_S1_14_S1_20_a_signed_report_authorises_the_work_with_the_hours_worked(shop: Shop) -> None:
    order = worked(shop, shop.open_order(2), "4")
    accepted(shop, order)
    assert stand(order) == stand(order, View.REPORT) == [("approved", True, False)] * 2
    (found,) = approvals.approvals_of(order)
    assert (found.priced, [one["labour"]["hours"] for one in found.items]) == (False, ["4", "4"])
    assert orders.report(order, by=shop.tess.actor).status == Status.COMPLETED


def test_an_earlier_yes_to_the_estimate_is_no_acceptance_of_the_work(shop: Shop) -> None:
    order = worked(shop, shop.open_order(2), "3")
    estimate = signed(shop, order, (1, 2))
    assert stand(order) == [("approved", True, False)] * 2
    assert stand(order, View.REPORT) == [("pending", False, False)] * 2
    invitation = shop.invite(order, view=View.REPORT)
    approve(invitation, (1,))
    assert stand(order, View.REPORT) == [("approved", False, False), ("pending", False, False)]
    assert stand(order) == [("approved", True, False)] * 2  # nothing is signed yet
    with pytest.raises(Undecided) as refusal:
        ceremonies.review(invitation, by=customer(invitation))
    assert str(refusal.value) == "Decide about line 2 first: approve or reject it."
    ceremonies.approve_all(invitation, by=customer(invitation))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    assert numbers(order) == [(True, [1, 2])]
    superseding.judge(order.pk)
    assert SignOff.objects.get(pk=estimate.pk).state == State.SEALED  # it was not replaced, but fulfilled
    with pytest.raises(NothingToAsk):
        shop.invite(order, view=View.REPORT)


def test_a_line_refused_in_a_signed_report_is_neither_approved_nor_missing(shop: Shop) -> None:
    order = worked(shop, shop.open_order(2), "3")
    signed(shop, order, (1, 2))
    accepted(shop, order, refused=(2,))
    assert numbers(order) == [(True, [1])]
    assert approvals.missing(order) == []
    assert [one.refused for one in subjects.standing(orders.load(order.pk)).values()] == [False, True]


def test_lines_rejected_before_the_work_are_not_in_the_report(shop: Shop) -> None:
    order = worked(shop, shop.open_order(2), "3")
    invitation = shop.invite(order)
    ceremonies.decide(invitation, lines(order)[1].pk, "rejected", by=customer(invitation))
    ceremonies.approve_all(invitation, by=customer(invitation))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    draft = again(order)
    draft.items[1].__dict__["actual_hours"] = None  # nobody worked on it, so no hours are asked for
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)
    invitation = shop.invite(order, view=View.REPORT)
    assert [one["number"] for one in subjects.present(orders.load(order.pk), View.REPORT)["items"]] == [1]
    with pytest.raises(NotThere):
        ceremonies.decide(invitation, lines(order)[1].pk, "approved", by=customer(invitation))


@pytest.mark.parametrize("what", ["hours", "parts"])
def test_what_was_done_changes_after_the_report_was_signed(shop: Shop, what: str) -> None:
    order = worked(shop, shop.open_order(2), "3")
    estimate, report = signed(shop, order, (1, 2)), accepted(shop, order)
    draft = again(order)
    if what == "hours":
        draft.items[0].__dict__["actual_hours"] = Decimal(5)
    else:
        draft.items[0].__dict__["parts"] = [*draft.items[0].parts, orders.PartDraft("Tube")]
    orders.revise(order, draft, expected=order.revision, by=shop.mara.actor)
    superseding.judge(order.pk)
    report.refresh_from_db()
    assert (report.state, list(report.changed)) == (State.SUPERSEDED, [str(lines(order)[0].pk)])
    assert numbers(order) == [(True, [2])]
    estimate.refresh_from_db()
    assert estimate.state == (State.SEALED if what == "hours" else State.SUPERSEDED)
    accepted(shop, order)
    assert numbers(order) == [(True, [2]), (True, [1])]


def test_other_hours_written_while_reporting_are_not_what_was_signed(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    accepted(shop, order)
    (line,) = lines(order)
    with pytest.raises(ApprovalMissing):
        orders.report(order, by=shop.tess.actor, hours={line.pk: Decimal(4)})
    assert lines(order)[0].actual_hours == 3
    assert orders.report(order, by=shop.tess.actor, hours={line.pk: Decimal(3)}).status == Status.COMPLETED


def test_I11_hours_changed_without_a_revision_make_the_review_stale(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    invitation = shop.invite(order, view=View.REPORT)
    ceremonies.approve_all(invitation, by=customer(invitation))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    lines(order)[0].__class__.objects.filter(order=order).update(actual_hours=Decimal(9))
    with pytest.raises(Stale):
        sign(ceremony)


def test_S1_04_work_is_not_completed_while_its_report_waits(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    signed(shop, order, (1,))
    invitation = shop.invite(order, view=View.REPORT)
    with pytest.raises(ReportRefused, match="waits for the customer"):
        orders.report(order, by=shop.tess.actor)
    requests.withdraw(invitation.party.signoff, by=shop.mara.actor)
    assert orders.report(order, by=shop.tess.actor).status == Status.COMPLETED


def test_asking_for_a_report_takes_the_place_of_an_estimate_nobody_signed(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    estimate = shop.invite(order).party.signoff
    report = shop.invite(order, view=View.REPORT).party.signoff
    estimate.refresh_from_db()
    assert (estimate.state, report.state, report.of_report) == (State.WITHDRAWN, State.OPEN, True)
    with pytest.raises(OtherRequest, match="withdraw that request first"):
        shop.invite(order)
    report.refresh_from_db()
    assert report.state == State.OPEN


def test_a_report_does_not_take_the_place_of_what_somebody_signed(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    requests.ask(order, asks, by=shop.mara.actor, rule=Rule.TOGETHER)
    invitation = shop.invite(order)
    ceremonies.approve_all(invitation, by=customer(invitation))
    sign(ceremonies.review(invitation, by=customer(invitation)))
    with pytest.raises(OtherRequest, match="Somebody has signed"):
        shop.invite(order, contact=shop.claire, view=View.REPORT)


def test_S1_34_asked_on_site_somebody_else_signs_the_report_though_an_estimate_was_mailed(shop: Shop) -> None:
    order = worked(shop, shop.open_order(1), "3")
    estimate = shop.invite(order).party.signoff
    told: dict[str, Any] = {"device": "a phone", "by": shop.tess, "actor": shop.tess.actor}
    asked = in_person.invite(order, shop.claire, **told)
    estimate.refresh_from_db()
    assert (estimate.state, asked.view, asked.party.signoff.of_report) == (State.WITHDRAWN, View.REPORT, True)
    with pytest.raises(in_person.OthersAsked):
        in_person.invite(order, shop.jan, **told)


def test_S1_16_S1_31_the_statement_names_neither_lines_nor_money_and_the_record_says_what_it_means(
    shop: Shop,
) -> None:
    order = worked(shop, shop.open_order(2), "3")
    signoff = accepted(shop, order, refused=(2,))
    (signature,) = signoff.signatures.all()
    told = signature.record
    assert told["meaning"] == {"code": "accept", "text": "Acceptance of the work done"}
    assert told["consent"]["digest"] == consent.of_report(order.number, "Vliegwerk", "en").digest
    assert told["consent"]["sentence"] == (
        f"I have read service report {order.number} of Vliegwerk. I accept the work reported in it, but for the "
        "lines I refused, and I agree to sign electronically."
    )
    assert [one["signed_for"] for one in told["decisions"]] == [True, False]
    assert canonical.digest(told["subject"]["content"]) == told["subject"]["digest"]


def test_S1_17_S1_29_photos_and_the_confirmed_checklist_are_in_the_report_and_signed_with_it(
    shop: Shop,
) -> None:
    order = worked(shop, shop.open_order(1), "3")
    (line,) = lines(order)
    picture = photos.add(order, photo(), item=line, caption="Old tyre", by=shop.tess, actor=shop.tess.actor)
    keys = [one.key for one in checklists.of(order)]
    checklists.confirm(order, keys, by=shop.tess, actor=shop.tess.actor)
    told = subjects.present(orders.load(order.pk), View.REPORT)
    assert told["photos"] == [
        {"digest": f"sha256:{picture.blob}", "item": str(line.pk), "caption": "Old tyre"}
    ]
    assert told["checklist"] == [{"key": "installed", "texts": {}}]
    assert not {"photos", "checklist"} & set(subjects.present(orders.load(order.pk), View.ESTIMATE))
    invitation = shop.invite(order, view=View.REPORT)
    ceremonies.approve_all(invitation, by=customer(invitation))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    photos.remove(picture, by=shop.tess, actor=shop.tess.actor)
    with pytest.raises(Stale):
        sign(ceremony)


@pytest.mark.parametrize("name", ["plain", "priced"])
def test_I10_the_frozen_examples_say_what_a_phone_has_to_make(name: str) -> None:
    found = json.loads((VECTORS / f"report_{name}.json").read_text())
    given = dict(found["input"])
    content = subjects.compose(given.pop("order"), **given)
    assert content == found["content"]
    assert canonical.digest(content) == found["digest"]
