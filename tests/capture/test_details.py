"""What the customer confirms on the technician's phone is confirmed once, or a manager decides (S0-27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from paraph.automation import runner
from paraph.capture import filing, held
from paraph.capture.models import State
from paraph.evidence.models import Entry
from paraph.lib import canonical, clock
from paraph.signoff import subjects
from paraph.signoff.models import Confirmation, Decline, Signature, View
from paraph.work import defining, orders, properties
from paraph.work.models import Property, WorkOrder
from tests.capture.phone import Phone, arrive
from tests.cast import Shop, worked

pytestmark = pytest.mark.django_db


class Ticket:
    """An order with a PO number to confirm, a shift to confirm or not, and a well that is the shop's own."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.phone = shop, Phone.enrolled(shop.tess)
        self.po = shop.define("po_number", "PO number", pattern="PO-#{4}", required=True, editable=True)
        options = [defining.OptionDraft("Day"), defining.OptionDraft("Night")]
        self.shift = shop.define("choice", "Shift", editable=True, options=options)
        self.well = shop.define("text", "Well")
        self.order = shop.open_order(1)
        values = {self.po.pk: "PO-1111", self.shift.pk: "Day", self.well.pk: "Delta-7"}
        self.order = properties.set_values(self.order, values, by=shop.mara.actor)

    def signs(self, **changes: Any) -> Any:
        """Jan changes the PO number, leaves the shift as it is, and signs."""
        told = {"confirms": {self.po: "PO-2222", self.shift: "Day"}, **changes}
        return self.phone.signs(self.order, self.shop.jan, **told)

    def redefine(self, of: Property, **changes: Any) -> None:
        """The office changes what may stand there; the order itself is not touched."""
        names = ("required", "editable", "pattern")
        told = {name: getattr(of, name) for name in names} | {"options": _options(of)} | changes
        draft = defining.PropertyDraft(of.type, told.pop("name", of.name), **told)
        defining.put_property(of, draft, by=self.shop.mara, actor=self.shop.mara.actor)

    def said(self) -> dict[str, str]:
        """What the order says of its properties, by name."""
        told = subjects.present(orders.load(self.order.pk), View.REPORT)["order"]["properties"]
        return {one["name"]: one["value"] for one in told}


def _options(of: Property) -> list[defining.OptionDraft]:
    return [defining.OptionDraft(one["label"], one["labels"]) for one in of.options]


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return Ticket(shop)


def test_S0_27_confirmed_in_the_cellar_it_is_confirmed_on_arrival_and_signed_for(ticket: Ticket) -> None:
    sent = ticket.signs()
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.FILED, [])
    assert capture.signature
    told = {one["name"]: one["value"] for one in capture.signature.snapshot.facts["order"]["properties"]}
    assert told == {"PO number": "PO-2222", "Shift": "Day", "Well": "Delta-7"}
    rows = [(one.property.name, one.before, one.after, one.party.contact) for one in _rows()]
    jan = ticket.shop.jan
    assert rows == [("PO number", "PO-1111", "PO-2222", jan), ("Shift", "Day", "Day", jan)]
    assert Entry.objects.get(kind="property.confirmed").actor.ref == str(jan.pk)
    kinds = list(
        Entry.objects.filter(topic=ticket.order.topic).order_by("index").values_list("kind", flat=True)
    )
    assert kinds.index("property.confirmed") < kinds.index("subject.frozen") < kinds.index("signature.given")
    runner.run_pending(str(ticket.order.organisation_id))
    assert ticket.said()["PO number"] == "PO-2222"
    assert {one.value for one in orders.load(ticket.order.pk).property_values.all()} >= {"PO-2222"}
    arrive(sent)
    assert Confirmation.objects.count() == 2


def _rows() -> Any:
    return Confirmation.objects.select_related("property", "party__contact").order_by("id")


def test_S0_27_what_must_be_confirmed_and_was_not_waits_for_a_manager(ticket: Ticket) -> None:
    [capture] = arrive(ticket.signs(confirms={}))
    assert (capture.state, capture.reasons) == (State.HELD, ["not_confirmed"])
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("meanwhile", "reason", "can_be_taken"),
    [
        (lambda one: _set(one, "PO-9999"), "order_changed", True),
        (lambda one: one.redefine(one.po, pattern="45#{4}"), "details_unfit", False),
        (lambda one: one.redefine(one.shift, editable=False), "details_changed", False),
        (lambda one: one.redefine(one.po, name="Order number"), "order_changed", False),
        (lambda one: one.shop.define("text", "Rig", required=True, editable=True), "not_confirmed", False),
    ],
    ids=["value", "pattern", "no longer asked", "name", "another one to confirm"],
)
def test_S0_27_what_the_office_changed_meanwhile_holds_it_with_both_versions(
    ticket: Ticket, meanwhile: Callable[[Ticket], object], reason: str, can_be_taken: bool
) -> None:
    sent = ticket.signs()
    meanwhile(ticket)
    before = ticket.said()
    [capture] = arrive(sent)
    assert (capture.state, capture.reasons) == (State.HELD, [reason])
    assert not Signature.objects.exists()
    assert not Confirmation.objects.exists()
    assert ticket.said() == before
    shown = held.shown(capture)
    assert shown
    assert shown.content
    assert "PO-2222" in {one["value"] for one in shown.content["order"]["properties"]}
    if not can_be_taken:
        with pytest.raises(held.InTheWay):
            held.take(capture, by=ticket.shop.mara, actor=ticket.shop.mara.actor)
        assert not Confirmation.objects.exists()
        return
    held.take(capture, by=ticket.shop.mara, actor=ticket.shop.mara.actor)
    assert ticket.said()["PO number"] == "PO-2222"
    assert _rows()[0].before == "PO-9999"  # what the order said when it was confirmed
    assert Signature.objects.count() == 1


def _set(ticket: Ticket, value: str) -> WorkOrder:
    return properties.set_values(ticket.order, {ticket.po.pk: value}, by=ticket.shop.mara.actor)


def test_S0_27_a_value_the_office_changed_is_seen_without_a_report_too(ticket: Ticket) -> None:
    phone = ticket.phone
    ticket.order = worked(ticket.shop, ticket.order, "2")
    confirmed = phone.confirmed(ticket.order, {ticket.po: "PO-2222"})
    content, _agreed = phone.shown(ticket.order, ticket.shop.jan, phone.work(ticket.order), [], confirmed)
    _set(ticket, "PO-9999")
    [capture] = arrive(phone.says("decline", ticket.order, confirmed=confirmed, **_about(ticket, content)))
    assert (capture.state, capture.reasons) == (State.HELD, ["details_changed"])
    assert not Confirmation.objects.exists()


def _about(ticket: Ticket, content: Any) -> dict[str, Any]:
    return {
        "contact": str(ticket.shop.jan.pk),
        "content": content,
        "digest": canonical.digest(content),
        "reason": "It still leaks.",
    }


def test_S0_27_what_was_confirmed_before_declining_or_going_to_the_own_phone_is_kept(ticket: Ticket) -> None:
    phone, jan = ticket.phone, ticket.shop.jan
    work = phone.work(ticket.order)
    confirmed = phone.confirmed(ticket.order, {ticket.po: "PO-2222"})
    content, _agreed = phone.shown(ticket.order, jan, work, [], confirmed)
    [declined] = arrive(
        phone.says("decline", ticket.order, work=work, confirmed=confirmed, **_about(ticket, content))
    )
    assert (declined.state, Decline.objects.count(), _rows()[0].after) == (State.FILED, 1, "PO-2222")
    other = Ticket(ticket.shop)
    confirmed = other.phone.confirmed(other.order, {other.po: "PO-3333", ticket.po: "PO-3333"})
    told = {"work": other.phone.work(other.order), "contact": str(jan.pk), "confirmed": confirmed}
    [report] = arrive(other.phone.says("report", other.order, **told))
    assert report.state == State.FILED
    assert other.said()["PO number"] == "PO-3333"


def test_F2_a_filing_cut_short_after_it_confirms_once(ticket: Ticket, monkeypatch: Any) -> None:
    sent = ticket.signs()
    with monkeypatch.context() as patched:
        patched.setattr(filing, "_sign", _die)
        with pytest.raises(Killed):
            arrive(sent)
    later = clock.now() + filing.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    [capture] = arrive(sent)
    assert capture.state == State.FILED
    assert Entry.objects.filter(kind="property.confirmed").count() == 1
    assert Confirmation.objects.count() == 2


class Killed(BaseException):
    """The process ends."""


def _die(*_args: Any) -> None:
    raise Killed
