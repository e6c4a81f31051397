"""The customer confirms or changes properties before signing (S0-03, S0-12 … S0-14, S0-26, S0-27, decision 5)."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.automation import runner
from paraph.evidence import timeline
from paraph.evidence.facts import CUSTOMER, STAFF
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.signoff import ceremonies, completion, confirming, subjects
from paraph.signoff.errors import (
    AlreadySigned,
    Closed,
    NotConfirmed,
    NotYourTurn,
    OnlyToRead,
    Settled,
    Stale,
    UnusableFields,
)
from paraph.signoff.models import Confirmation, Invitation, Rule, SignOff, State
from paraph.web.shared import changes
from paraph.work import defining, orders, properties
from paraph.work.defining import OptionDraft, PropertyDraft
from paraph.work.models import Property, WorkOrder
from tests import cast
from tests.cast import Shop


class Ticket:
    """An order with an AFE number and a shift to confirm, and a well that is the shop's own."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.afe = shop.define(
            "po_number", "AFE number", names={"nl": "AFE-nummer"}, required=True, editable=True
        )
        options = [OptionDraft("Day", {"nl": "Dag"}), OptionDraft("Night", {"nl": "Nacht"})]
        self.shift = shop.define("choice", "Shift", editable=True, options=options)
        self.well = shop.define("text", "Well")
        self.order = shop.open_order(2)
        properties.set_values(self.order, {self.well.pk: "Delta-7"}, by=shop.mara.actor)
        self.invitation = shop.invite(self.order)

    def confirm(self, invitation: Invitation | None = None, **values: str) -> list[Confirmation]:
        told = {str(getattr(self, name).pk): value for name, value in values.items()}
        asked = invitation or self.invitation
        return confirming.confirm(asked, told, by=cast.customer(asked))

    def review(self, invitation: Invitation | None = None) -> Any:
        asked = invitation or self.invitation
        return ceremonies.review(asked, by=cast.customer(asked))

    def shown(self) -> dict[str, str]:
        """What a page, a paper and a snapshot of now say."""
        told = subjects.present(orders.load(self.order.pk), "estimate")["order"].get("properties", [])
        return {one["name"]: one["value"] for one in told}

    def stored(self) -> dict[str, str]:
        """What the order itself says."""
        return {one.property.name: one.value for one in self.order.property_values.select_related("property")}

    def told(self, audience: Any, language: str = "en") -> str:
        lines = timeline.timeline(
            self.order.organisation_id, self.order.topic, audience=audience, language=language
        )
        return " ".join(one.text for one in lines)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return Ticket(shop)


def test_S0_27_nothing_is_signed_before_what_is_required_is_confirmed(ticket: Ticket) -> None:
    cast.approve(ticket.invitation, [1, 2])
    with pytest.raises(NotConfirmed):
        ticket.review()
    assert [one.definition for one in confirming.missing(ticket.invitation)] == [ticket.afe]
    ticket.confirm(afe="AFE-1")
    assert confirming.missing(ticket.invitation) == []
    assert ticket.review().snapshot.facts["order"]["properties"][0]["value"] == "AFE-1"


def test_S0_13_a_confirmed_value_shows_at_once_and_is_written_back_by_a_rule(ticket: Ticket) -> None:
    made = ticket.confirm(afe="AFE-1", shift="Night")
    assert [(one.before, one.after, one.party_id) for one in made] == [
        ("", "AFE-1", ticket.invitation.party_id),
        ("", "Night", ticket.invitation.party_id),
    ]
    everything = {"AFE number": "AFE-1", "Shift": "Night", "Well": "Delta-7"}
    assert (ticket.shown(), ticket.stored()) == (everything, {"Well": "Delta-7"})
    runner.run_pending(ticket.shop.organisation.log)
    assert (ticket.shown(), ticket.stored()) == (everything, everything)
    fact = Entry.objects.get(kind="property.confirmed")
    assert b"AFE-1" not in bytes(fact.leaf)
    assert b"AFE-1" not in bytes(made[0].sealed)
    assert Entry.objects.filter(kind="property.changed").latest("index").cause == fact


def test_the_write_back_does_not_make_the_customers_own_page_stale(ticket: Ticket) -> None:
    cast.approve(ticket.invitation, [1])
    ticket.confirm(afe="AFE-1")
    ceremony = ticket.review()
    runner.run_all()
    signature = cast.sign(ceremony)
    assert signature.record["subject"]["content"]["order"]["properties"][0]["value"] == "AFE-1"
    runner.run_all()
    signoff = SignOff.objects.get(pk=signature.signoff_id)
    assert signoff.state == State.SEALED
    assert subjects.standing(orders.load(ticket.order.pk))[signature.items[0]].authorised


def test_confirming_the_same_again_changes_nothing(ticket: Ticket) -> None:
    ticket.confirm(afe="AFE-1", shift="")
    assert ticket.confirm(afe="AFE-1") == []
    runner.run_all()
    assert ticket.confirm(afe="AFE-1") == []
    assert Entry.objects.filter(kind="property.confirmed").count() == Confirmation.objects.count() == 1


def test_a_value_that_stood_there_is_confirmed_as_it_is(ticket: Ticket) -> None:
    properties.set_values(ticket.order, {ticket.afe.pk: "AFE-9"}, by=ticket.shop.mara.actor)
    with pytest.raises(NotConfirmed):
        ticket.review()
    (made,) = ticket.confirm(afe="AFE-9")
    assert (made.before, made.after) == ("AFE-9", "AFE-9")
    runner.run_all()
    assert ticket.stored()["AFE number"] == "AFE-9"
    properties.set_values(ticket.order, {ticket.afe.pk: "AFE-10"}, by=ticket.shop.mara.actor)
    assert [one.definition for one in confirming.missing(ticket.invitation)] == [ticket.afe]


def test_S0_14_what_is_not_editable_is_not_looked_at(ticket: Ticket) -> None:
    ticket.confirm(afe="AFE-1", well="Mine")
    assert ticket.shown()["Well"] == "Delta-7"
    defining.archive(ticket.shift, by=ticket.shop.mara, actor=ticket.shop.mara.actor)
    assert ticket.confirm(shift="Day") == []


def test_all_problems_are_told_at_once_and_nothing_is_stored(ticket: Ticket) -> None:
    with pytest.raises(UnusableFields) as refusal:
        ticket.confirm(afe="", shift="Noon")
    assert [one.field for one in refusal.value.problems] == [str(ticket.afe.pk), str(ticket.shift.pk)]
    assert not Confirmation.objects.exists()


def test_the_shop_that_changes_a_value_meanwhile_has_the_last_word(ticket: Ticket) -> None:
    ticket.confirm(afe="AFE-1")
    properties.set_values(ticket.order, {ticket.afe.pk: "AFE-2"}, by=ticket.shop.mara.actor)
    assert ticket.shown()["AFE number"] == "AFE-2"
    runner.run_all()
    assert (ticket.shown()["AFE number"], ticket.stored()["AFE number"]) == ("AFE-2", "AFE-2")
    assert Confirmation.objects.get().written_at is not None


def test_a_value_changed_after_the_review_has_to_be_read_again(ticket: Ticket) -> None:
    cast.approve(ticket.invitation, [1])
    ticket.confirm(afe="AFE-1")
    ceremony = ticket.review()
    ticket.confirm(afe="AFE-2")
    with pytest.raises(Stale) as refusal:
        cast.sign(ceremony)
    (told,) = changes.explain(refusal.value.changes, ceremony.snapshot.facts, "nl")
    assert [(row.what, row.before, row.now) for row in told.rows] == [("AFE-nummer", "AFE-1", "AFE-2")]


def test_a_property_renamed_in_the_settings_is_noticed_too(ticket: Ticket) -> None:
    cast.approve(ticket.invitation, [1])
    ticket.confirm(afe="AFE-1")
    ceremony = ticket.review()
    draft = PropertyDraft("po_number", "AFE", required=True, editable=True)
    defining.put_property(ticket.afe, draft, by=ticket.shop.mara, actor=ticket.shop.mara.actor)
    with pytest.raises(Stale):
        cast.sign(ceremony)


def test_a_new_property_nobody_filled_in_disturbs_nobody(ticket: Ticket) -> None:
    cast.approve(ticket.invitation, [1])
    ticket.confirm(afe="AFE-1")
    ceremony = ticket.review()
    ticket.shop.define("text", "Something new")
    assert cast.sign(ceremony).items


def test_what_was_signed_is_superseded_by_another_value_and_stands_again_with_the_old_one(
    ticket: Ticket,
) -> None:
    cast.approve(ticket.invitation, [1, 2])
    ticket.confirm(afe="AFE-1")
    signature = cast.sign(ticket.review())
    runner.run_all()
    mara = ticket.shop.mara.actor
    properties.set_values(ticket.order, {ticket.shift.pk: "Day"}, by=mara)  # nobody signed for that one
    runner.run_all()
    assert SignOff.objects.get(pk=signature.signoff_id).state == State.SEALED
    properties.set_values(ticket.order, {ticket.afe.pk: "AFE-3"}, by=mara)
    runner.run_all()
    order = orders.load(ticket.order.pk)
    (since,) = changes.since_signed(order, "en")
    assert [(row.what, row.before, row.now) for row in since.lines[0].rows] == [
        ("AFE number", "AFE-1", "AFE-3")
    ]
    assert SignOff.objects.get(pk=signature.signoff_id).state == State.SUPERSEDED
    properties.set_values(ticket.order, {ticket.afe.pk: "AFE-1"}, by=mara)
    runner.run_all()
    assert SignOff.objects.get(pk=signature.signoff_id).state == State.SEALED


def test_after_the_first_signature_details_are_fixed_and_ask_nothing_of_the_next(ticket: Ticket) -> None:
    claire = ticket.shop.invite(ticket.order, contact=ticket.shop.claire)
    cast.approve(ticket.invitation, [1])
    ticket.confirm(afe="AFE-1")
    cast.sign(ticket.review())
    with pytest.raises(Settled):
        ticket.confirm(claire, afe="AFE-2")
    with pytest.raises(AlreadySigned):
        ticket.confirm(afe="AFE-2")
    assert confirming.missing(claire) == []
    assert cast.sign(ticket.review(claire)).items


def test_who_may_not_act_confirms_nothing(ticket: Ticket) -> None:
    reader = ticket.shop.invite(ticket.order, contact=ticket.shop.lotte, ask="view")
    with pytest.raises(OnlyToRead):
        ticket.confirm(reader, afe="AFE-1")
    later = ticket.shop.invite(ticket.order, contact=ticket.shop.claire)
    signoff = ticket.invitation.party.signoff
    SignOff.objects.filter(pk=signoff.pk).update(rule=Rule.IN_TURN)
    later.party.signoff.parties.filter(contact=ticket.shop.claire).update(position=1)
    with pytest.raises(NotYourTurn):
        ticket.confirm(later, afe="AFE-1")
    SignOff.objects.filter(pk=signoff.pk).update(state=State.WITHDRAWN)
    with pytest.raises(Closed):
        ticket.confirm(afe="AFE-1")
    assert not Confirmation.objects.exists()


def test_old_and_new_stand_in_both_timelines_in_the_readers_language(ticket: Ticket) -> None:
    ticket.confirm(afe="AFE-1", shift="Day")
    runner.run_all()
    ticket.confirm(afe="AFE-2", shift="Night")
    for audience in (CUSTOMER, STAFF):
        told = ticket.told(audience)
        assert "Jan Jansen confirmed: AFE number: AFE-1; Shift: Day." in told
        assert "AFE number: AFE-2 (before: AFE-1); Shift: Night (before: Day)." in told
    assert "AFE-nummer: AFE-2" in ticket.told(CUSTOMER, "nl")
    assert "Nacht" in ticket.told(CUSTOMER, "nl")


def test_the_paper_shows_the_confirmed_values(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def render(kind: str, paper: Any, **_: Any) -> bytes:
        seen.append(paper)
        return b"%PDF"

    monkeypatch.setattr(completion, "render", render)
    ticket.confirm(afe="AFE-1")
    completion.printed(orders.load(ticket.order.pk), "estimate", "nl")
    assert seen[0]["details"] == [
        {"name": "AFE-nummer", "value": "AFE-1"},
        {"name": "Well", "value": "Delta-7"},
    ]


def test_the_mark_is_one_query_and_knows_of_confirmations(
    ticket: Ticket, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        before = subjects.mark(ticket.order.pk)
    ticket.confirm(afe="AFE-1")
    between = subjects.mark(ticket.order.pk)
    Property.objects.filter(pk=ticket.well.pk).update(changed_at=clock.now())
    assert len({before, between, subjects.mark(ticket.order.pk)}) == 3
    assert WorkOrder.objects.get(pk=ticket.order.pk).revision == 2
