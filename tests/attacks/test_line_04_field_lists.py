"""Line 4: extra fields in a POST change nothing: a form takes what it shows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from paraph.signoff import ceremonies, consent
from paraph.signoff.models import Decision, Invitation, Party, Signature
from paraph.work import orders, properties
from paraph.work.models import Property, WorkOrder
from tests import cast
from tests.attacks.world import changed, come_in, rows, sign_in
from tests.cast import Shop

# What somebody who read the source would try to smuggle in.
EXTRA: dict[str, Any] = {
    "signoff": "1", "party": "1", "contact": "1", "organisation": "1", "organisation_id": "1", "role": "manager",
    "by": "Mara", "author_kind": "member", "author_name": "Mara of Vliegwerk", "at": "2001-01-01", "authorised": "1",
    "state": "sealed", "status": "approved", "ask": "authorise", "revoked_at": "", "expires_at": "2099-01-01",
    "used_at": "", "unit_price": "1", "hourly_rate": "1", "total": "0", "items": "[]", "number": "WO-1",
    "finding": "Something else", "price": "0", "is_active": "1", "view": "estimate", "deleted_at": "2001-01-01",
    "line-0-finding": "Mine", "line-0-hourly_rate": "0", "signed_at": "2001-01-01", "address": "10.0.0.1",
}  # fmt: skip


@pytest.fixture
def invitation(shop: Shop) -> Invitation:
    return shop.invite(shop.open_order(lines=2))


def _at(invitation: Invitation, name: str, *more: Any) -> str:
    return reverse(f"portal:{name}", args=[invitation.pk, *more])


def _ledger_aside(tables: list[str]) -> set[str]:
    return {one for one in tables if not one.startswith(("evidence_", "automation_", "delivery_"))}


def test_line_4_a_decision_takes_nothing_but_the_choice(shop: Shop, invitation: Invitation) -> None:
    browser, before = come_in(shop, invitation), None
    item = cast.lines(invitation.party.signoff.order)[0]
    before = rows()
    browser.post(_at(invitation, "decision", item.pk), {**EXTRA, "choice": "approved"})
    assert _ledger_aside(changed(before)) == {"signoff_decision"}
    decision = Decision.objects.get()
    assert (decision.party_id, decision.item_id) == (invitation.party_id, item.pk)
    assert decision.at.year > 2001


def test_line_4_a_comment_takes_nothing_but_its_text(shop: Shop, invitation: Invitation) -> None:
    browser = come_in(shop, invitation)
    before = rows()
    browser.post(_at(invitation, "comments"), {**EXTRA, "text": "Why?"})
    assert _ledger_aside(changed(before)) == {"work_comment"}
    comment = invitation.party.signoff.order.comments.get()
    assert (comment.author_kind, comment.author_name, comment.text) == ("contact", "Jan Jansen", "Why?")
    assert comment.deleted_at is None


def test_line_4_a_signature_takes_no_items_no_time_no_address_and_no_other_signer(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    browser = come_in(shop, invitation)
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    order = WorkOrder.objects.get(pk=invitation.party.signoff.order_id)
    both = [str(one.pk) for one in cast.lines(order)]
    said = {
        **EXTRA,
        "items": both,
        "name": "Jan Jansen",
        "role": "Owner",
        "consent": consent.sentence(ceremony.snapshot, "en").digest,
        "language": "en",
        "method": "typed",
        "typed": "Jan Jansen",
        "strokes": "",
        "address": "10.0.0.1",
        "address_source": "trusted proxy",
    }
    answer = browser.post(_at(invitation, "sign", ceremony.pk), said, REMOTE_ADDR="203.0.113.5")
    assert answer.status_code == 302
    signature = Signature.objects.get()
    record = signature.record
    assert signature.items == both[:1]
    assert record["connection"]["address"] == "203.0.113.5"
    assert record["connection"]["address_source"] == "socket peer"
    assert record["signer"]["contact"] == str(shop.jan.pk)
    assert record["signed_at"][:4] != "2001"
    assert cast.lines(order)[0].finding == "Finding 1"


@pytest.mark.slow
@pytest.mark.parametrize(
    "choice", ["authorised", "signed", "", "APPROVED", "approved ", "sealed", "1", "null"]
)
def test_line_4_a_choice_that_is_no_button_changes_nothing(
    shop: Shop, invitation: Invitation, choice: str
) -> None:
    browser, item = come_in(shop, invitation), cast.lines(invitation.party.signoff.order)[0]
    before = rows()
    assert browser.post(_at(invitation, "decision", item.pk), {"choice": choice}).status_code == 400
    assert changed(before) == []


def test_line_4_a_reader_cannot_make_themselves_a_signer(shop: Shop, invitation: Invitation) -> None:
    order = invitation.party.signoff.order
    copy = shop.invite(order, contact=shop.claire, ask="view")
    browser, item = come_in(shop, copy), cast.lines(order)[0]
    before = rows()
    for name, more, body in (
        ("decision", [item.pk], {"choice": "approved"}),
        ("approve_all", [], {}),
        ("review", [], {"name": "Claire"}),
        ("comments", [], {"text": "I also say"}),
    ):
        answer = browser.post(_at(copy, name, *more), {**EXTRA, **body, "ask": "authorise"})
        assert answer.status_code == 403, name
    assert changed(before) == []
    assert Party.objects.get(pk=copy.party_id).ask == "view"


def test_line_4_the_office_order_form_takes_no_number_status_revision_or_organisation(shop: Shop) -> None:
    order, mara = shop.open_order(lines=1), sign_in(shop.mara)
    line = cast.lines(order)[0]
    body = {
        **EXTRA,
        "title": "New title",
        "customer": shop.customer.pk,
        "revision": order.revision,
        "line-0-id": line.pk,
        "line-0-finding": line.finding,
        "line-0-tax_rate": "21",
        "line-0-number": "99",
        "line-0-authorised": "1",
        "line-0-order": "1",
        "status": "approved",
        "currency": "XXX",
    }
    assert mara.post(f"/orders/{order.pk}/edit/", body).status_code == 302
    now = WorkOrder.objects.get(pk=order.pk)
    assert (now.number, now.status, now.currency, now.organisation_id) == (
        order.number,
        order.status,
        order.currency,
        order.organisation_id,
    )
    assert (now.title, now.revision) == ("New title", order.revision + 1)
    assert [one.number for one in cast.lines(order)] == [1]


def test_line_4_S0_14_only_what_is_marked_editable_can_be_confirmed(shop: Shop) -> None:
    afe = shop.define("text", "AFE number", required=True, editable=True)
    well = shop.define("text", "Well")
    other_kind = shop.define("text", "Registration", editable=True, kinds=[shop.kind("Aircraft")])
    order = shop.open_order(lines=2)
    properties.set_values(order, {well.pk: "Delta-7"}, by=shop.mara.actor)
    invitation = shop.invite(order)
    browser = come_in(shop, invitation)
    said = {
        **EXTRA,
        f"property-{afe.pk}": "AFE-7",
        f"property-{well.pk}": "Mine",
        f"property-{other_kind.pk}": "PH-KLX",
        f"property-{uuid4()}": "x",
        "kind": str(uuid4()),
        "value": "Mine",
        "editable": "1",
        "required": "",
    }
    before = rows()
    assert browser.post(_at(invitation, "confirm"), said).status_code == 302
    tables = _ledger_aside(changed(before))
    assert tables == {"signoff_confirmation", "work_property", "work_propertyvalue", "work_workorder"}
    told = orders.describe(orders.load(order.pk))["properties"]
    assert {one["name"]: one["value"] for one in told} == {"AFE number": "AFE-7", "Well": "Delta-7"}
    assert (Property.objects.get(pk=well.pk).editable, cast.lines(order)[0].finding) == (False, "Finding 1")


def test_line_4_a_reader_or_somebody_who_is_not_next_confirms_nothing(shop: Shop) -> None:
    afe = shop.define("text", "AFE number", editable=True)
    order = shop.open_order(lines=1)
    shop.invite(order)
    copy = shop.invite(order, contact=shop.claire, ask="view")
    browser, before = come_in(shop, copy), None
    before = rows()
    said = {f"property-{afe.pk}": "Mine", "ask": "authorise"}
    assert browser.post(_at(copy, "confirm"), said).status_code == 403
    assert changed(before) == []
