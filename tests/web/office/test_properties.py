"""Settings › Order kinds and Properties, and what the order form, page and list make of them (S0-09, S0-12)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from paraph.people.models import Member
from paraph.signoff import confirming
from paraph.work import orders, properties
from paraph.work.models import OrderKind, Property, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff

LIST, NEW = "/settings/properties/", "/settings/properties/new/"


@pytest.fixture
def mara(shop: Shop, staff: Callable[[Member], Staff]) -> Staff:
    return staff(shop.mara)


@pytest.fixture
def tess(shop: Shop, staff: Callable[[Member], Staff]) -> Staff:
    return staff(shop.tess)


def said(order: WorkOrder) -> dict[str, str]:
    told = orders.describe(orders.load(order.pk)).get("properties", [])
    return {one["name"]: one["value"] for one in told}


def test_S0_12_a_manager_makes_a_property_that_the_customer_confirms(shop: Shop, mara: Staff) -> None:
    ticket = shop.kind("Field ticket")
    told = {"name": "AFE number", "name-nl": "AFE-nummer", "type": "po_number", "pattern": "AFE-####"}
    ticks = {"required": "on", "editable": "on", "kinds": str(ticket.pk)}
    assert mara.fill(NEW, **told, **ticks)["Location"] == LIST
    made = Property.objects.get()
    assert (made.name, made.names, made.pattern, made.required, made.editable) == (
        "AFE number",
        {"nl": "AFE-nummer"},
        "AFE-####",
        True,
        True,
    )
    assert list(made.kinds.all()) == [ticket]
    page = mara.get(LIST).content.decode()
    assert "Customer confirms" in page
    assert "Field ticket" in page


def test_options_come_and_go_without_a_script_and_a_preview_stores_nothing(shop: Shop, mara: Staff) -> None:
    told = {"name": "Shift", "type": "choice", "option-0-label": "Day", "option-0-label-nl": "Dag"}
    more = mara.fill(NEW, **told, add="option").content.decode()
    assert 'name="option-2-label"' in more
    assert Staff.fields(more)["option-0-label-nl"] == ["Dag"]
    look = mara.fill(NEW, **told, look="1").content.decode()
    assert re.search(r'<option value="Day">\s*Day</option>', look)
    assert not Property.objects.exists()
    mara.fill(NEW, **told)
    made = Property.objects.get()
    assert made.options == [{"key": "Day", "label": "Day", "labels": {"nl": "Dag"}}]
    mara.fill(f"{LIST}{made.pk}/", **{"option-0-label": "Daytime"})
    made.refresh_from_db()
    assert made.options[0] == {"key": "Day", "label": "Daytime", "labels": {"nl": "Dag"}}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"type": "text"}, "This field is required"),
        ({"name": "PO", "type": "po_number", "pattern": "(a+)+$"}, ""),
        ({"name": "PO", "type": "po_number", "pattern": "#{"}, "Write # for a digit"),
        ({"name": "Shift", "type": "choice"}, "at least one option"),
    ],
)
def test_a_definition_that_makes_no_sense_keeps_what_was_typed(
    mara: Staff, told: dict[str, str], sentence: str
) -> None:
    answer = mara.fill(NEW, **told)
    if not sentence:  # odd, but a mask like any other: every sign of it stands for itself
        assert answer.status_code == 302
        return
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Staff.fields(answer.content.decode())["type"] == [told["type"]]
    assert not Property.objects.exists()


def test_they_are_put_in_order_by_buttons_and_by_dragging(shop: Shop, mara: Staff) -> None:
    one, two, three = (shop.define("text", name) for name in ("One", "Two", "Three"))
    places = [str(each.pk) for each in (one, two, three)]
    answer = mara.post(f"{LIST}arrange/", {"place": places, "up": str(three.pk)})
    assert answer["Location"] == f"{LIST}#row-{three.pk}"
    assert list(Property.objects.values_list("name", flat=True)) == ["One", "Three", "Two"]
    mara.post(f"{LIST}arrange/", {"place": places[::-1]})
    assert list(Property.objects.values_list("name", flat=True)) == ["Three", "Two", "One"]
    mara.post(f"{LIST}arrange/", {"place": ["nonsense", *places], "down": str(one.pk)})
    assert list(Property.objects.values_list("name", flat=True)) == ["Two", "One", "Three"]


def test_a_used_one_is_archived_and_an_unused_one_can_be_deleted(shop: Shop, mara: Staff) -> None:
    used, unused = shop.define("text", "Well"), shop.define("text", "Never")
    properties.set_values(shop.open_order(1), {used.pk: "Delta-7"}, by=shop.mara.actor)
    page = mara.get(f"{LIST}{used.pk}/").content.decode()
    assert f"{LIST}{used.pk}/delete/" not in page
    told = mara.post(f"{LIST}{used.pk}/delete/", follow=True).content.decode()
    assert "can be archived, but not deleted" in told
    mara.post(f"{LIST}{unused.pk}/delete/")
    mara.post(f"{LIST}{used.pk}/archive/")
    used.refresh_from_db()
    assert (used.archived_at is not None, Property.objects.count()) == (True, 1)
    assert "1 archived" in mara.get(LIST).content.decode()
    mara.post(f"{LIST}{used.pk}/restore/")
    used.refresh_from_db()
    assert used.archived_at is None


def test_kinds_are_made_named_archived_and_an_empty_list_teaches(shop: Shop, mara: Staff) -> None:
    assert "Add the first kind" in mara.get("/settings/kinds/").content.decode()
    assert "Add the first property" in mara.get(LIST).content.decode()
    mara.fill("/settings/kinds/new/", name="Field ticket", **{"name-nl": "Veldbon"})
    kind = OrderKind.objects.get()
    assert kind.names == {"nl": "Veldbon"}
    order = shop.open_order(1, kind=kind)
    assert "can be archived" in mara.post(f"/settings/kinds/{kind.pk}/delete/", follow=True).content.decode()
    mara.post(f"/settings/kinds/{kind.pk}/archive/")
    assert str(kind.pk) not in mara.get("/orders/new/").content.decode()
    assert str(kind.pk) in mara.get(f"/orders/{order.pk}/edit/").content.decode()


def test_the_order_form_shows_what_belongs_to_the_kind_and_keeps_what_was_typed(
    shop: Shop, mara: Staff
) -> None:
    ticket, repair = shop.kind("Field ticket"), shop.kind("Repair")
    well = shop.define("text", "Well", kinds=[ticket])
    tail = shop.define("text", "Registration", kinds=[repair])
    note = shop.define("text", "Note")
    order = shop.open_order(1, kind=ticket)
    form = mara.get(f"/orders/{order.pk}/edit/").content.decode()
    assert f"property-{well.pk}" in form
    assert f"property-{tail.pk}" not in form
    typed = {f"property-{well.pk}": "Delta-7", f"property-{note.pk}": "Gate 3", "kind": str(repair.pk)}
    told = mara.post("/orders/details/", {**Staff.fields(form), **typed}).content.decode()
    assert f'type="hidden" name="property-{well.pk}" value="Delta-7"' in told
    assert 'value="Gate 3"' in told
    assert f"property-{tail.pk}" in told
    again = mara.fill(f"/orders/{order.pk}/edit/", **typed, choose="1").content.decode()
    assert Staff.fields(again)[f"property-{well.pk}"] == ["Delta-7"]
    assert said(order) == {}
    mara.fill(f"/orders/{order.pk}/edit/", **{**typed, "kind": str(ticket.pk)})
    order.refresh_from_db()
    assert (said(order), order.revision) == ({"Well": "Delta-7", "Note": "Gate 3"}, 2)


def test_a_new_order_takes_its_kind_and_properties_and_a_bad_value_keeps_all(shop: Shop, mara: Staff) -> None:
    ticket = shop.kind("Field ticket")
    sand = shop.define("number", "Sand", unit="t", kinds=[ticket])
    told = {
        "title": "Wellhead service",
        "customer": str(shop.customer.pk),
        "kind": str(ticket.pk),
        "line-0-finding": "Valve",
        f"property-{sand.pk}": "lots",
    }
    answer = mara.fill("/orders/new/", **told)
    assert answer.status_code == 400
    assert "Write a number" in answer.content.decode()
    assert 'value="lots"' in answer.content.decode()
    assert mara.fill("/orders/new/", **{**told, f"property-{sand.pk}": "12,5"}).status_code == 302
    order = WorkOrder.objects.get()
    assert (order.kind, said(order)) == (ticket, {"Sand": "12.5"})


def test_an_option_that_is_gone_does_not_stand_in_the_way_of_saving(shop: Shop, mara: Staff) -> None:
    shift = shop.define("choice", "Shift", options=[cast.option("Day"), cast.option("Night")])
    order = shop.open_order(1)
    properties.set_values(order, {shift.pk: "Day"}, by=shop.mara.actor)
    Property.objects.filter(pk=shift.pk).update(options=[{"key": "Night", "label": "Night", "labels": {}}])
    assert mara.fill(f"/orders/{order.pk}/edit/", title="Other").status_code == 302
    assert said(order) == {"Shift": "Day"}


def test_the_order_page_says_what_the_customer_confirmed_and_what_is_missing(shop: Shop, mara: Staff) -> None:
    afe = shop.define("text", "AFE number", required=True, editable=True)
    order = shop.open_order(1)
    page = mara.get(f"/orders/{order.pk}/").content.decode()
    assert "still missing" in page
    assert "Customer confirms" in page
    invitation = shop.invite(order)
    confirming.confirm(invitation, {str(afe.pk): "AFE-1"}, by=cast.customer(invitation))
    page = mara.get(f"/orders/{order.pk}/").content.decode()
    assert "Jan Jansen confirmed, " in page
    assert "AFE-1" in page


def test_a_form_opened_before_the_customer_confirmed_does_not_undo_it(shop: Shop, mara: Staff) -> None:
    afe = shop.define("text", "AFE number", editable=True)
    note = shop.define("text", "Note")
    order = shop.open_order(1)
    properties.set_values(order, {afe.pk: "AFE-1"}, by=shop.mara.actor)
    form = Staff.fields(mara.get(f"/orders/{order.pk}/edit/").content.decode())
    properties.set_values(order, {afe.pk: "AFE-2"}, by=shop.jan.actor)
    answer = mara.post(f"/orders/{order.pk}/edit/", {**form, f"property-{note.pk}": "Gate 3"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "AFE-2" in page
    assert mara.post(f"/orders/{order.pk}/edit/", Staff.fields(page)).status_code == 302
    assert said(order) == {"AFE number": "AFE-2", "Note": "Gate 3"}


def test_orders_are_found_by_their_kind(shop: Shop, mara: Staff) -> None:
    assert 'name="kind"' not in mara.get("/orders/").content.decode()
    ticket = shop.kind("Field ticket")
    shop.open_order(1, kind=ticket, title="A ticket")
    shop.open_order(1, title="A repair")
    page = mara.get("/orders/", {"kind": str(ticket.pk)}).content.decode()
    assert "A ticket" in page
    assert "A repair" not in page


def test_only_who_may_change_settings_sees_these_pages(
    shop: Shop, rival: Shop, mara: Staff, tess: Staff
) -> None:
    assert tess.get(LIST).status_code == 403
    theirs = rival.define("text", "Theirs")
    assert mara.get(f"{LIST}{theirs.pk}/").status_code == 404
    assert "Theirs" not in mara.get(LIST).content.decode()
