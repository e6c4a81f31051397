"""The checklist that a technician confirms before the customer is asked to sign (S1-17)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from paraph.evidence import timeline
from paraph.evidence.models import Entry
from paraph.people import access
from paraph.work import checklists, defining, lists, orders
from paraph.work.models import ChecklistConfirmation, ChecklistPoint, WorkOrder
from tests.cast import Shop, again


def point(shop: Shop, text: str, **more: Any) -> ChecklistPoint:
    told = {"texts": {}, "kind": None, **more}
    return lists.put_point(None, text=text, **told, by=shop.mara, actor=shop.mara.actor)


def confirm(shop: Shop, order: WorkOrder, keys: Any, **more: Any) -> ChecklistConfirmation:
    return checklists.confirm(order, keys, by=shop.tess, actor=shop.tess.actor, **more)


def test_S1_17_without_points_of_its_own_an_order_asks_the_built_in_one(shop: Shop) -> None:
    order = shop.open_order(1)
    assert [(one.key, one.text) for one in checklists.of(order)] == [
        ("installed", "All components are installed and work to the manufacturer’s specification.")
    ]
    assert checklists.confirmed(order) is None
    for keys in ([], ["other"]):
        with pytest.raises(checklists.NotConfirmed, match=r"One point .* not confirmed: All components"):
            confirm(shop, order, keys)
    found = confirm(shop, order, ["installed"])
    assert confirm(shop, order, ["installed"]) == found == checklists.confirmed(order)
    [entry] = Entry.objects.filter(kind="checklist.confirmed", topic=order.topic)
    said = "Tess of Vliegwerk confirmed: "
    assert (
        timeline.line(entry).text
        == f"{said}All components are installed and work to the manufacturer’s specification."
    )
    with translation.override("nl"):
        assert "volgens de specificatie" in timeline.line(entry).text


def test_points_are_of_the_organisation_and_of_the_kind_in_their_order_and_language(
    shop: Shop, rival: Shop
) -> None:
    ticket, repair = shop.kind("Field ticket"), shop.kind("Repair")
    point(rival, "Theirs")
    first = point(shop, "Area is clean", texts={"nl": "Werkplek is schoon"})
    second = point(shop, "Well is closed", kind=ticket)
    point(shop, "Engine ran", kind=repair)
    gone = point(shop, "Old one")
    defining.archive(gone, by=shop.mara, actor=shop.mara.actor)
    defining.arrange(ChecklistPoint, [second.pk, first.pk], by=shop.mara, actor=shop.mara.actor)
    plain, order = shop.open_order(1), shop.open_order(1, kind=ticket)
    assert [one.text for one in checklists.of(order)] == ["Well is closed", "Area is clean"]
    assert [one.text for one in checklists.of(plain, "nl")] == ["Werkplek is schoon"]
    found = confirm(shop, order, [str(first.pk), str(second.pk), str(gone.pk)], language="nl")
    assert [one["text"] for one in found.points] == ["Well is closed", "Werkplek is schoon", "Old one"]
    [entry] = Entry.objects.filter(kind="checklist.confirmed")
    assert timeline.line(entry).text.endswith("confirmed: Well is closed; Area is clean; Old one.")


def test_where_no_point_is_for_the_kind_the_built_in_one_stands(shop: Shop) -> None:
    point(shop, "Well is closed", kind=shop.kind("Field ticket"))
    assert [one.key for one in checklists.of(shop.open_order(1))] == ["installed"]


def test_every_point_must_be_confirmed_and_no_others_key_counts(shop: Shop, rival: Shop) -> None:
    first, second, foreign = point(shop, "One."), point(shop, "Two."), point(rival, "Theirs.")
    order = shop.open_order(1)
    with pytest.raises(checklists.NotConfirmed, match=r"not confirmed: Two\.$") as caught:
        confirm(shop, order, [str(first.pk)])
    assert [one.key for one in caught.value.missing] == [str(second.pk)]
    assert [one.text for one in checklists.missing(order, [str(first.pk)])] == ["Two."]
    with pytest.raises(checklists.NotConfirmed, match="once more") as caught:
        confirm(shop, order, [str(first.pk), str(second.pk), str(foreign.pk)])
    assert caught.value.unknown == (str(foreign.pk),)
    biller = shop.members["biller"]
    with pytest.raises(access.Forbidden):
        checklists.confirm(order, [str(first.pk), str(second.pk)], by=biller, actor=biller.actor)
    assert not ChecklistConfirmation.objects.exists()


def test_a_changed_order_is_to_be_confirmed_again(shop: Shop) -> None:
    order = shop.open_order(1)
    confirm(shop, order, ["installed"])
    order = orders.revise(order, again(order, title="Other"), expected=1, by=shop.mara.actor)
    assert checklists.confirmed(order) is None
    assert confirm(shop, order, ["installed"]).revision == 2
    assert Entry.objects.filter(kind="checklist.confirmed").count() == 2
