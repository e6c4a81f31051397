"""Drafts: only from verified approval of work that is done, with the prices signed, once."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from paraph.billing import content, drafts, einvoice, invoices
from paraph.billing.drafts import Words
from paraph.billing.errors import NotADraft, NotAuthorised, NotReported, NotVerified, StaleInvoice
from paraph.billing.models import Invoice, State
from paraph.evidence.models import Entry
from paraph.people.access import Forbidden
from paraph.people.models import Role
from paraph.signoff import ceremonies
from paraph.signoff.approvals import Approval, approvals_of
from paraph.signoff.models import SignOff, View
from paraph.work import orders, properties
from paraph.work.models import WorkOrder
from tests import cast
from tests.billing.bills import consent, drafted, reported
from tests.cast import Shop


def kinds(order: WorkOrder) -> list[str]:
    """The facts of billing in an order's timeline, in order."""
    found = Entry.objects.filter(topic=order.topic, kind__startswith="invoice.").order_by("index")
    return [one.kind for one in found]


def forged(order: WorkOrder, signoff: SignOff) -> Approval:
    """An approval that somebody made up."""
    items = tuple(
        {
            key: one[key]
            for key in ("id", "number", "finding", "action", "labour", "parts", "tax_rate", "total")
        }
        for one in orders.describe(orders.load(order.pk))["items"]
    )
    return Approval(signoff=signoff, at=order.created_at, items=items, contact_names=("Nobody",))


def test_S1_20_a_draft_bills_what_was_signed_for_at_the_prices_signed(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    made = drafted(biller_shop, order)
    assert (made.state, made.number, made.net, made.tax, made.gross) == ("draft", None, 66600, 13986, 80586)
    assert made.taxes == [{"category": "S", "rate": "21", "net": 66600, "tax": 13986}]
    assert [(one.number, one.labour, one.quantity, one.unit_price, one.net) for one in made.lines.all()] == [
        (1, True, Decimal("2.5"), 8500, 21250),
        (1, False, Decimal(1), 12050, 12050),
        (2, True, Decimal("2.5"), 8500, 21250),
        (2, False, Decimal(1), 12050, 12050),
    ]
    assert all(one.price_signed for one in made.lines.all())
    assert kinds(order) == ["invoice.drafted"]


def test_S0_03_the_po_number_the_customer_confirmed_goes_to_the_invoice_and_the_e_invoice(
    biller_shop: Shop,
) -> None:
    number = biller_shop.define("po_number", "PO number", pattern="PO-####", editable=True)
    order = biller_shop.open_order(2)
    properties.set_values(order, {number.pk: "PO-2222"}, by=biller_shop.mara.actor)
    consent(biller_shop, order)
    made = drafted(biller_shop, orders.report(order, by=biller_shop.tess.actor))
    assert made.buyer_order == "PO-2222"
    told = content.of_draft(made, orders.load(order.pk), approvals_of(order)[-1], number="2026-1")
    xml = einvoice.write(told).decode()
    assert re.search(r"BuyerOrderReferencedDocument>\s*<[^>]*IssuerAssignedID>PO-2222<", xml)


def test_S3_30_lines_the_customer_rejected_are_not_billed(biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop, [2]))
    assert {one.number for one in made.lines.all()} == {2}


def test_the_actual_hours_do_not_change_what_was_signed(biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    consent(biller_shop, order)
    hours: dict[UUID | str, Decimal | None] = {one.pk: Decimal(9) for one in cast.lines(order)}
    orders.report(order, by=biller_shop.tess.actor, hours=hours)
    assert drafted(biller_shop, order).gross == 80586


def test_one_approval_has_one_invoice_however_often_it_is_drafted(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    first = drafted(biller_shop, order)
    assert drafted(biller_shop, order) == first
    assert invoices.draft_all(order, by=biller_shop.mara.actor) == [first]
    assert kinds(order) == ["invoice.drafted"]


def test_I3_the_database_itself_refuses_a_second_invoice(biller_shop: Shop) -> None:
    first = drafted(biller_shop, reported(biller_shop))
    with pytest.raises(IntegrityError, match=r"invoice_once|UNIQUE"), transaction.atomic():
        Invoice.objects.create(
            organisation=first.organisation,
            order=first.order,
            signoff=first.signoff,
            currency="EUR",
            created_at=first.created_at,
        )


def test_S1_28_no_draft_before_the_work_is_reported(biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    consent(biller_shop, order)
    with pytest.raises(NotReported):
        drafted(biller_shop, order)
    assert not Invoice.objects.exists()


def test_S1_28_no_draft_without_a_signature_whatever_is_handed_over(biller_shop: Shop) -> None:
    order = biller_shop.open_order(2)
    invitation = biller_shop.invite(order)
    cast.approve(invitation, [1, 2])
    # Past the guard, as if somebody had written into the database.
    WorkOrder.objects.filter(pk=order.pk).update(status="completed")
    with pytest.raises(NotAuthorised):
        invoices.draft(forged(order, invitation.party.signoff), by=biller_shop.mara.actor)
    assert invoices.draft_all(order, by=biller_shop.mara.actor) == []
    assert not Invoice.objects.exists()


def test_S1_28_a_forged_approval_bills_no_more_than_the_real_one(biller_shop: Shop) -> None:
    order = reported(biller_shop, [2])
    (real,) = approvals_of(order)
    made = invoices.draft(replace(forged(order, real.signoff), verified=True), by=biller_shop.mara.actor)
    assert {one.number for one in made.lines.all()} == {2}


def test_S1_28_an_approval_that_is_not_verified_is_not_billed(
    biller_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = reported(biller_shop)
    open_ones = [replace(one, verified=False) for one in approvals_of(order)]
    monkeypatch.setattr(drafts, "approvals_of", lambda order: open_ones)
    with pytest.raises(NotVerified):
        invoices.draft(replace(open_ones[0], verified=True), by=biller_shop.mara.actor)
    assert invoices.draft_all(order, by=biller_shop.mara.actor) == []
    assert not Invoice.objects.exists()


def test_a_work_authorisation_bills_the_prices_of_the_order_and_says_so(biller_shop: Shop) -> None:
    order = reported(biller_shop, view=View.AUTHORISATION)
    made = drafted(biller_shop, order)
    assert made.gross == 80586
    assert not any(one.price_signed for one in made.lines.all())
    assert [one.place for one in invoices.problems(made)] == ["draft"]


def test_several_requests_of_one_order_have_an_invoice_each(biller_shop: Shop) -> None:
    order = biller_shop.open_order(1)
    consent(biller_shop, order, [1])
    draft = cast.again(order)
    wider = replace(draft, items=[*draft.items, cast.line("Later finding")])
    orders.revise(order, wider, expected=order.revision, by=biller_shop.mara.actor)
    consent(biller_shop, order, [2])
    orders.report(order, by=biller_shop.tess.actor)
    made = invoices.draft_all(order, by=biller_shop.mara.actor)
    assert sorted(line.number for one in made for line in one.lines.filter(labour=True)) == [1, 2]
    assert sum(one.gross for one in made) == 80586


def test_a_draft_is_written_in_the_language_the_customer_signed_in(biller_shop: Shop) -> None:
    order = biller_shop.open_order(1)
    invitation = biller_shop.invite(order, contact=biller_shop.claire)
    cast.approve(invitation, [1])
    cast.sign(ceremonies.review(invitation, by=cast.customer(invitation)), language="fr")
    orders.report(order, by=biller_shop.tess.actor)
    assert drafted(biller_shop, order).language == "fr"


def test_a_biller_says_what_is_missing_and_one_fact_names_it(biller_shop: Shop) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    bram = biller_shop.members[Role.BILLER]
    words = Words(language="nl", buyer_order="PO-9", remark="Dank u")
    for _twice in range(2):
        made = invoices.revise(
            made, words, expected=made.revision, prices_checked=False, by=bram, actor=bram.actor
        )
    assert (made.revision, made.language, made.buyer_order) == (2, "nl", "PO-9")
    assert kinds(made.order) == ["invoice.drafted", "invoice.revised"]
    with pytest.raises(StaleInvoice):
        invoices.revise(made, words, expected=1, prices_checked=False, by=bram, actor=bram.actor)


def test_a_discarded_draft_leaves_room_for_another(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    made = drafted(biller_shop, order)
    bram = biller_shop.members[Role.BILLER]
    gone = invoices.void(made, "Wrong order", by=bram, actor=bram.actor)
    assert (gone.state, gone.number) == (State.VOIDED, None)
    with pytest.raises(NotADraft):
        invoices.renew(gone, by=bram, actor=bram.actor)
    assert drafted(biller_shop, order) != made
    assert kinds(order) == ["invoice.drafted", "invoice.discarded", "invoice.drafted"]


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.DISPATCHER])
def test_who_has_no_right_changes_nothing(biller_shop: Shop, role: Role) -> None:
    made = drafted(biller_shop, reported(biller_shop))
    member = biller_shop.members[role]
    told: dict[str, Any] = {"by": member, "actor": member.actor}
    with pytest.raises(Forbidden):
        invoices.revise(made, Words("en"), expected=1, prices_checked=True, **told)
    for verb in (invoices.renew, invoices.issue):
        with pytest.raises(Forbidden):
            verb(made, **told)
    with pytest.raises(Forbidden):
        invoices.void(made, "Because", **told)
    made.refresh_from_db()
    assert (made.state, made.revision) == (State.DRAFT, 1)


def test_S1_28_a_line_changed_after_the_draft_is_not_billed_as_it_was(biller_shop: Shop) -> None:
    order = reported(biller_shop)
    made = drafted(biller_shop, order)
    orders.reopen(order, by=biller_shop.mara.actor)
    draft = cast.again(order)
    dearer = [replace(draft.items[0], hourly_rate=9999), *draft.items[1:]]
    orders.revise(order, replace(draft, items=dearer), expected=order.revision, by=biller_shop.mara.actor)
    assert {one.place for one in invoices.problems(made)} >= {"order", "lines"}
    consent(biller_shop, order, [1])
    orders.report(order, by=biller_shop.tess.actor)
    bram = biller_shop.members[Role.BILLER]
    made = invoices.renew(made, by=bram, actor=bram.actor)
    assert {one.number for one in made.lines.all()} == {2}
    assert invoices.problems(made) == []
    (newer,) = invoices.unbilled(orders.load(order.pk))
    assert [one["number"] for one in newer.items] == [1]
