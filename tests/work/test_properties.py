"""Properties of an organisation's own: defined by managers, said by orders, changed with a revision and a fact."""

from __future__ import annotations

from typing import Any

import pytest

from paraph.evidence import timeline
from paraph.evidence.facts import CUSTOMER, STAFF
from paraph.evidence.models import Entry
from paraph.people import access
from paraph.work import defining, orders, properties
from paraph.work.defining import OptionDraft, PropertyDraft
from paraph.work.models import Property, WorkOrder
from paraph.work.property_values import Unfit
from tests.cast import Shop, again


def said(order: WorkOrder) -> dict[str, str]:
    told = orders.describe(orders.load(order.pk)).get("properties", [])
    return {one["name"]: one["value"] for one in told}


def test_an_order_without_properties_says_what_it_always_said(shop: Shop) -> None:
    order = shop.open_order(1)
    shop.define("text", "Well")
    told = orders.describe(orders.load(order.pk))
    assert "properties" not in told
    assert "kind" not in told


def test_S0_09_values_are_set_changed_and_taken_away_each_with_a_revision_and_a_fact(shop: Shop) -> None:
    order, well, tonnes = (
        shop.open_order(1),
        shop.define("text", "Well"),
        shop.define("number", "Sand", unit="t"),
    )
    order = properties.set_values(
        order, {well.pk: "Delta-7", tonnes.pk: "12.5"}, by=shop.mara.actor, expected=1
    )
    assert (order.revision, said(order)) == (2, {"Well": "Delta-7", "Sand": "12.5"})
    order = properties.set_values(order, {well.pk: "Delta-7"}, by=shop.mara.actor)
    assert order.revision == 2
    order = properties.set_values(order, {well.pk: "", tonnes.pk: "13"}, by=shop.mara.actor, expected=2)
    assert (order.revision, said(order)) == (3, {"Sand": "13"})
    first, second = Entry.objects.filter(kind="property.changed").order_by("index")
    assert b"Delta" not in bytes(first.leaf)
    assert second.content["fact"] == {"properties": [str(well.pk), str(tonnes.pk)], "revision": 3}
    assert timeline.line(second).text.endswith(
        "changed the order (revision 3). Well: nothing (before: Delta-7); Sand: 13\u00a0t (before: 12.5\u00a0t)."
    )


def test_a_stale_or_unfit_value_changes_nothing(shop: Shop, rival: Shop) -> None:
    order, sand = shop.open_order(1), shop.define("number", "Sand")
    foreign = rival.define("text", "Theirs")
    for values, expected, problem in (
        ({sand.pk: "12"}, 7, orders.StaleOrder),
        ({sand.pk: "12,5"}, 1, Unfit),
        ({foreign.pk: "x"}, 1, KeyError),
    ):
        with pytest.raises(problem):
            properties.set_values(order, values, by=shop.mara.actor, expected=expected)
    assert said(order) == {}
    assert not Entry.objects.filter(kind="property.changed").exists()


def test_properties_belong_to_kinds_of_order_and_a_value_stays_where_it_is(shop: Shop) -> None:
    ticket, other = shop.kind("Field ticket"), shop.kind("Repair")
    well, note = shop.define("text", "Well", kinds=[ticket]), shop.define("text", "Note")
    order = shop.open_order(1, kind=ticket)
    assert [one.definition for one in properties.of(order)] == [well, note]
    assert [one.definition for one in properties.of(shop.open_order(1))] == [note]
    properties.set_values(order, {well.pk: "Delta-7"}, by=shop.mara.actor)
    order = orders.revise(order, again(order, kind=other), expected=2, by=shop.mara.actor)
    assert said(order) == {"Well": "Delta-7"}
    fact = Entry.objects.get(kind="order.revised").content["fact"]
    assert fact["changes"] == [{"path": ["kind"], "before": str(ticket.pk), "after": str(other.pk)}]


def test_properties_are_read_with_the_same_queries_for_many(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    order = shop.open_order(1)
    made = [shop.define("text", f"P {number}") for number in range(12)]
    properties.set_values(order, {one.pk: "x" for one in made}, by=shop.mara.actor)
    with django_assert_num_queries(6):
        assert len(properties.of(orders.load(order.pk))) == 12


def test_who_may_not_change_settings_defines_nothing(shop: Shop) -> None:
    draft, made = PropertyDraft("text", "Well"), shop.define("text", "Sand")
    for verb in (
        lambda: defining.put_property(None, draft, by=shop.tess, actor=shop.tess.actor),
        lambda: defining.put_kind(None, name="x", names={}, by=shop.tess, actor=shop.tess.actor),
        lambda: defining.archive(made, by=shop.tess, actor=shop.tess.actor),
        lambda: defining.restore(made, by=shop.tess, actor=shop.tess.actor),
        lambda: defining.delete(made, by=shop.tess, actor=shop.tess.actor),
        lambda: defining.arrange(Property, [made.pk], by=shop.tess, actor=shop.tess.actor),
    ):
        with pytest.raises(access.Forbidden):
            verb()
    assert list(Property.objects.values_list("name", "archived_at")) == [("Sand", None)]


def test_a_property_that_was_ever_used_is_archived_never_deleted_and_keeps_its_type(shop: Shop) -> None:
    order, well = shop.open_order(1), shop.define("text", "Well")
    properties.set_values(order, {well.pk: "Delta-7"}, by=shop.mara.actor)
    properties.set_values(order, {well.pk: ""}, by=shop.mara.actor)
    well.refresh_from_db()
    with pytest.raises(defining.InUse):
        defining.delete(well, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(defining.Undefinable, match="type"):
        defining.put_property(well, PropertyDraft("number", "Well"), by=shop.mara, actor=shop.mara.actor)
    properties.set_values(order, {well.pk: "Delta-8"}, by=shop.mara.actor)
    for _ in range(2):
        defining.archive(well, by=shop.mara, actor=shop.mara.actor)
    assert said(order) == {"Well": "Delta-8"}
    assert properties.of(shop.open_order(1)) == []
    defining.restore(well, by=shop.mara, actor=shop.mara.actor)
    changes = [
        one.content["fact"]["change"]
        for one in Entry.objects.filter(kind="property.defined").order_by("index")
    ]
    assert changes == ["made", "archived", "restored"]
    unused = shop.define("text", "Never used")
    defining.delete(unused, by=shop.mara, actor=shop.mara.actor)
    assert not Property.objects.filter(name="Never used").exists()


def test_a_renamed_option_keeps_its_values_and_a_removed_one_is_still_told(shop: Shop) -> None:
    order = shop.open_order(1)
    shift = shop.define("choice", "Shift", options=[OptionDraft("Day", {"nl": "Dag"}), OptionDraft("Night")])
    properties.set_values(order, {shift.pk: "Day"}, by=shop.mara.actor)
    renamed = PropertyDraft(
        "choice", "Shift", options=[OptionDraft("Daytime", {}, "Day"), OptionDraft("Night")]
    )
    defining.put_property(shift, renamed, by=shop.mara, actor=shop.mara.actor)
    assert orders.describe(orders.load(order.pk))["properties"][0]["labels"] == {"": "Daytime"}
    gone = PropertyDraft("choice", "Shift", options=[OptionDraft("Night")])
    defining.put_property(shift, gone, by=shop.mara, actor=shop.mara.actor)
    assert orders.describe(orders.load(order.pk))["properties"][0]["labels"] == {"": "Day"}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (PropertyDraft("choice", "Shift"), "options"),
        (PropertyDraft("choice", "Shift", options=[OptionDraft("Day"), OptionDraft("Day")]), "options"),
        (PropertyDraft("choice", "Shift", options=[OptionDraft(str(n)) for n in range(51)]), "options"),
        (PropertyDraft("po_number", "PO", pattern="#{"), "pattern"),
        (PropertyDraft("po_number", "PO", pattern="(a+)+$é"), "pattern"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(shop: Shop, draft: PropertyDraft, field: str) -> None:
    with pytest.raises(defining.Undefinable) as refusal:
        defining.put_property(None, draft, by=shop.mara, actor=shop.mara.actor)
    assert refusal.value.field == field


def test_they_are_arranged_as_wanted_and_only_what_moved_is_recorded(shop: Shop) -> None:
    one, two, three = (shop.define("text", name) for name in ("One", "Two", "Three"))
    for _ in range(2):
        defining.arrange(Property, [three.pk, one.pk], by=shop.mara, actor=shop.mara.actor)
    assert list(Property.objects.values_list("name", flat=True)) == ["Three", "One", "Two"]
    moved = [
        one.content["fact"]
        for one in Entry.objects.filter(kind="property.defined")
        if "moved" in str(one.content)
    ]
    assert len(moved) == 3
    assert two.position == 1


def test_a_customers_timeline_has_no_change_of_the_shop(shop: Shop) -> None:
    order, well = shop.open_order(1), shop.define("text", "Well")
    properties.set_values(order, {well.pk: "Delta-7"}, by=shop.mara.actor)

    def told(audience: Any) -> str:
        lines = timeline.timeline(order.organisation_id, order.topic, audience=audience, language="en")
        return " ".join(one.text for one in lines)

    assert "Well: Delta-7" in told(STAFF)
    assert "Well" not in told(CUSTOMER)
