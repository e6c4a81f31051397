"""The phone asks for the details that a customer confirms, by the very rules of the server (S0-26, S0-27)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from paraph.lib import canonical
from paraph.signoff import ceremonies, confirming, in_person, requests, subjects
from paraph.signoff.models import Ask, View
from paraph.web.field import details
from paraph.work import defining, orders, properties, property_values
from paraph.work.models import Property, WorkOrder
from tests import cast
from tests.cast import Shop

VECTORS = Path(__file__).parents[2] / "vectors"
SHIFTS = [defining.OptionDraft("Day", {"nl": "Dag"}), defining.OptionDraft("Night", {"nl": "Nacht"})]


def vector(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


@pytest.mark.parametrize("rules", vector("details")["rules"])
def test_S0_27_what_is_typed_is_judged_as_the_vectors_say(rules: str) -> None:
    of = Property(**vector("details")["rules"][rules], name="N")
    told = [one for one in vector("details")["cases"] if one["rules"] == rules]
    assert told
    for one in told:
        assert _judged(of, one["typed"], one["language"]) == one["value"], one


def _judged(of: Property, typed: str, language: str) -> str | None:
    try:
        found = property_values.normalise(of, typed, language)
    except property_values.Unfit:
        return None
    assert not found or property_values.check(of, found) == found
    return found


def ticket(shop: Shop) -> WorkOrder:
    """An order with every kind of detail, of fixed ids, and two properties that are the shop's own."""
    asked: dict[str, dict[str, Any]] = {
        "text": {},
        "number": {"unit": "t", "help_text": "As weighed.", "help_texts": {"nl": "Zoals gewogen."}},
        "date": {},
        "choice": {"options": SHIFTS, "required": True},
        "yes_no": {},
        "po_number": {"pattern": "45########|PO-#{4,6}", "required": True, "names": {"nl": "Bonnummer"}},
    }
    for at, (kind, more) in enumerate(asked.items()):
        _fixed(shop.define(kind, kind.title(), editable=True, **more), at)
    _fixed(shop.define("text", "Well"), 6)
    _fixed(shop.define("text", "Rig", names={"fr": "Appareil"}), 7)
    order = shop.open_order(1)
    values = {_pk(0): "B", _pk(1): "2.5", _pk(6): "Delta-7", _pk(3): "Day", _pk(7): "R9"}
    return properties.set_values(order, values, by=shop.mara.actor)


def _pk(at: int) -> UUID:
    return UUID(int=0xD0 + at)


def _fixed(made: Property, at: int) -> None:
    """The same property under an id that a vector can name; of two at one place, the id says which is first."""
    Property.objects.filter(pk=made.pk).delete()
    made.pk, made.position = _pk(at), (9 - at) // 2
    made.save(force_insert=True)


def test_S0_27_what_the_phone_is_told_and_makes_of_it_is_what_the_server_makes(shop: Shop) -> None:
    laid = vector("details_laid")
    order = ticket(shop)
    told = details.describe(orders.load(order.pk))
    assert told == {"details": laid["details"], "places": laid["places"]}
    assert subjects.present(orders.load(order.pk), View.REPORT)["order"]["properties"] == _said(
        laid["before"]
    )
    invitation = in_person.invite(
        order, shop.jan, device="1", by=shop.tess, actor=shop.tess.actor, view="estimate"
    )
    confirming.confirm(invitation, laid["confirmed"], by=cast.customer(invitation))
    now = subjects.present(orders.load(order.pk), View.REPORT)
    assert now["order"]["properties"] == _said(laid["after"])
    assert laid["digest"] == canonical.digest(laid["after"])


def _said(content: Any) -> Any:
    return content["order"]["properties"]


def test_S0_27_once_somebody_signed_the_details_are_fixed_and_not_asked_for(shop: Shop) -> None:
    order = cast.worked(shop, shop.open_order(1), "2")
    shop.define("text", "Well", editable=True)
    both = [(one, Ask.AUTHORISE) for one in (shop.jan, shop.claire)]
    requests.ask(order, both, by=shop.mara.actor, view=View.REPORT)
    assert [one["label"]["en"] for one in _told(shop, order)] == ["Well"]
    invitation = in_person.invite(order, shop.jan, device="1", by=shop.tess, actor=shop.tess.actor)
    ceremonies.approve_all(invitation, by=cast.customer(invitation))
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)))
    assert details.describe(orders.load(order.pk))["details"] == []


def _told(shop: Shop, order: WorkOrder) -> Any:
    browser = Client()
    browser.force_login(shop.tess.user)
    return browser.get(f"/field/orders/{order.pk}.json").json()["details"]
